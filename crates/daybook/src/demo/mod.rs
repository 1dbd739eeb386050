//! The data of `daybook demo`: thirty days of one company's platform, with stories to find in it.
//! The same seed and the same `now` give the same events; nothing lies after `now`, and only one
//! day is in memory at a time.

mod billing;
mod call_errors;
mod calls;
mod changes;
mod company;
mod conversations;
mod deed_kinds;
mod deeds;
mod dice;
mod keys;
mod models;
mod people;
mod platform_events;
mod record;
mod recorded_call;
mod rhythm;
mod sign_ins;
mod stories;
#[cfg(test)]
mod tests;
mod timeline;

use company::Company;
use daybook_model::logstore::Write;
use daybook_model::{Event, Timestamp};
use dice::Dice;
use std::collections::VecDeque;

pub(crate) use timeline::stories;

/// How far back the demo reaches.
const DAYS: i64 = 30;
/// Model calls over the whole time, about.
const CALLS: f64 = 222_000.0;
/// Events of a batch.
const BATCH: usize = 2_000;

/// The demo's events in order of time, all streams mixed, in batches of 2 000. They carry ids
/// and times and still have to be admitted.
pub(crate) fn generate(seed: u64, now: Timestamp) -> impl Iterator<Item = Vec<Write>> {
    Generator::new(seed, now)
}

/// Makes the events hour by hour, and what is planned by the day at its first hour.
struct Generator {
    company: Company,
    dice: Dice,
    start: Timestamp,
    now: Timestamp,
    /// Where the next hour begins.
    next: Timestamp,
    /// Calls per unit of the rhythm's weight and hour.
    calls_per_weight: f64,
    /// Events that were planned but whose hour has not come, latest first.
    planned: Vec<Event>,
    ready: VecDeque<Event>,
}

impl Generator {
    fn new(seed: u64, now: Timestamp) -> Self {
        let mut dice = Dice::new(seed);
        let company = Company::new(now, &mut dice);
        let start = now.plus_us(-DAYS * Timestamp::DAY_US);
        let hours = (0..DAYS * 24).map(|hour| start.plus_us(hour * Timestamp::HOUR_US));
        let weight: f64 = hours.map(rhythm::overall).sum();
        let mut generator = Self {
            planned: stories::events(&company, &mut dice),
            company,
            dice,
            start,
            now,
            next: start,
            calls_per_weight: CALLS / weight,
            ready: VecDeque::new(),
        };
        generator.order_plans();
        generator
    }

    /// Adds the events of the next hour.
    fn advance(&mut self) {
        let from = self.next;
        let to = from.plus_us(Timestamp::HOUR_US).min(self.now.plus_us(1));
        let hours_gone = (from.us() - self.start.us()) / Timestamp::HOUR_US;
        if hours_gone % 24 == 0 {
            self.plan_day(from);
        }
        let mut hour = Vec::new();
        let expected = self.calls_per_weight * rhythm::overall(from);
        calls::hour(&self.company, from, to, expected, &mut self.dice, &mut hour);
        while self.planned.last().is_some_and(|event| event.time < to) {
            hour.extend(self.planned.pop());
        }
        hour.sort_by(|a, b| (a.time, &a.id).cmp(&(b.time, &b.id)));
        self.ready.extend(hour);
        self.next = to;
    }

    fn plan_day(&mut self, from: Timestamp) {
        let to = from.plus_us(Timestamp::DAY_US);
        let (company, dice) = (&self.company, &mut self.dice);
        changes::day(company, from, dice, &mut self.planned);
        sign_ins::day(company, from, dice, &mut self.planned);
        platform_events::day(company, from, to, dice, &mut self.planned);
        let now = self.now;
        self.planned
            .retain(|event| (from..=now).contains(&event.time));
        self.order_plans();
    }

    fn order_plans(&mut self) {
        self.planned
            .sort_by(|a, b| (b.time, &b.id).cmp(&(a.time, &a.id)));
    }
}

impl Iterator for Generator {
    type Item = Vec<Write>;

    fn next(&mut self) -> Option<Vec<Write>> {
        while self.ready.len() < BATCH && self.next <= self.now {
            self.advance();
        }
        let size = self.ready.len().min(BATCH);
        let batch: Vec<_> = self.ready.drain(..size).map(Write::Append).collect();
        (!batch.is_empty()).then_some(batch)
    }
}
