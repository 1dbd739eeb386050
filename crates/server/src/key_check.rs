//! Whether a key may be used: known, not ended, with the scope, within its allowance. Every refusal
//! but the last goes on record.

use crate::app::App;
use crate::control::{Client, Ended, Key, Scope, User};
use crate::error::{ApiError, ApiResult};
use daybook_model::Timestamp;

/// The key with this secret, if it may be used now.
pub(crate) async fn usable(app: &App, client: &Client, secret: &str) -> ApiResult<Key> {
    let Some(key) = app.control.find_key(secret).await? else {
        app.rates.anonymous(client.ip)?;
        let reason = "unknown key";
        app.control.key_refused(client, secret, None, reason).await;
        let message = "this API key does not exist";
        return Err(ApiError::unauthorized("invalid_key", message));
    };
    if let Some(ended) = key.ended(Timestamp::now()) {
        app.rates.anonymous(client.ip)?;
        let reason = ended.to_string();
        let refused = app.control.key_refused(client, secret, Some(&key), &reason);
        refused.await;
        let (code, message) = match ended {
            Ended::Revoked => ("revoked_key", "this API key was revoked"),
            Ended::Expired => ("expired_key", "this API key has expired"),
        };
        return Err(ApiError::unauthorized(code, message));
    }
    app.rates.key(&key)?;
    Ok(key)
}

/// Refuses a key that is not for this.
pub(crate) async fn scope(
    app: &App,
    client: &Client,
    secret: &str,
    key: &Key,
    scope: Scope,
) -> ApiResult<()> {
    if key.scopes.contains(&scope) {
        return Ok(());
    }
    let message = format!("this API key lacks the scope {scope}");
    let refused = app.control.key_refused(client, secret, Some(key), &message);
    refused.await;
    Err(ApiError::forbidden("missing_scope", message))
}

/// The account of a personal key; none for a platform's.
pub(crate) async fn owner(
    app: &App,
    client: &Client,
    secret: &str,
    key: &Key,
) -> ApiResult<Option<User>> {
    let Some(user_id) = &key.user_id else {
        return Ok(None);
    };
    if let Some(user) = app.control.key_owner(user_id).await? {
        if !app.control.lacks_mfa(&user).await? {
            return Ok(Some(user));
        }
        let reason = "its account lacks the second factor that its role needs";
        let refused = app.control.key_refused(client, secret, Some(key), reason);
        refused.await;
        let message = "the role of this key's account needs a second factor: set it up first";
        return Err(ApiError::forbidden("mfa_setup_required", message));
    }
    let reason = "its account cannot sign in";
    let refused = app.control.key_refused(client, secret, Some(key), reason);
    refused.await;
    let message = "this API key belongs to an account that cannot sign in";
    Err(ApiError::unauthorized("revoked_key", message))
}
