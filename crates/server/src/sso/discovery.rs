//! What providers publish: their metadata and keys. Both are kept for a while; a failure is kept
//! for seconds, so that a provider that hangs does not hold up everybody in turn.

use super::http::{Door, HttpError};
use super::{Part, SsoError};
use crate::control::Provider;
use openidconnect::core::CoreJsonWebKeySet;
use openidconnect::url::Url;
use openidconnect::{AuthUrl, JsonWebKeySetUrl, TokenUrl, UserInfoUrl};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// Short, so that an outage is seen before browsers are sent into it.
const METADATA_LIFE: Duration = Duration::from_secs(60);
const FAILURE_LIFE: Duration = Duration::from_secs(5);
/// A key that a provider withdraws is believed no longer than this.
const KEYS_LIFE: Duration = Duration::from_secs(10 * 60);
/// A token of an unknown key has the keys fetched again, this often at most.
const KEYS_AGAIN: Duration = Duration::from_secs(60);

/// OpenID Connect Discovery 1.0, §3, as far as it matters here.
#[derive(Debug, Clone, serde::Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: AuthUrl,
    pub(super) token_endpoint: TokenUrl,
    pub(super) jwks_uri: JsonWebKeySetUrl,
    pub(super) userinfo_endpoint: Option<UserInfoUrl>,
    #[serde(default)]
    pub(super) response_types_supported: Vec<String>,
    #[serde(default)]
    pub(super) scopes_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    pub(super) token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) code_challenge_methods_supported: Option<Vec<String>>,
    /// RFC 9207, §3.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// The address of an issuer's metadata.
pub(super) fn metadata_url(issuer: &str) -> Result<Url, String> {
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    let url = format!("{base}/.well-known/openid-configuration");
    Url::parse(&url).map_err(|error| error.to_string())
}

/// Fetches what an issuer publishes about itself, and when it says that was.
pub(super) async fn fetch_metadata(
    door: &Door,
    issuer: &str,
) -> Result<(Metadata, Option<String>), SsoError> {
    let outage = |what: String| SsoError::outage(Part::Discovery, what);
    let url = metadata_url(issuer).map_err(outage)?;
    let fetched = door.get(&url, None).await;
    let fetched = fetched.map_err(|error| outage(error.to_string()))?;
    if fetched.status != 200 {
        return Err(outage(format!("{url} answers {}", fetched.status)));
    }
    let metadata: Metadata = serde_json::from_slice(&fetched.body)
        .map_err(|error| outage(format!("{url} is no provider's metadata: {error}")))?;
    if metadata.issuer != issuer {
        return Err(outage(format!(
            "the provider calls itself {}: use exactly that as the issuer",
            super::printable(&metadata.issuer)
        )));
    }
    let endpoints = [
        Some(metadata.authorization_endpoint.url()),
        Some(metadata.token_endpoint.url()),
        Some(metadata.jwks_uri.url()),
        metadata.userinfo_endpoint.as_ref().map(|url| url.url()),
    ];
    for endpoint in endpoints.into_iter().flatten() {
        door.check(endpoint)
            .map_err(|error| outage(error.to_string()))?;
    }
    let date = fetched.headers.get("date").and_then(|d| d.to_str().ok());
    Ok((metadata, date.map(str::to_owned)))
}

/// Fetches a provider's keys.
pub(super) async fn fetch_keys(
    door: &Door,
    metadata: &Metadata,
) -> Result<CoreJsonWebKeySet, SsoError> {
    use openidconnect::DiscoveryError::{Request, Response};
    let fetched = CoreJsonWebKeySet::fetch_async(&metadata.jwks_uri, door).await;
    fetched.map_err(|error| {
        let what = match error {
            Request(error) => HttpError::to_string(&error),
            Response(status, _, _) if status != 200 => {
                format!("{} answers {status}", metadata.jwks_uri.url())
            }
            _ => format!("{} is no key set", metadata.jwks_uri.url()),
        };
        SsoError::outage(Part::Keys, what)
    })
}

type Keys = Arc<CoreJsonWebKeySet>;

