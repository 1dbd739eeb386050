//! What is done with the ledger itself, as audit events: packages that leave, and verifications. What
//! cannot be put on record does not happen.

use super::{Actor, Change, Control, Result};
use daybook_model::logstore::BoxFuture;
use daybook_model::{limits, validate};
use serde_json::{Value, json};

impl Control {
    /// Puts on record that somebody takes an evidence package, before its first byte leaves.
    ///
    /// # Errors
    /// When the log takes no events, or the database refuses.
    pub(crate) async fn record_evidence(&self, actor: &Actor, details: &Value) -> Result<()> {
        let details = details.clone();
        self.note(actor, "evidence.exported", move |change| {
            change.audit.set_text("operation", "export");
            change.audit.set_json("details", details.to_string());
        })
        .await
    }

    /// Puts on record that somebody verifies the ledger.
    ///
    /// # Errors
    /// When the log takes no events, or the database refuses.
    pub(crate) async fn record_verification_start(&self, actor: &Actor) -> Result<()> {
        self.note(actor, "ledger.verification_started", |_| ())
            .await
    }

    /// Puts on record what came out.
    ///
    /// # Errors
    /// When the log takes no events, or the database refuses.
    pub(crate) async fn record_verification(
        &self,
        actor: &Actor,
        passed: bool,
        line: &str,
    ) -> Result<()> {
        let line = line.to_owned();
        self.note(actor, "ledger.verified", move |change| {
            if !passed {
                change.audit.set_text("result", "failure");
                let reason = validate::prefix(&line, limits::KEYWORD_BYTES_MAX);
                change.audit.set_text("reason", reason);
            }
            let details = json!({"line": line});
            change.audit.set_json("details", details.to_string());
        })
        .await
    }

    async fn note(
        &self,
        actor: &Actor,
        action: &str,
        describe: impl FnOnce(&mut Change) + Send + 'static,
    ) -> Result<()> {
        self.change(actor, action, |change| -> BoxFuture<'_, Result<()>> {
            Box::pin(async move {
                change.resource("log", "audit", "");
                describe(change);
                Ok(())
            })
        })
        .await
    }
}
