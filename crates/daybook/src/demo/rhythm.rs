//! The company's day: when people of each region work, when machines do. Weights only; their sum
//! over the demo's window scales to the number of events wanted.

use super::people::Region;
use daybook_model::Timestamp;
use jiff::civil::Weekday;

/// Share of the traffic that people cause while they work, by local hour.
const WORKDAY: [f64; 24] = [
    0.04, 0.02, 0.02, 0.02, 0.03, 0.06, 0.15, 0.40, 0.80, 1.00, 1.00, 0.95, 0.65, 0.80, 1.00, 0.98,
    0.90, 0.70, 0.42, 0.28, 0.22, 0.18, 0.12, 0.08,
];

/// How busy the people of a region are, 1 at most.
pub(super) fn people(region: Region, time: Timestamp) -> f64 {
    let local = time.plus_us(region.offset_hours() * Timestamp::HOUR_US);
    let hour = local.us().div_euclid(Timestamp::HOUR_US).rem_euclid(24);
    let at_work = WORKDAY[hour.unsigned_abs() as usize];
    match local.date().weekday() {
        Weekday::Saturday => at_work * 0.16,
        Weekday::Sunday => at_work * 0.12,
        Weekday::Friday => at_work * 0.85,
        _ => at_work,
    }
}

/// How busy machines are: they follow the people they serve, never rest, and run batches at night.
pub(super) fn machines(time: Timestamp) -> f64 {
    let served: f64 = Region::ALL
        .iter()
        .map(|r| r.share() * people(*r, time))
        .sum();
    let hour = time.us().div_euclid(Timestamp::HOUR_US).rem_euclid(24);
    let batch = match hour {
        2 => 0.40,
        3 => 0.25,
        _ => 0.0,
    };
    0.12 + batch + served
}

/// How busy everybody is together.
pub(super) fn overall(time: Timestamp) -> f64 {
    let by_hand: f64 = Region::ALL
        .iter()
        .map(|r| r.share() * people(*r, time))
        .sum();
    0.3 * by_hand + 0.7 * machines(time)
}
