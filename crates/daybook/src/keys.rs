//! `daybook key`. Works on the database itself, so that a server may run beside it or not; a
//! running one hands the audit events to the log within seconds, else the next one does.

use crate::cli::{KeyCreateArgs, KeyRevokeArgs, KeyRotateArgs, Place};
use crate::{Failure, config, output};
use daybook_model::{Timestamp, limits, validate};
use daybook_server::control::{Actor, Control, Key, NewKey};
use serde_json::{Map, Value};
use std::path::Path;

pub(crate) async fn create(args: KeyCreateArgs) -> Result<(), Failure> {
    let control = open(args.place).await?;
    let new = NewKey {
        name: args.name,
        origin: args.origin,
        scopes: args.scopes,
        expires_at: args.expires,
        rate_per_minute: args.rate_per_minute,
    };
    let (_, secret) = control.create_key(&actor(), new).await?;
    control.close().await;
    output::result(&secret);
    Ok(())
}

pub(crate) async fn list(place: Place) -> Result<(), Failure> {
    let control = open_existing(place).await?;
    for key in control.keys().await? {
        let scopes: Vec<_> = key.scopes.iter().map(|scope| scope.name()).collect();
        let state = state(&key, Timestamp::now());
        output::result(&format!(
            "{}\t…{}\t{}\t{}\t{}\t{state}",
            key.id,
            key.last_four,
            scopes.join(","),
            key.origin,
            key.name
        ));
    }
    control.close().await;
    Ok(())
}

/// What became of a key, for people.
fn state(key: &Key, now: Timestamp) -> String {
    let mut state = match (key.ended(now), key.revoked_at, key.last_used_at) {
        (_, Some(time), _) => return format!("revoked {time}"),
        (Some(_), ..) => String::from("expired"),
        (None, None, Some(time)) => format!("used {time}"),
        (None, None, None) => "never used".into(),
    };
    if let Some(end) = key.expires_at {
        state.push_str(&format!(", ends {end}"));
    }
    state
}

pub(crate) async fn rotate(args: KeyRotateArgs) -> Result<(), Failure> {
    let control = open_existing(args.place).await?;
    let (_, secret) = control
        .rotate_key(&actor(), &args.id, args.grace_minutes)
        .await?;
    control.close().await;
    output::result(&secret);
    Ok(())
}

pub(crate) async fn revoke(args: KeyRevokeArgs) -> Result<(), Failure> {
    let control = open_existing(args.place).await?;
    control.revoke_key(&actor(), &args.id).await?;
    control.close().await;
    Ok(())
}

/// For what makes sense only where there is something already: a mistyped path must not look like
/// a place without keys.
pub(crate) async fn open_existing(place: Place) -> Result<Control, Failure> {
    let data_dir = config::data_dir(place)?;
    if !Control::exists_in(&data_dir) {
        let path = std::path::absolute(&data_dir).unwrap_or(data_dir);
        let message = format!("there is no Daybook data in {}", path.display());
        return Err(Failure::Other(message));
    }
    Ok(Control::open(&data_dir).await?)
}

async fn open(place: Place) -> Result<Control, Failure> {
    let data_dir = config::data_dir(place)?;
    let news = news_of(&data_dir);
    let control = Control::open(&data_dir).await?;
    if let Some(news) = news {
        output::note(&news);
    }
    Ok(control)
}

/// What to say when opening makes the directory: a mistyped path would otherwise go unnoticed until
/// its keys are refused.
pub(crate) fn news_of(data_dir: &Path) -> Option<String> {
    let path = std::path::absolute(data_dir);
    let path = path.as_deref().unwrap_or(data_dir).display();
    (!Control::exists_in(data_dir))
        .then(|| format!("daybook: a new data directory was made: {path} held none"))
}

/// Whoever can run the command on this machine. Which account of the operating system that is goes into the
/// details: its number, and the names that the environment has for it and for who came with `sudo`.
pub(crate) fn actor() -> Actor {
    let mut account = Map::new();
    let uid = rustix::process::getuid().as_raw();
    account.insert("uid".into(), uid.into());
    for (member, variable) in [("user", "USER"), ("sudo_user", "SUDO_USER")] {
        if let Ok(name) = std::env::var(variable) {
            let name = validate::prefix(&name, limits::KEYWORD_BYTES_MAX);
            account.insert(member.into(), name.into());
        }
    }
    let mut actor = Actor::system("command line");
    let account = Value::Object(account);
    actor.details.insert("os_account".into(), account);
    actor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_directory_made_by_mistake_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let mistyped = dir.path().join("typo");
        let news = news_of(&mistyped).unwrap();
        assert!(news.contains(mistyped.to_str().unwrap()), "{news}");
        let place = Place {
            data_dir: Some(mistyped.clone()),
            config: None,
        };
        open(place).await.unwrap().close().await;
        assert_eq!(news_of(&mistyped), None, "from now on it is in use");
    }
}
