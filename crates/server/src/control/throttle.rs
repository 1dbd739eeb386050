//! A growing delay after failed sign-ins, per account and per address. It slows guessing and
//! never ends a session; memory is bounded by forgetting the oldest.
//!
//! A browser from which an account was used before is counted apart: the failures of others
//! delay it neither by the account nor by the address.

use super::secrets::random;
use crate::client::sender;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures of one account before the delay begins.
const ACCOUNT_FREE: u32 = 5;
/// Failures from one address before the delay begins: people share addresses.
const ADDRESS_FREE: u32 = 20;
/// Sign-ups from one address, until it is quiet for a while.
const SIGN_UPS_FREE: u32 = 10;
const DELAY_MAX: Duration = Duration::from_secs(60);
/// A quiet time after which failures are forgotten.
const FORGET: Duration = Duration::from_secs(15 * 60);
/// Names that failures are remembered of.
const NAMES_MAX: usize = 20_000;
/// Accounts that one wrong password was tried on before it counts as spraying.
const SPRAYED_ACCOUNTS: usize = 10;
/// How much a sprayed password counts at its address.
const SPRAYED_WEIGHT: u32 = 5;
/// Wrong passwords that are remembered, as keyed hashes.
const PASSWORDS_MAX: usize = 2_000;

/// Whose failures are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Source<'a> {
    /// The account's name as it was given, known or not.
    pub(super) account: &'a str,
    /// The browser, when the account was used from it before.
    pub(super) device: Option<&'a str>,
    pub(super) ip: Option<IpAddr>,
}

/// What a failed attempt amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suspicion {
    None,
    /// One password, this many accounts; said when the limit is reached.
    Spraying(usize),
}

#[derive(Debug)]
pub(super) struct Throttle {
    failures: Mutex<Recent<Box<str>, u32>>,
    /// Accounts by the wrong password tried on them.
    passwords: Mutex<Recent<[u8; 16], HashSet<Box<str>>>>,
    /// Makes those hashes worthless outside of this process.
    key: [u8; 32],
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            failures: Mutex::new(Recent::new(NAMES_MAX)),
            passwords: Mutex::new(Recent::new(PASSWORDS_MAX)),
            key: random(),
        }
    }
}

