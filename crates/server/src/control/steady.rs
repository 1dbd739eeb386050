//! The time by which sessions, lockouts and known browsers end. While the program runs nobody
//! turns it back: a clock that jumps back lengthens nothing, one that jumps forward ends sooner.

use daybook_model::Timestamp;
use std::sync::LazyLock;
use std::time::Instant;

/// How far in the future an instant noted by an earlier run may be, before it counts as noted by
/// another clock.
const SLACK_US: i64 = 5 * 60 * Timestamp::SECOND_US;

/// Now, in microseconds since 1970.
pub(super) fn now_us() -> i64 {
    static START: LazyLock<(i64, Instant)> =
        LazyLock::new(|| (Timestamp::now().us(), Instant::now()));
    let elapsed_us = i64::try_from(START.1.elapsed().as_micros()).unwrap_or(i64::MAX);
    later(Timestamp::now().us(), START.0.saturating_add(elapsed_us))
}

/// The later of what the wall clock says and what has passed since the start.
fn later(wall_us: i64, steady_us: i64) -> i64 {
    wall_us.max(steady_us)
}

/// Whether less than this time has passed since an instant. What lies in the future was noted
/// before the clock was set back: nobody knows how old it is, so it is too old.
pub(super) const fn is_within(since_us: i64, life_us: i64, now_us: i64) -> bool {
    since_us <= now_us.saturating_add(SLACK_US) && now_us.saturating_sub(since_us) < life_us
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_lengthens_nothing() {
        let hour = Timestamp::HOUR_US;
        assert_eq!(later(1_000 * hour, 1_002 * hour), 1_002 * hour);
        assert_eq!(later(1_005 * hour, 1_002 * hour), 1_005 * hour);
        assert!(is_within(1_000 * hour, hour, 1_000 * hour));
        assert!(is_within(1_000 * hour, hour, 1_000 * hour - SLACK_US));
        assert!(!is_within(1_000 * hour, hour, 1_001 * hour));
        assert!(
            !is_within(1_000 * hour, hour, 999 * hour),
            "the clock went back"
        );
        assert!(!is_within(i64::MAX, hour, 1_000 * hour));
        assert!(!is_within(i64::MIN, hour, 1_000 * hour));
    }
}
