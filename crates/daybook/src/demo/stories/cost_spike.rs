//! A change of a provider sends a batch job's calls to a model that costs fifteen times more.

use crate::demo::company::Company;
use crate::demo::deeds::{Actor, Deed};
use crate::demo::dice::Dice;
use crate::demo::models::{self, EXPENSIVE_ROUTE, STANDARD_ROUTE};
use crate::demo::people::OPERATORS;
use crate::demo::platform_events::Report;
use crate::demo::record::Trail;
use crate::demo::recorded_call::{Call, Caller};
use crate::demo::timeline::MINUTE_US;
use daybook_model::{Event, Timestamp};
use serde_json::json;

const PROVIDER: [&str; 3] = ["provider", "pro_anthropic_us", "anthropic-us"];
const FIELD: &str = "routes.summarize-standard.upstream_model";

pub(super) fn tell(company: &Company, dice: &mut Dice, out: &mut Vec<Event>) {
    let (rerouted, reverted) = (company.timeline.rerouted, company.timeline.reverted);
    let (cheap, dear) = (
        json!(STANDARD_ROUTE.upstream_model),
        json!(EXPENSIVE_ROUTE.upstream_model),
    );
    let change = Deed::new("provider.updated", "modify", PROVIDER)
        .changed(FIELD, &cheap, &dear)
        .noting(json!({"note": "try the larger model on the hard summaries"}));
    out.push(change.record(
        Actor::Operator(&OPERATORS[1]),
        &Trail::new(dice),
        rerouted,
        dice,
    ));
    let revert = Deed::new("provider.updated", "modify", PROVIDER)
        .changed(FIELD, &dear, &cheap)
        .noting(json!({"ticket": "FIN-402"}));
    out.push(revert.record(
        Actor::Operator(&OPERATORS[0]),
        &Trail::new(dice),
        reverted,
        dice,
    ));
    pipeline(company, dice, out);
    for (days, percent) in [(1, 80), (2, 150), (3, 240)] {
        let text = format!(
            "budget of Engineering: {percent} % of the month used, {} days left",
            14 - days
        );
        let resource = ["budget", "bud_engineering", "Engineering"];
        let report = Report::new("warning", "billing", "budget.exceeded", resource).saying(&text);
        let time = rerouted.plus_us(days * Timestamp::DAY_US - 3 * Timestamp::HOUR_US);
        out.push(report.record(None, time, dice));
    }
}

/// The job also runs every hour of the days before and after, so that the change stands out.
fn pipeline(company: &Company, dice: &mut Dice, out: &mut Vec<Event>) {
    let key = company.keys.by_name("ci-batch");
    let model = models::by_name("summarize-standard");
    let mut time = company.timeline.rerouted.plus_us(-8 * Timestamp::DAY_US);
    while time < company.now {
        let is_dear = company.timeline.route_is_expensive(model.name, time);
        let call = Call {
            trail: Trail::new(dice),
            time,
            caller: Caller::Program(key, key.owner(&company.people)),
            model,
            route: if is_dear {
                &EXPENSIVE_ROUTE
            } else {
                &model.routes[0]
            },
            failure: None,
        };
        out.push(call.record(company, dice));
        time = time.plus_us(20 * MINUTE_US + dice.between(0, MINUTE_US));
    }
}