impl Source<'_> {
    /// The names under which an attempt is counted, with the failures each may have for free.
    fn names(self) -> impl Iterator<Item = (Box<str>, u32)> {
        let Self {
            account, device, ..
        } = self;
        let own = match device {
            Some(device) => format!("device {device} {account}"),
            None => format!("account {account}"),
        };
        let address = self.ip.filter(|_| device.is_none()).map(sender);
        let address = address.map(|sender| (format!("address {sender}").into(), ADDRESS_FREE));
        std::iter::once((own.into(), ACCOUNT_FREE)).chain(address)
    }
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Throttle {
    /// Lets an attempt pass and counts it as failed until the contrary is known, so that many at
    /// once are no way round; or says how long it must wait.
    ///
    /// # Errors
    /// The time to wait.
    pub(super) fn admit(&self, source: Source<'_>, now: Instant) -> Result<(), Duration> {
        let mut failures = open(&self.failures);
        let waits = source.names().filter_map(|(name, free)| {
            let (count, last) = failures.get(&name, now)?;
            let over = count.checked_sub(free)?;
            let delay = Duration::from_secs(1 << over.min(6)).min(DELAY_MAX);
            (last + delay).checked_duration_since(now)
        });
        if let Some(wait) = waits.max().filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        for (name, _) in source.names() {
            *failures.touch(name, now) += 1;
        }
        Ok(())
    }

    /// An attempt with a wrong password has failed. When the password is tried on many accounts, it
    /// counts more at its address.
    pub(super) fn fail(&self, source: Source<'_>, password: &str, now: Instant) -> Suspicion {
        let accounts = self.accounts_of(password, source, now);
        if accounts >= SPRAYED_ACCOUNTS
            && let Some((address, _)) = source.names().nth(1)
        {
            *open(&self.failures).touch(address, now) += SPRAYED_WEIGHT;
        }
        match accounts == SPRAYED_ACCOUNTS {
            true => Suspicion::Spraying(accounts),
            false => Suspicion::None,
        }
    }

    /// On how many accounts a wrong password was tried, this one included; 0 when it was tried on
    /// this one before.
    fn accounts_of(&self, password: &str, source: Source<'_>, now: Instant) -> usize {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes any key");
        mac.update(password.as_bytes());
        let mut tag = [0; 16];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        let mut passwords = open(&self.passwords);
        let accounts = passwords.touch(tag, now);
        if accounts.len() > SPRAYED_ACCOUNTS {
            return accounts.len();
        }
        match accounts.insert(source.account.into()) {
            true => accounts.len(),
            false => 0,
        }
    }

    /// Forgets the failures of an account that signed in; its address has one less.
    pub(super) fn succeed(&self, source: Source<'_>) {
        self.take_back(source);
        if let Some((name, _)) = source.names().next() {
            open(&self.failures).known.remove(&name);
        }
    }

    /// The attempt was no failure, whatever became of it.
    pub(super) fn take_back(&self, source: Source<'_>) {
        let mut failures = open(&self.failures);
        for (name, _) in source.names() {
            if let Some((count, _)) = failures.known.get_mut(&name) {
                *count = count.saturating_sub(1);
            }
        }
    }

    /// Counts a sign-up; whether its address may have one more.
    pub(super) fn sign_up(&self, ip: Option<IpAddr>, now: Instant) -> bool {
        let Some(ip) = ip else { return true };
        let name = format!("sign-ups {}", sender(ip)).into();
        let mut failures = open(&self.failures);
        let count = failures.touch(name, now);
        *count += 1;
        *count <= SIGN_UPS_FREE
    }

    /// Forgets what strangers did to an account: its owner has a new password, or an
    /// administrator unlocked it.
    pub(super) fn forgive(&self, account: &str) {
        open(&self.failures)
            .known
            .remove(format!("account {account}").as_str());
    }
}

/// What happened lately, by name. When there is no more room, the older half is forgotten at
/// once: adding is cheap however many names come.
#[derive(Debug)]
struct Recent<K, V> {
    known: HashMap<K, (V, Instant)>,
    max: usize,
}

impl<K: std::hash::Hash + Eq + Clone, V: Default + Clone> Recent<K, V> {
    fn new(max: usize) -> Self {
        Self {
            known: HashMap::new(),
            max,
        }
    }

    fn get(&self, name: &K, now: Instant) -> Option<(V, Instant)> {
        let known = self.known.get(name);
        known
            .filter(|(_, last)| now.duration_since(*last) < FORGET)
            .cloned()
    }

    fn touch(&mut self, name: K, now: Instant) -> &mut V {
        if self.known.len() >= self.max && !self.known.contains_key(&name) {
            let mut ages: Vec<Instant> = self.known.values().map(|(_, last)| *last).collect();
            let middle = ages.len() / 2;
            let (_, middle, _) = ages.select_nth_unstable(middle);
            let middle = *middle;
            self.known.retain(|_, (_, last)| *last > middle);
        }
        let known = self.known.entry(name);
        let known = known.or_insert_with(|| (V::default(), now));
        if now.duration_since(known.1) >= FORGET {
            known.0 = V::default();
        }
        known.1 = now;
        &mut known.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(account: &str, last: u8) -> Source<'_> {
        Source {
            account,
            device: None,
            ip: Some(IpAddr::from([203, 0, 113, last])),
        }
    }