/// What is known of one provider.
#[derive(Debug, Default)]
struct Entry {
    issuer: String,
    metadata: Option<(Instant, Result<Arc<Metadata>, SsoError>)>,
    keys: Option<(Instant, Keys)>,
    /// When keys were last fetched because of an unknown one.
    keys_again: Option<Instant>,
}

/// What is known of all providers.
#[derive(Debug, Default)]
pub(super) struct Directory(std::sync::Mutex<HashMap<String, Arc<Mutex<Entry>>>>);

impl Directory {
    fn entry(&self, provider: &Provider) -> Arc<Mutex<Entry>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(entries.entry(provider.id.clone()).or_default())
    }

    /// A provider's metadata. Who comes while it is fetched waits for the same answer.
    pub(super) async fn metadata(
        &self,
        door: &Door,
        provider: &Provider,
    ) -> Result<Arc<Metadata>, SsoError> {
        let entry = self.entry(provider);
        let mut entry = entry.lock().await;
        let issuer = &provider.settings.issuer;
        if entry.issuer != *issuer {
            *entry = Entry {
                issuer: issuer.clone(),
                ..Entry::default()
            };
        }
        if let Some(known) = entry.known(Instant::now()) {
            return known;
        }
        let fetched = fetch_metadata(door, issuer).await;
        let fetched = fetched.map(|(metadata, _)| Arc::new(metadata));
        entry.metadata = Some((Instant::now(), fetched.clone()));
        fetched
    }

    /// A provider's keys.
    pub(super) async fn keys(
        &self,
        door: &Door,
        provider: &Provider,
        metadata: &Metadata,
    ) -> Result<Keys, SsoError> {
        let entry = self.entry(provider);
        let mut entry = entry.lock().await;
        entry.keys(door, metadata, KEYS_LIFE).await
    }

    /// A provider's keys, fetched again because of an unknown one unless that was just done.
    pub(super) async fn newer_keys(
        &self,
        door: &Door,
        provider: &Provider,
        metadata: &Metadata,
    ) -> Result<Keys, SsoError> {
        let entry = self.entry(provider);
        let mut entry = entry.lock().await;
        let done = entry.keys_again.is_some_and(|at| at.elapsed() < KEYS_AGAIN);
        if done {
            return entry.keys(door, metadata, KEYS_LIFE).await;
        }
        entry.keys_again = Some(Instant::now());
        entry.keys(door, metadata, Duration::ZERO).await
    }
}

impl Entry {
    /// The metadata, or the failure to fetch it, as far as it is still believed.
    fn known(&self, now: Instant) -> Option<Result<Arc<Metadata>, SsoError>> {
        let (at, outcome) = self.metadata.as_ref()?;
        let age = now.saturating_duration_since(*at);
        match outcome {
            Ok(metadata) if age < METADATA_LIFE => Some(Ok(Arc::clone(metadata))),
            Err(SsoError::Outage { part, what, .. }) if age < FAILURE_LIFE => {
                Some(Err(SsoError::Outage {
                    part: *part,
                    what: what.clone(),
                    repeated: true,
                }))
            }
            _ => None,
        }
    }

    async fn keys(
        &mut self,
        door: &Door,
        metadata: &Metadata,
        life: Duration,
    ) -> Result<Keys, SsoError> {
        if let Some((at, known)) = &self.keys
            && at.elapsed() < life
        {
            return Ok(Arc::clone(known));
        }
        let keys = Arc::new(fetch_keys(door, metadata).await?);
        self.keys = Some((Instant::now(), Arc::clone(&keys)));
        Ok(keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_that_comes_back_works_within_seconds() {
        let began = Instant::now();
        let outage = SsoError::outage(Part::Discovery, "no connection");
        let entry = Entry {
            metadata: Some((began, Err(outage))),
            ..Entry::default()
        };
        let known = |age_s| entry.known(began + Duration::from_secs(age_s));
        let repeated = known(4).expect("it is not asked again at once");
        assert!(matches!(
            repeated,
            Err(SsoError::Outage { repeated: true, .. })
        ));
        assert!(known(5).is_none(), "it is asked again");
    }
}
