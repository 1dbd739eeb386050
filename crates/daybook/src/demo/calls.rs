//! The usage stream: calls of people and programs hour by hour, and now and then money that is
//! added or given back.

use super::billing;
use super::call_errors::{self, Failure};
use super::company::Company;
use super::dice::{Dice, Weighted};
use super::models::{EXPENSIVE_ROUTE, MODELS};
use super::record::{self, Trail, moment};
use super::recorded_call::{Call, Caller};
use daybook_model::{Event, Stream, Timestamp};

/// Adds the calls of an hour, about as many as expected.
pub(super) fn hour(
    company: &Company,
    from: Timestamp,
    to: Timestamp,
    expected: f64,
    dice: &mut Dice,
    out: &mut Vec<Event>,
) {
    let tastes = Weighted::new(MODELS.iter().map(|model| f64::from(model.weight)));
    // The last instant of the demo is an hour of its own.
    let part = (to.us() - from.us()) as f64 / Timestamp::HOUR_US as f64;
    for _ in 0..dice.times(expected * part) {
        let time = moment(from, to, dice);
        let call = next(company, time, &tastes, dice);
        out.push(call.record(company, dice));
    }
    for _ in 0..dice.times(0.45 * part) {
        let time = moment(from, to, dice);
        out.push(payment(company, time, dice));
    }
}

fn next<'a>(company: &'a Company, time: Timestamp, tastes: &Weighted, dice: &mut Dice) -> Call<'a> {
    let (caller, model) = if dice.chance(0.3) {
        let user = company.someone(time, dice);
        let model = match dice.chance(0.55) {
            true => &MODELS[tastes.draw(&mut Dice::new(user.taste))],
            false => &MODELS[tastes.draw(dice)],
        };
        (Caller::Person(user), model)
    } else {
        let key = company.keys.draw(dice);
        (
            Caller::Program(key, key.owner(&company.people)),
            key.model(dice),
        )
    };
    let route = match dice.chance(0.85) {
        _ if company.timeline.route_is_expensive(model.name, time) => &EXPENSIVE_ROUTE,
        true => &model.routes[0],
        false => &model.routes[dice.index(model.routes.len())],
    };
    let failure = if company.timeline.model_is_disabled(model.name, time) {
        Some(Failure::refused(
            503,
            format!("model {} is disabled", model.name),
            dice,
        ))
    } else {
        call_errors::roll(model, route, dice)
    };
    Call {
        trail: Trail::new(dice),
        time,
        caller,
        model,
        route,
        failure,
    }
}

/// Someone adds money to their balance, or gets some back.
fn payment(company: &Company, time: Timestamp, dice: &mut Dice) -> Event {
    let trail = Trail::new(dice);
    let mut event = record::event_of(&trail, Stream::Usage, time, dice);
    let user = company.someone(time, dice);
    let is_refund = dice.chance(0.12);
    let usd = dice.pick(if is_refund {
        &[1, 2, 5, 10]
    } else {
        &[10, 20, 50, 100, 250]
    });
    record::place(&mut event, user.workspace);
    event.set_text("kind", if is_refund { "refund" } else { "top_up" });
    event.set_text("user_id", user.id.as_str());
    event.set_text("user_name", user.name.as_str());
    event.set_integer("quota", usd * billing::QUOTA_PER_USD);
    event.set_integer("amount", usd * 1_000_000_000);
    event.set_text("ip", user.ip.as_str());
    let reason = dice.pick(&[
        "duplicate payment",
        "failed calls on 503",
        "goodwill after an outage",
    ]);
    let content = match is_refund {
        true => format!("Refund {usd}.00 USD: {reason}"),
        false => format!(
            "Recharge {usd}.00 USD by {}",
            dice.pick(&["card", "invoice", "transfer"])
        ),
    };
    event.set_text("content", content);
    event
}