    fn known<'a>(account: &'a str, device: &'a str) -> Source<'a> {
        Source {
            device: Some(device),
            ..stranger(account, 1)
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_delay_grows_ends_and_is_forgotten_on_success() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let (a, b) = (stranger("a", 1), stranger("b", 1));
        for _ in 0..ACCOUNT_FREE {
            assert_eq!(throttle.admit(a, start), Ok(()));
        }
        assert_eq!(throttle.admit(a, start), Err(SECOND));
        assert_eq!(throttle.admit(b, start), Ok(()), "other accounts are free");
        let mut now = start;
        for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(throttle.admit(a, now), Err(wait * SECOND));
            now += wait * SECOND;
            assert_eq!(throttle.admit(a, now), Ok(()));
        }
        throttle.succeed(a);
        assert_eq!(throttle.admit(a, now), Ok(()));
    }

    #[test]
    fn what_was_no_failure_counts_nowhere() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for n in 0..100_u8 {
            let name = (n % 10).to_string();
            let source = stranger(&name, 1);
            assert_eq!(throttle.admit(source, start), Ok(()));
            match n % 2 {
                0 => throttle.take_back(source),
                _ => throttle.succeed(source),
            }
        }
    }

    #[test]
    fn an_address_that_tries_many_accounts_is_slowed() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for account in 0..ADDRESS_FREE {
            let admitted = throttle.admit(stranger(&account.to_string(), 9), start);
            assert_eq!(admitted, Ok(()));
        }
        assert!(throttle.admit(stranger("another", 9), start).is_err());
        assert_eq!(throttle.admit(stranger("another", 8), start), Ok(()));
        let later = start + FORGET;
        assert_eq!(throttle.admit(stranger("another", 9), later), Ok(()));
    }

    #[test]
    fn a_known_browser_does_not_wait_for_what_others_did() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for _ in 0..100 {
            let _ = throttle.admit(stranger("a", 1), start);
        }
        assert!(throttle.admit(stranger("a", 1), start).is_err());
        for _ in 0..ACCOUNT_FREE {
            assert_eq!(throttle.admit(known("a", "d"), start), Ok(()));
        }
        assert!(throttle.admit(known("a", "d"), start).is_err());
        assert_eq!(throttle.admit(known("a", "e"), start), Ok(()));
        throttle.forgive("a");
        assert_eq!(throttle.admit(stranger("a", 2), start), Ok(()));
    }

    #[test]
    fn one_password_on_many_accounts_is_noticed_from_any_address() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        let mut noticed = Vec::new();
        for n in 0..40_u8 {
            let name = n.to_string();
            noticed.push(throttle.fail(stranger(&name, n), "Winter2026!", start));
            let again = throttle.fail(stranger("ana", 99), "her old password", start);
            assert_eq!(again, Suspicion::None, "one account is no spraying");
        }
        let spraying = noticed.iter().filter(|what| **what != Suspicion::None);
        assert_eq!(spraying.count(), 1, "said once");
        let tenth = noticed[SPRAYED_ACCOUNTS - 1];
        assert_eq!(tenth, Suspicion::Spraying(SPRAYED_ACCOUNTS));
        let mut admitted = 0;
        loop {
            let name = format!("x{admitted}");
            if throttle.admit(stranger(&name, 77), start).is_err() {
                break;
            }
            throttle.fail(stranger(&name, 77), "Winter2026!", start);
            admitted += 1;
        }
        assert!(admitted < ADDRESS_FREE / 2, "it waits sooner: {admitted}");
    }

    #[test]
    fn a_million_names_take_bounded_memory_and_the_newest_stay() {
        let (throttle, start) = (Throttle::default(), Instant::now());
        for n in 0..1_000_000_u32 {
            let name = n.to_string();
            let source = Source {
                account: &name,
                device: None,
                ip: Some(IpAddr::from(n.to_be_bytes())),
            };
            let now = start + Duration::from_micros(n.into());
            let _ = throttle.admit(source, now);
            throttle.fail(source, &name, now);
        }
        let failures = open(&throttle.failures);
        assert!(failures.known.len() <= NAMES_MAX);
        assert!(failures.known.contains_key("account 999999"));
        assert!(open(&throttle.passwords).known.len() <= PASSWORDS_MAX);
    }
}
