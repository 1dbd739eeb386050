//! Who may read the audit log, for evidence packages.

use crate::control::{Control, Result, Role, Scope, UserQuery};
use daybook_model::{Stream, Timestamp};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Accounts that are read at once.
const TOGETHER: u64 = 500;

/// The accounts whose role reads audit events, and the keys that do, as of now.
pub(crate) async fn may_read_audit(control: &Control) -> Result<Value> {
    let (mut accounts, mut ids) = (Vec::new(), HashSet::new());
    for role in Role::ALL
        .into_iter()
        .filter(|role| role.reads(Stream::Audit))
    {
        let mut offset = 0;
        loop {
            let query = UserQuery {
                role: Some(role),
                offset,
                limit: TOGETHER,
                ..UserQuery::default()
            };
            let (profiles, total) = control.users(query).await?;
            offset += profiles.len() as u64;
            let is_last = profiles.is_empty() || offset >= total;
            ids.extend(profiles.iter().map(|profile| profile.user.id.clone()));
            accounts.extend(profiles.into_iter().map(|profile| {
                json!({
                    "id": profile.user.id,
                    "email": profile.user.email,
                    "role": role.name(),
                    "state": profile.user.state.name(),
                    "second_factor": profile.mfa_enabled,
                    "last_sign_in_at": profile.last_sign_in_at.map(|at| at.to_string()),
                })
            }));
            if is_last {
                break;
            }
        }
    }
    let now = Timestamp::now();
    let keys = control.keys().await?;
    let reading = keys.iter().filter(|key| {
        let account = key.user_id.as_ref();
        let may = account.is_none_or(|account| ids.contains(account));
        may && key.scopes.contains(&Scope::Read) && key.ended(now).is_none()
    });
    let keys = reading.map(|key| {
        json!({
            "id": key.id,
            "name": key.name,
            "account": key.user_id,
            "scopes": key.scopes,
            "expires_at": key.expires_at.map(|at| at.to_string()),
        })
    });
    Ok(json!({
        "as_of": now.to_string(),
        "accounts": accounts,
        "api_keys": keys.collect::<Vec<_>>(),
        "note": "Changes of roles and keys in the period are audit events themselves: user.* and api_key.*",
    }))
}
