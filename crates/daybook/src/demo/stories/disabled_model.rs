//! A model is disabled in the afternoon; its calls fail until someone notices.

use crate::demo::call_errors::Failure;
use crate::demo::company::Company;
use crate::demo::deeds::{Actor, Deed};
use crate::demo::dice::Dice;
use crate::demo::models;
use crate::demo::people::OPERATORS;
use crate::demo::platform_events::Report;
use crate::demo::record::Trail;
use crate::demo::recorded_call::{Call, Caller};
use crate::demo::timeline::MINUTE_US;
use daybook_model::{Event, Timestamp};
use serde_json::json;

const MODEL: [&str; 3] = ["model", "m_gpt4o", "gpt-4o"];

pub(super) fn tell(company: &Company, dice: &mut Dice, out: &mut Vec<Event>) {
    let (disabled, enabled) = (company.timeline.disabled, company.timeline.enabled);
    let off = Deed::new("model.disabled", "disable", MODEL)
        .changed("enabled", &json!(true), &json!(false))
        .noting(json!({"screen": "Models Management", "selected": ["gpt-3.5-turbo", "gpt-4o"]}));
    out.push(off.record(
        Actor::Operator(&OPERATORS[0]),
        &Trail::new(dice),
        disabled,
        dice,
    ));
    let on = Deed::new("model.enabled", "enable", MODEL)
        .changed("enabled", &json!(false), &json!(true))
        .noting(json!({"ticket": "OPS-1187"}));
    out.push(on.record(
        Actor::Operator(&OPERATORS[1]),
        &Trail::new(dice),
        enabled,
        dice,
    ));
    loyal_caller(company, dice, out);
    warnings(disabled, enabled, dice, out);
}

/// The support bot tries again every two minutes; even a quiet weekend shows the failure.
fn loyal_caller(company: &Company, dice: &mut Dice, out: &mut Vec<Event>) {
    let key = company.keys.by_name("support-bot");
    let model = models::by_name("gpt-4o");
    let mut time = company.timeline.disabled.plus_us(40 * Timestamp::SECOND_US);
    while time < company.timeline.enabled {
        let call = Call {
            trail: Trail::new(dice),
            time,
            caller: Caller::Program(key, key.owner(&company.people)),
            model,
            route: &model.routes[0],
            failure: Some(Failure::refused(503, "model gpt-4o is disabled", dice)),
        };
        out.push(call.record(company, dice));
        time = time.plus_us(2 * MINUTE_US + dice.between(-9, 9) * Timestamp::SECOND_US);
    }
}

fn warnings(disabled: Timestamp, enabled: Timestamp, dice: &mut Dice, out: &mut Vec<Event>) {
    let mut refused = 0;
    let mut time = disabled.plus_us(10 * MINUTE_US);
    while time < enabled {
        refused += dice.between(30, 90);
        let text = format!("{refused} calls of gpt-4o refused since {disabled}");
        let report = Report::new("warning", "gateway", "model.unavailable", MODEL);
        out.push(report.saying(&text).record(None, time, dice));
        time = time.plus_us(15 * MINUTE_US);
    }
    let tickets = [
        (
            9,
            "SUP-14871",
            "Customer Support: the chat answers \"model gpt-4o is disabled\"",
        ),
        (31, "SUP-14874", "東京オフィス: 社内FAQが応答しません (503)"),
        (
            58,
            "SUP-14880",
            "Finance: invoice reader stopped, month end is tomorrow",
        ),
        (
            104,
            "SUP-14893",
            "Customer Support: still down, 41 customers waiting",
        ),
    ];
    for (minutes, ticket, text) in tickets {
        let resource = ["ticket", ticket, ticket];
        let report = Report::new("warning", "helpdesk", "ticket.opened", resource).saying(text);
        let time = disabled.plus_us(minutes * MINUTE_US + dice.between(0, MINUTE_US));
        out.push(
            report
                .noting(json!({"model": "gpt-4o"}))
                .record(None, time, dice),
        );
    }
}
