//! The company as a whole: its people and keys, and what happens to it in the demo's time.

use super::dice::Dice;
use super::keys::Keys;
use super::people::{LOCKED_USER, OPERATORS, Operator, People, User};
use super::record::moment;
use super::rhythm;
use super::timeline::Timeline;
use daybook_model::Timestamp;

pub(super) struct Company {
    pub(super) people: People,
    pub(super) keys: Keys,
    pub(super) timeline: Timeline,
    pub(super) now: Timestamp,
}

impl Company {
    pub(super) fn new(now: Timestamp, dice: &mut Dice) -> Self {
        let people = People::new(dice);
        let keys = Keys::new(&people, dice);
        Self {
            people,
            keys,
            timeline: Timeline::new(now),
            now,
        }
    }

    /// Someone at work who can sign in at this time.
    pub(super) fn someone(&self, time: Timestamp, dice: &mut Dice) -> &User {
        loop {
            let user = self.people.at_work(time, dice);
            if user.email != LOCKED_USER || time < self.timeline.attacked {
                return user;
            }
        }
    }

    /// An administrator who may do everything, or one who may not.
    pub(super) fn operator(&self, is_super: bool, dice: &mut Dice) -> &'static Operator {
        match is_super {
            true => &OPERATORS[dice.pick(&[0, 0, 0, 1, 1])],
            false => &OPERATORS[dice.pick(&[2, 2, 3])],
        }
    }

    /// An instant of the day at which people work.
    pub(super) fn busy_moment(&self, day: Timestamp, dice: &mut Dice) -> Timestamp {
        let mut time = day;
        for _ in 0..12 {
            time = moment(day, day.plus_us(Timestamp::DAY_US), dice);
            if dice.chance(rhythm::overall(time)) {
                break;
            }
        }
        time
    }

    /// How much happens on a day, 1 on average.
    pub(super) fn liveliness(&self, day: Timestamp) -> f64 {
        let noon = day.plus_us(Timestamp::DAY_US / 2);
        match noon.date().weekday() {
            jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday => 0.35,
            _ => 1.28,
        }
    }
}
