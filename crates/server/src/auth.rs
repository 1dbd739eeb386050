//! Who calls. Handlers take [`Ingester`], [`Reader`](crate::reading::Reader), [`Inspector`] or
//! [`Admin`] and so cannot be reached by others.

mod same_site;

use crate::app::App;
use crate::client::{from, text};
use crate::control::{Actor, Client, Gate, Key, Requester, Role, Scope, Session, User};
use crate::cookies::{Cookie, Renewal};
use crate::denials::{demand, denied};
use crate::error::{ApiError, ApiResult};
use crate::{gate, key_check};
use axum::extract::{FromRequestParts, MatchedPath};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use daybook_model::Timestamp;
use daybook_model::validate::Intake;
use same_site::{check_host, check_origin, demand_same_site};

/// Whoever passed the check.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// A platform.
    Key(Key),
    /// A program of somebody: it may read what that account may.
    Personal(Key, User),
    Session(Session),
    /// Somebody who asked for something that goes on without them.
    Account(User),
}

/// A caller that may send events: a key, for events need an origin.
#[derive(Debug)]
pub(crate) struct Ingester(pub(crate) Key);

/// A caller that may look at what belongs to everybody, such as keys, settings and jobs, as the actor of
/// what it asks for.
#[derive(Debug)]
pub(crate) struct Inspector(pub(crate) Actor);

/// A caller that may change what belongs to everybody, as the actor of what it does.
#[derive(Debug)]
pub(crate) struct Admin(pub(crate) Actor);

/// A session, for what belongs to its own account. Keys never get here.
#[derive(Debug)]
pub(crate) struct Own(pub(crate) Session);

/// The same, also while a second factor is missing: for what sets it up or gives it.
#[derive(Debug)]
pub(crate) struct OwnInPart(pub(crate) Session);

/// A request without a session that no page of another site sent.
#[derive(Debug)]
pub(crate) struct SameSite;

/// The session of the cookie, if any.
#[derive(Debug)]
pub(crate) struct MaybeSession(pub(crate) Option<Session>);

impl Caller {
    /// The key or the account.
    fn id(&self) -> &str {
        match self {
            Self::Key(key) | Self::Personal(key, _) => &key.id,
            Self::Session(session) => &session.user.id,
            Self::Account(user) => &user.id,
        }
    }

    /// Who that is in an audit event.
    pub(crate) fn actor(&self, client: Client) -> Actor {
        match self {
            Self::Session(session) => session.user.actor(client),
            Self::Personal(_, user) | Self::Account(user) => user.actor(client),
            Self::Key(key) => Actor {
                kind: "api_key",
                id: key.id.clone(),
                name: key.name.clone(),
                role: String::new(),
                client,
                details: serde_json::Map::new(),
            },
        }
    }

    /// The account, unless a platform calls.
    pub(crate) const fn user(&self) -> Option<&User> {
        match self {
            Self::Key(_) => None,
            Self::Personal(_, user) | Self::Account(user) => Some(user),
            Self::Session(session) => Some(&session.user),
        }
    }

    /// The same caller as it is now; `None` when it has ended.
    pub(crate) async fn again(&self, app: &App) -> ApiResult<Option<Self>> {
        Ok(match self {
            Self::Key(key) => usable_key(app, &key.id).await?.map(Self::Key),
            Self::Personal(key, user) => {
                let key = usable_key(app, &key.id).await?;
                let user = usable_account(app, &user.id).await?;
                key.zip(user).map(|(key, user)| Self::Personal(key, user))
            }
            Self::Session(session) => {
                let session = app.control.session(&session.id).await?;
                let open = session.filter(|session| check_gate(session).is_ok());
                open.map(Self::Session)
            }
            Self::Account(user) => usable_account(app, &user.id).await?.map(Self::Account),
        })
    }
}

impl Caller {
    /// Who asks, for what goes on without them.
    pub(crate) fn requester(&self) -> Requester {
        let (user_id, key_id) = match self {
            Self::Key(key) => (None, Some(&key.id)),
            Self::Personal(key, user) => (Some(&user.id), Some(&key.id)),
            Self::Session(session) => (Some(&session.user.id), None),
            Self::Account(user) => (Some(&user.id), None),
        };
        Requester {
            user_id: user_id.cloned(),
            key_id: key_id.cloned(),
        }
    }

