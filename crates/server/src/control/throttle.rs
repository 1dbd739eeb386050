//! A growing delay after failed sign-ins, per account and per address. It slows guessing and
//! never ends a session; memory is bounded by forgetting the oldest.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures of one account before the delay begins.
const ACCOUNT_FREE: u32 = 5;
/// Failures from one address before the delay begins: people share addresses.
const ADDRESS_FREE: u32 = 20;
const DELAY_MAX: Duration = Duration::from_secs(60);
/// A quiet time after which failures are forgotten.
const FORGET: Duration = Duration::from_secs(15 * 60);
const ENTRIES_MAX: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Throttle {
    failures: Mutex<HashMap<String, Failures>>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

/// The names under which an attempt is counted, with the failures each may have for free.
fn names(account: &str, ip: Option<IpAddr>) -> impl Iterator<Item = (String, u32)> {
    let account = Some((format!("account {account}"), ACCOUNT_FREE));
    let address = ip.map(|ip| (format!("address {ip}"), ADDRESS_FREE));
    account.into_iter().chain(address)
}

impl Throttle {
    /// How long this attempt must still wait.
    pub(super) fn wait(&self, account: &str, ip: Option<IpAddr>, now: Instant) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = names(account, ip).filter_map(|(name, free)| {
            let known = failures.get(&name)?;
            let over = known.count.checked_sub(free)?;
            let delay = Duration::from_secs(1 << over.min(6)).min(DELAY_MAX);
            (known.last + delay).checked_duration_since(now)
        });
        waits.max().filter(|wait| !wait.is_zero())
    }

    /// Counts a failed attempt.
    pub(super) fn fail(&self, account: &str, ip: Option<IpAddr>, now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.retain(|_, known| now.duration_since(known.last) < FORGET);
        if failures.len() >= ENTRIES_MAX {
            let oldest = failures.iter().min_by_key(|(_, known)| known.last);
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                failures.remove(&name);
            }
        }
        for (name, _) in names(account, ip) {
            let known = failures.entry(name);
            let known = known.or_insert(Failures {
                count: 0,
                last: now,
            });
            known.count += 1;
            known.last = now;
        }
    }

    /// Forgets the failures of an account that signed in.
    pub(super) fn succeed(&self, account: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&format!("account {account}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_ends_and_is_forgotten_on_success() {
        let throttle = Throttle::default();
        let start = Instant::now();
        for _ in 0..ACCOUNT_FREE {
            assert_eq!(throttle.wait("a", None, start), None);
            throttle.fail("a", None, start);
        }
        assert_eq!(
            throttle.wait("a", None, start),
            Some(Duration::from_secs(1))
        );
        assert_eq!(
            throttle.wait("b", None, start),
            None,
            "other accounts are free"
        );
        throttle.fail("a", None, start);
        assert_eq!(
            throttle.wait("a", None, start),
            Some(Duration::from_secs(2))
        );
        assert_eq!(
            throttle.wait("a", None, start + Duration::from_secs(2)),
            None
        );
        throttle.succeed("a");
        assert_eq!(throttle.wait("a", None, start), None);
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_slowed() {
        let throttle = Throttle::default();
        let (start, ip) = (Instant::now(), Some(IpAddr::from([203, 0, 113, 9])));
        for account in 0..ADDRESS_FREE {
            throttle.fail(&account.to_string(), ip, start);
        }
        assert!(throttle.wait("yet another", ip, start).is_some());
    }
}
