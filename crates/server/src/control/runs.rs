//! When Daybook ran, and with which configuration: each start, each orderly end and each change of
//! the deployment's configuration is an audit event. So a gap in the log can be told from a time in
//! which nothing happened.

use super::settings::write;
use super::{Actor, Control, Result};
use crate::redaction::{Redactor, is_secret_name};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LAST_RUN: &str = "last_run";

/// The configuration in force, by key.
pub type Configuration = BTreeMap<String, Value>;

/// What is known of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Run {
    version: String,
    configuration: Configuration,
    /// Whether it ended in order.
    ended: bool,
}

impl Control {
    /// Puts on record that Daybook starts, and what of its configuration is new. Of what is secret
    /// a keyed hash is kept.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_start(
        &self,
        version: &str,
        mut configuration: Configuration,
    ) -> Result<()> {
        let redactor = Redactor::of(self).await?;
        for (name, value) in &mut configuration {
            redactor.value(is_secret_name(name), value);
        }
        let before: Option<Run> = self.setting(LAST_RUN).await?;
        let new = Run {
            version: version.into(),
            configuration,
            ended: false,
        };
        let actor = Actor::system("daybook");
        if let Some(before) = &before {
            self.record_configuration(&actor, before, &new).await?;
        }
        let details = json!({
            "version": version,
            "configuration": new.configuration,
            "ended_in_order_before": before.map(|run| run.ended),
        });
        self.change(&actor, "daybook.started", |change| {
            Box::pin(async move {
                change.resource("daybook", "", "");
                change.audit.set_text("operation", "enable");
                change.audit.set_json("details", details.to_string());
                write(change.db(), LAST_RUN, &new).await
            })
        })
        .await
    }

    async fn record_configuration(&self, actor: &Actor, before: &Run, new: &Run) -> Result<()> {
        let changes = changes(&before.configuration, &new.configuration);
        if changes.is_empty() {
            return Ok(());
        }
        self.change(actor, "configuration.modified", |change| {
            Box::pin(async move {
                change.resource("configuration", "", "");
                change.audit.set_text("operation", "modify_configuration");
                let changes = Value::Array(changes).to_string();
                change.audit.set_json("changes", changes);
                Ok(())
            })
        })
        .await
    }

    /// Puts on record that Daybook ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_end(&self) -> Result<()> {
        let Some(run) = self.setting::<Run>(LAST_RUN).await? else {
            return Ok(());
        };
        let run = Run { ended: true, ..run };
        self.change(&Actor::system("daybook"), "daybook.stopped", |change| {
            Box::pin(async move {
                change.resource("daybook", "", "");
                change.audit.set_text("operation", "disable");
                write(change.db(), LAST_RUN, &run).await
            })
        })
        .await
    }
}

/// What differs, as an audit event tells it.
fn changes(old: &Configuration, new: &Configuration) -> Vec<Value> {
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let differs = keys
        .into_iter()
        .filter(|key| old.get(*key) != new.get(*key));
    let change = |key: &String| json!({"field": key, "old": old.get(key), "new": new.get(key)});
    differs.map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_went_and_changed_is_told_in_order() {
        let of = |pairs: &[(&str, i64)]| -> Configuration {
            let pairs = pairs.iter();
            pairs
                .map(|(key, value)| ((*key).into(), json!(value)))
                .collect()
        };
        let told = changes(
            &of(&[("a", 1), ("b", 2), ("c", 3)]),
            &of(&[("b", 2), ("c", 4), ("d", 5)]),
        );
        let expected = json!([
            {"field": "a", "old": 1, "new": null},
            {"field": "c", "old": 3, "new": 4},
            {"field": "d", "old": null, "new": 5},
        ]);
        assert_eq!(Value::Array(told), expected);
    }
}