    /// Whoever asked for something earlier, as they are now; `None` when they have ended.
    pub(crate) async fn of(app: &App, requester: &Requester) -> ApiResult<Option<Self>> {
        let key = match &requester.key_id {
            Some(id) => usable_key(app, id).await?,
            None => None,
        };
        let user = match &requester.user_id {
            Some(id) => usable_account(app, id).await?,
            None => None,
        };
        Ok(match (&requester.user_id, &requester.key_id) {
            (Some(_), Some(_)) => key.zip(user).map(|(key, user)| Self::Personal(key, user)),
            (Some(_), None) => user.map(Self::Account),
            (None, _) => key.map(Self::Key),
        })
    }
}

/// A key as it is now, unless it has ended.
async fn usable_key(app: &App, id: &str) -> ApiResult<Option<Key>> {
    let key = app.control.key(id).await?;
    Ok(key.filter(|key| key.ended(Timestamp::now()).is_none()))
}

/// An account as it is now, unless it has ended or its programs may do nothing.
async fn usable_account(app: &App, id: &str) -> ApiResult<Option<User>> {
    Ok(match app.control.key_owner(id).await? {
        Some(user) if app.control.lacks_mfa(&user).await? => None,
        user => user,
    })
}

impl Ingester {
    /// What is known about the sender of a batch that arrives now.
    pub(crate) fn intake(&self) -> Intake {
        Intake {
            origin: self.0.origin.as_str().into(),
            ingest_key_id: self.0.id.as_str().into(),
            received_at: Timestamp::now(),
        }
    }
}

impl FromRequestParts<App> for Ingester {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        match authenticate(parts, app, Scope::Ingest).await? {
            Caller::Key(key) => Ok(Self(key)),
            caller @ (Caller::Personal(..) | Caller::Session(_) | Caller::Account(_)) => {
                let refusal = ApiError::forbidden(
                    "key_needed",
                    "events are sent with an API key of the scope ingest: it says which origin they have",
                );
                Err(denied(parts, app, &caller, refusal).await)
            }
        }
    }
}

impl FromRequestParts<App> for Inspector {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let client = from(parts).client;
        let caller = authenticate(parts, app, Scope::Admin).await?;
        demand(parts, app, &caller, Role::inspects, "this").await?;
        Ok(Self(caller.actor(client)))
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let client = from(parts).client;
        let caller = authenticate(parts, app, Scope::Admin).await?;
        demand(parts, app, &caller, Role::administers, "this").await?;
        Ok(Self(caller.actor(client)))
    }
}

impl FromRequestParts<App> for MaybeSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        session(parts, app).await.map(Self)
    }
}

impl FromRequestParts<App> for Own {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let OwnInPart(session) = OwnInPart::from_request_parts(parts, app).await?;
        check_gate(&session)?;
        Ok(Self(session))
    }
}

impl FromRequestParts<App> for OwnInPart {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let signed_out = || ApiError::unauthorized("unauthorized", "sign in first");
        let session = session(parts, app).await?;
        session.map(Self).ok_or_else(signed_out)
    }
}

impl FromRequestParts<App> for SameSite {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> ApiResult<Self> {
        let Err(refused) = check_origin(parts, app) else {
            return Ok(Self);
        };
        let (route, client) = (parts.extensions.get::<MatchedPath>(), from(parts).client);
        gate::tell(app, route, &client, &refused).await;
        Err(refused)
    }
}

/// Whoever sent the request. A key must have the scope; what an account may do its role says.
pub(crate) async fn authenticate(parts: &Parts, app: &App, scope: Scope) -> ApiResult<Caller> {
    let caller = match sent_key(&parts.headers) {
        Some(secret) => by_key(parts, app, &secret, scope).await?,
        None => match session(parts, app).await? {
            Some(session) => {
                check_gate(&session)?;
                Caller::Session(session)
            }
            None => {
                return Err(ApiError::unauthorized(
                    "unauthorized",
                    format!(
                        "sign in, or send an API key with the scope {scope}: Authorization: Bearer dbk_…"
                    ),
                ));
            }
        },
    };
    if scope == Scope::Read {
        app.rates.read(caller.id())?;
    }
    Ok(caller)
}

