//! How many requests a minute may come from one key, one caller or one address. Memory is bounded:
//! senders beyond the bound share one allowance.

use crate::client::sender;
use crate::control::Key;
use crate::error::{ApiError, ApiResult};
use axum::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Senders that are counted apart.
const SENDERS_MAX: usize = 50_000;

/// Allowances of requests a minute; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Of an address, for requests without a valid key or session.
    pub anonymous_per_minute: u32,
    /// Of a key or an account, for reading.
    pub reads_per_minute: u32,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            anonymous_per_minute: 600,
            reads_per_minute: 3_000,
        }
    }
}

type Limiters = HashMap<u32, Arc<DefaultKeyedRateLimiter<String>>>;

/// What was sent lately.
#[derive(Debug)]
pub(crate) struct Limits {
    anonymous: Option<DefaultKeyedRateLimiter<IpAddr>>,
    reads: Option<DefaultKeyedRateLimiter<String>>,
    /// Keys with an allowance of their own, by that.
    keys: Mutex<Limiters>,
    clock: DefaultClock,
}

fn limiter<K: Clone + Eq + Hash>(per_minute: u32) -> Option<DefaultKeyedRateLimiter<K>> {
    let per_minute = NonZeroU32::new(per_minute)?;
    Some(DefaultKeyedRateLimiter::keyed(Quota::per_minute(
        per_minute,
    )))
}

impl Limits {
    pub(crate) fn new(rates: Rates) -> Self {
        Self {
            anonymous: limiter(rates.anonymous_per_minute),
            reads: limiter(rates.reads_per_minute),
            keys: Mutex::default(),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of nobody we know.
    pub(crate) fn anonymous(&self, ip: Option<IpAddr>) -> ApiResult<()> {
        let (Some(limiter), Some(ip)) = (&self.anonymous, ip) else {
            return Ok(());
        };
        self.check(limiter, sender(ip), Ipv6Addr::UNSPECIFIED.into())
            .map_err(|wait| throttled("this address sends too many requests", wait))
    }

    /// Counts a request that reads.
    pub(crate) fn read(&self, caller: &str) -> ApiResult<()> {
        let Some(limiter) = &self.reads else {
            return Ok(());
        };
        self.check(limiter, caller.into(), String::new())
            .map_err(|wait| throttled("too many requests that read", wait))
    }

    /// Counts a request against the key's own allowance.
    pub(crate) fn key(&self, key: &Key) -> ApiResult<()> {
        let Some(per_minute) = key.rate_per_minute else {
            return Ok(());
        };
        let limiter = {
            let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
            if !keys.contains_key(&per_minute)
                && let Some(limiter) = limiter(per_minute)
            {
                keys.insert(per_minute, Arc::new(limiter));
            }
            keys.get(&per_minute).cloned()
        };
        let Some(limiter) = limiter else {
            return Ok(());
        };
        self.check(&limiter, key.id.clone(), String::new())
            .map_err(|wait| {
                let what = format!("this API key may send {per_minute} requests a minute");
                throttled(&what, wait)
            })
    }

    fn check<K: Clone + Eq + Hash>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        sender: K,
        others: K,
    ) -> Result<(), Duration> {
        if limiter.len() >= SENDERS_MAX {
            limiter.retain_recent();
        }
        let full = limiter.len() >= SENDERS_MAX;
        limiter
            .check_key(if full { &others } else { &sender })
            .map_err(|refused| refused.wait_time_from(self.clock.now()))
    }
}

fn throttled(what: &str, wait: Duration) -> ApiError {
    let seconds = wait.as_secs() + 1;
    let message = format!("{what}: try again in {seconds} s");
    let mut error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message);
    error.retry_after_s = Some(seconds);
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sender_has_its_own_allowance() {
        let limits = Limits::new(Rates {
            anonymous_per_minute: 3,
            reads_per_minute: 0,
        });
        let ip = |last| Some(IpAddr::from([203, 0, 113, last]));
        for _ in 0..3 {
            assert!(limits.anonymous(ip(1)).is_ok());
        }
        let refused = limits.anonymous(ip(1)).unwrap_err();
        assert_eq!(
            (refused.status.as_u16(), refused.code),
            (429, "rate_limited")
        );
        assert!(matches!(refused.retry_after_s, Some(1..=21)));
        assert!(limits.anonymous(ip(2)).is_ok(), "others are free");
        for _ in 0..10_000 {
            assert!(limits.read("key").is_ok(), "0 is no limit");
        }
    }

    #[test]
    fn senders_beyond_the_bound_share_an_allowance() {
        let limits = Limits::new(Rates {
            anonymous_per_minute: 1_000,
            reads_per_minute: 0,
        });
        let senders = (0..60_000_u32).map(|n| IpAddr::from((n + (1 << 24)).to_be_bytes()));
        let passed = senders.filter(|ip| limits.anonymous(Some(*ip)).is_ok());
        let passed = passed.count();
        assert!(passed >= SENDERS_MAX, "{passed}");
        let held = limits.anonymous.as_ref().unwrap().len();
        assert!(held <= SENDERS_MAX + 1, "{held}");
    }
}
