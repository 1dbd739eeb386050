//! Sign-ins on their way: between leaving for the provider and coming back. Each belongs to one
//! browser, works once and for minutes; how many wait is bounded, for each address and in all.

use super::SsoError;
use crate::control::{Purpose, digest};
use openidconnect::Nonce;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

/// How long a person may take at the provider.
pub(crate) const LIFE: Duration = Duration::from_secs(10 * 60);
/// One address, behind which there may be an office. Beyond, its oldest goes.
const OF_ADDRESS_MAX: usize = 100;
const FLOWS_MAX: usize = 10_000;

/// A sign-in on its way.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(super) provider_id: String,
    pub(super) issuer: String,
    pub(super) nonce: Nonce,
    pub(super) verifier: String,
    pub(super) callback: String,
    pub(crate) purpose: Purpose,
    pub(crate) return_to: String,
    pub(super) ip: Option<IpAddr>,
}

#[derive(Debug)]
struct Kept {
    browser: [u8; 32],
    since: Instant,
    pending: Pending,
}

/// All of them, by the hash of their state.
#[derive(Debug, Default)]
pub(super) struct Flows(Mutex<HashMap<[u8; 32], Kept>>);

/// The name of a flow, for its cookie: no secret.
pub(crate) fn name(state: &str) -> String {
    let digest = digest(state);
    digest[..6].iter().map(|b| format!("{b:02x}")).collect()
}

impl Flows {
    /// Keeps a sign-in until its answer comes. Answers its name.
    pub(super) fn keep(&self, state: &str, browser: &str, pending: Pending) -> String {
        let now = Instant::now();
        let mut flows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        flows.retain(|_, kept| now.duration_since(kept.since) < LIFE);
        let ip = pending.ip;
        let of_address = flows.values().filter(|kept| kept.pending.ip == ip).count();
        if of_address >= OF_ADDRESS_MAX || flows.len() >= FLOWS_MAX {
            let among = |kept: &Kept| of_address < OF_ADDRESS_MAX || kept.pending.ip == ip;
            let oldest = flows.iter().filter(|(_, kept)| among(kept));
            let oldest = oldest.min_by_key(|(_, kept)| kept.since);
            if let Some(oldest) = oldest.map(|(state, _)| *state) {
                flows.remove(&oldest);
            }
        }
        let kept = Kept {
            browser: digest(browser),
            since: now,
            pending,
        };
        flows.insert(digest(state), kept);
        name(state)
    }

    /// Takes a sign-in out. What another browser brings back is used up all the same.
    pub(super) fn take(
        &self,
        provider_id: &str,
        state: &str,
        browser: Option<&str>,
    ) -> Result<Pending, SsoError> {
        let mut flows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = flows.remove(&digest(state));
        drop(flows);
        let kept = kept
            .filter(|kept| kept.since.elapsed() < LIFE)
            .ok_or(SsoError::Stray(
                "the state is unknown, was used or has expired",
            ))?;
        let same_browser =
            browser.is_some_and(|browser| bool::from(kept.browser.ct_eq(&digest(browser))));
        if !same_browser {
            return Err(SsoError::Stray(
                "the answer came to another browser than the one that asked",
            ));
        }
        if kept.pending.provider_id != provider_id {
            return Err(SsoError::Stray(
                "the answer came for another provider than the one that was asked",
            ));
        }
        Ok(kept.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(ip: Option<IpAddr>) -> Pending {
        Pending {
            provider_id: "p".into(),
            issuer: "https://id.example.com".into(),
            nonce: Nonce::new_random(),
            verifier: String::new(),
            callback: String::new(),
            purpose: Purpose::SignIn,
            return_to: "/".into(),
            ip,
        }
    }

    #[test]
    fn a_flow_works_once_in_its_browser_for_its_provider() {
        let flows = Flows::default();
        flows.keep("one", "browser", pending(None));
        assert!(flows.take("p", "one", Some("browser")).is_ok());
        assert!(flows.take("p", "one", Some("browser")).is_err(), "replayed");
        for (provider, browser) in [("p", Some("other")), ("p", None), ("q", Some("browser"))] {
            flows.keep("two", "browser", pending(None));
            assert!(flows.take(provider, "two", browser).is_err());
            assert!(flows.take("p", "two", Some("browser")).is_err(), "used up");
        }
    }

    #[test]
    fn one_address_cannot_push_out_others() {
        let flows = Flows::default();
        let [mine, theirs] = [1, 2].map(|n| Some(IpAddr::from([203, 0, 113, n])));
        flows.keep("mine", "browser", pending(mine));
        for n in 0..3 * OF_ADDRESS_MAX {
            flows.keep(&n.to_string(), "browser", pending(theirs));
        }
        assert_eq!(flows.0.lock().unwrap().len(), OF_ADDRESS_MAX + 1);
        assert!(flows.take("p", "mine", Some("browser")).is_ok());
    }
}