async fn by_key(parts: &Parts, app: &App, secret: &str, scope: Scope) -> ApiResult<Caller> {
    let client = from(parts).client;
    let key = key_check::usable(app, &client, secret).await?;
    let owner = key_check::owner(app, &client, secret, &key).await?;
    let has_scope = key_check::scope(app, &client, secret, &key, scope).await;
    let caller = match owner {
        Some(user) => Caller::Personal(key, user),
        None => Caller::Key(key),
    };
    match has_scope {
        Ok(()) => Ok(caller),
        Err(refusal) => Err(denied(parts, app, &caller, refusal).await),
    }
}

async fn session(parts: &Parts, app: &App) -> ApiResult<Option<Session>> {
    let from = from(parts);
    let Some(token) = Cookie::Session.read(&parts.headers, from.secure) else {
        return Ok(None);
    };
    if !parts.method.is_safe() {
        demand_same_site(parts, app, token).await?;
    } else if check_host(parts, app).is_err() {
        return Ok(None);
    }
    let Some(found) = app.control.find_session(&from.client, token).await? else {
        app.rates.anonymous(from.client.ip)?;
        return Ok(None);
    };
    if let Some(token) = found.renewed {
        Renewal::note(parts, &from, &found.session, &token);
    }
    Ok(Some(found.session))
}

/// The one place that keeps out sessions without the second factor that they need.
fn check_gate(session: &Session) -> ApiResult<()> {
    match session.gate {
        Gate::Open => Ok(()),
        Gate::MfaSetup => Err(ApiError::forbidden(
            "mfa_setup_required",
            "your role needs a second factor: set it up first",
        )),
        Gate::MfaCode => Err(ApiError::forbidden(
            "mfa_code_required",
            "give a code of your second factor first",
        )),
    }
}

/// Whether a request brings anything that may prove to be a key or a session.
pub(crate) fn has_credentials(headers: &HeaderMap) -> bool {
    let session = |secure| Cookie::Session.read(headers, secure).is_some();
    sent_key(headers).is_some() || session(true) || session(false)
}

/// The key in any of the headers that clients use for one.
fn sent_key(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| text(headers, name);
    if let Some(authorization) = text(header::AUTHORIZATION.as_str()) {
        let (scheme, value) = authorization.split_once(' ').unwrap_or((authorization, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(value.trim().into());
        }
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(basic_key(value.trim()).unwrap_or_default());
        }
    }
    ["x-api-key", "api-key", "x-goog-api-key"]
        .into_iter()
        .find_map(|name| text(name).map(|key| key.trim().into()))
}

/// The password, or the user name when that is the key.
fn basic_key(encoded: &str) -> Option<String> {
    let decoded = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = decoded.split_once(':').unwrap_or((&decoded, ""));
    let key = match user.starts_with("dbk_") && !password.starts_with("dbk_") {
        true => user,
        false => password,
    };
    Some(key.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_key_in_every_header_clients_use() {
        let key = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            sent_key(&headers)
        };
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        let found = Some("dbk_x".to_owned());
        assert_eq!(key("authorization", "Bearer dbk_x"), found);
        assert_eq!(key("authorization", "bearer  dbk_x "), found);
        assert_eq!(key("authorization", &basic("pk-lf-1:dbk_x")), found);
        assert_eq!(key("authorization", &basic("dbk_x:")), found);
        assert_eq!(key("authorization", &basic("dbk_x:sk-lf-1")), found);
        for name in ["x-api-key", "api-key", "x-goog-api-key"] {
            assert_eq!(key(name, "dbk_x"), found);
        }
        assert_eq!(key("authorization", "Basic %%%"), Some(String::new()));
        assert_eq!(key("x-other", "dbk_x"), None);
    }
}
