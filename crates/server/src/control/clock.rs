//! Whether the wall clock can be believed before anything is removed by age. One jump of it, a
//! wrong date after a start for example, must not delete everything.
//!
//! A reference instant is kept on disk. As long as the machine runs it goes on with the time since
//! the machine's start, which nobody sets; across a start it stands still. A clock that is more
//! than a day ahead of it is not believed until somebody confirms it.

use super::{Actor, Control, Result, settings};
use daybook_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::LazyLock;
use std::time::Instant;

const NAME: &str = "clock";
/// How far ahead of the reference the clock may be.
const AHEAD_MAX_US: i64 = Timestamp::DAY_US;

/// An instant as the wall clock and the machine tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    wall_us: i64,
    /// Names one run of the machine.
    boot: String,
    /// Time since the machine was started, sleep included.
    uptime_us: i64,
}

impl Reading {
    /// The clocks now. Where the system does not tell when it was started, this process counts.
    fn now() -> Self {
        static PROCESS: LazyLock<(String, Instant)> =
            LazyLock::new(|| (uuid::Uuid::now_v7().to_string(), Instant::now()));
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        let uptime_us = std::fs::read_to_string("/proc/uptime")
            .ok()
            .and_then(|text| {
                let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;
                Some((seconds * 1e6) as i64)
            });
        let wall_us = Timestamp::now().us();
        match (boot, uptime_us) {
            (Some(boot), Some(uptime_us)) => Self {
                wall_us,
                boot: boot.trim().into(),
                uptime_us,
            },
            _ => Self {
                wall_us,
                boot: PROCESS.0.clone(),
                uptime_us: i64::try_from(PROCESS.1.elapsed().as_micros()).unwrap_or(i64::MAX),
            },
        }
    }

    /// The reference as it is at another reading.
    fn at(&self, now: &Self) -> i64 {
        let elapsed_us = match self.boot == now.boot {
            true => now.uptime_us.saturating_sub(self.uptime_us).max(0),
            false => 0,
        };
        self.wall_us.saturating_add(elapsed_us)
    }

    /// The reference after a reading: within a run of the machine it follows the machine's own
    /// time alone, so that many small jumps are no way round one large one.
    fn after(&self, now: &Self) -> Self {
        let expected_us = self.at(now);
        let wall_us = match self.boot == now.boot {
            true => expected_us,
            false => expected_us.max(now.wall_us),
        };
        Self {
            wall_us,
            ..now.clone()
        }
    }
}

/// What the clock is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// It may be this late.
    Believed(Timestamp),
    /// It says this, and cannot be much later than that.
    Ahead {
        says: Timestamp,
        expected: Timestamp,
    },
}

impl Control {
    /// Whether the clock was ever judged.
    pub(crate) async fn knows_clock(&self) -> Result<bool> {
        Ok(self.setting::<Reading>(NAME).await?.is_some())
    }

    /// Judges the clock. The first time ever, the reference is an instant known from elsewhere.
    pub(crate) async fn check_clock(&self, first: Timestamp) -> Result<Clock> {
        let now = Reading::now();
        let first = Reading {
            wall_us: first.us(),
            boot: String::new(),
            uptime_us: 0,
        };
        let reference: Reading = self.setting(NAME).await?.unwrap_or(first);
        let expected_us = reference.at(&now);
        if now.wall_us > expected_us.saturating_add(AHEAD_MAX_US) {
            return Ok(Clock::Ahead {
                says: Timestamp::from_us(now.wall_us),
                expected: Timestamp::from_us(expected_us),
            });
        }
        let reference = json!(reference.after(&now)).to_string();
        let write = sqlx::query(settings::WRITE).bind(NAME).bind(reference);
        self.db.write(write).await?;
        Ok(Clock::Believed(Timestamp::from_us(now.wall_us)))
    }

    /// Believes the clock from now on; answers what it says.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn confirm_clock(&self, actor: &Actor) -> Result<Timestamp> {
        let now = Reading::now();
        let says = Timestamp::from_us(now.wall_us);
        let before: Option<Reading> = self.setting(NAME).await?;
        let expected = before.map(|reference| Timestamp::from_us(reference.at(&now)));
        self.change(actor, "retention.clock_confirmed", |change| {
            Box::pin(async move {
                change.resource("setting", NAME, "");
                change.audit.set_text("operation", "modify_configuration");
                let details = json!({"clock": says, "expected": expected});
                change.audit.set_json("details", details.to_string());
                settings::write(change.db(), NAME, &now).await
            })
        })
        .await?;
        self.wake_jobs();
        Ok(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_US: i64 = Timestamp::HOUR_US;

    fn reading(wall_h: i64, boot: &str, uptime_h: i64) -> Reading {
        Reading {
            wall_us: wall_h * HOUR_US,
            boot: boot.into(),
            uptime_us: uptime_h * HOUR_US,
        }
    }

    fn expected_h(reference: &Reading, now: &Reading) -> i64 {
        reference.at(now) / HOUR_US
    }

    #[test]
    fn the_reference_runs_while_the_machine_runs_and_stands_still_while_it_is_off() {
        let reference = reading(1_000, "a", 10);
        assert_eq!(expected_h(&reference, &reading(9_999, "a", 500)), 1_490);
        assert_eq!(expected_h(&reference, &reading(9_999, "b", 500)), 1_000);
        assert_eq!(expected_h(&reference, &reading(0, "a", 5)), 1_000);
    }

    #[test]
    fn small_jumps_do_not_add_up_while_the_machine_runs() {
        let mut reference = reading(1_000, "a", 0);
        for hour in 1..10 {
            // Twenty hours too many, every hour.
            let now = reading(1_000 + 20 * hour, "a", hour);
            reference = reference.after(&now);
            assert_eq!(expected_h(&reference, &now), 1_000 + hour);
        }
    }

    #[test]
    fn a_new_start_takes_the_clock_over_but_never_back() {
        let reference = reading(1_000, "a", 10);
        assert_eq!(
            reference.after(&reading(1_020, "b", 1)),
            reading(1_020, "b", 1)
        );
        assert_eq!(reference.after(&reading(3, "b", 1)), reading(1_000, "b", 1));
    }
}
