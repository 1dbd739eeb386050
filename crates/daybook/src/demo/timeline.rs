//! When the stories happen. All of them lie before `now`, whatever the time of day.

use daybook_model::Timestamp;

pub(super) const MINUTE_US: i64 = 60 * Timestamp::SECOND_US;

/// The moments of the stories.
pub(super) struct Timeline {
    /// gpt-4o is disabled from … to …
    pub(super) disabled: Timestamp,
    pub(super) enabled: Timestamp,
    /// A route goes to an expensive model from … to …
    pub(super) rerouted: Timestamp,
    pub(super) reverted: Timestamp,
    /// Someone guesses a password from here on.
    pub(super) attacked: Timestamp,
    /// The document that never gets vectorized is uploaded.
    pub(super) uploaded: Timestamp,
}

impl Timeline {
    pub(super) fn new(now: Timestamp) -> Self {
        let midnight = Timestamp::from_date(now.date());
        let at = |days: i64, hour: i64, minute: i64, second: i64| {
            let seconds = (hour * 60 + minute) * 60 + second;
            midnight.plus_us(days * Timestamp::DAY_US + seconds * Timestamp::SECOND_US)
        };
        let morning = if now >= at(0, 9, 30, 0) { 0 } else { -1 };
        Self {
            disabled: at(-1, 13, 55, 2),
            enabled: at(-1, 15, 58, 41),
            rerouted: at(-6, 10, 12, 26),
            reverted: at(-3, 9, 41, 8),
            attacked: at(morning, 7, 41, 13),
            uploaded: now.plus_us(-(46 * 60 + 50) * MINUTE_US),
        }
    }

    pub(super) fn model_is_disabled(&self, model: &str, time: Timestamp) -> bool {
        model == "gpt-4o" && (self.disabled..self.enabled).contains(&time)
    }

    pub(super) fn route_is_expensive(&self, model: &str, time: Timestamp) -> bool {
        model == "summarize-standard" && (self.rerouted..self.reverted).contains(&time)
    }
}

/// Lines that invite to hunt the stories, without telling how they end.
pub(crate) fn stories(now: Timestamp) -> Vec<String> {
    let times = Timeline::new(now);
    let morning = if times.attacked.date() == now.date() {
        "this"
    } else {
        "yesterday"
    };
    vec![
        format!(
            "Try: yesterday, {}, shortly before 14:00 UTC, callers of gpt-4o began to complain. Who did what?",
            times.disabled.date()
        ),
        format!(
            "Try: since {} something costs many times more than the day before, and then it stopped. Sort usage by cost.",
            times.rerouted.date()
        ),
        format!("Try: Lucía cannot sign in, {morning} morning something happened to her account. Is it her?"),
        "Try: test.doc was uploaded two days ago and search still does not find it. Follow its request id.".into(),
    ]
}
