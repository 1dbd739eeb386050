//! Conversations that weigh, calculate and compare.

use super::tools::SEARCH_DOCS;
use super::{Conversation, Scenario, guide};
use crate::demo::dice::Dice;
use serde_json::json;

pub(super) const ESSAYS: &[Scenario] = &[puzzle, sources, sources, incident, judge, guide::draw];
pub(super) const FIGURES: &[Scenario] = &[forecast, risk];

fn forecast(dice: &mut Dice) -> Conversation {
    let (mut level, mut orders) = (dice.between(180, 420), Vec::new());
    for _ in 0..12 {
        level += dice.between(-14, 31);
        orders.push(level);
    }
    let [last, first] = [orders[11], orders[0]];
    let monthly = (last - first) as f64 / 11.0;
    let next = last as f64 + monthly;
    Conversation::new("You are a careful analyst. State the method, the figure and how sure you are.")
        .ask(format!("Orders of the last 12 months: {orders:?}\n\nWhat should we plan for next month?"))
        .thinking(format!(
            "Twelve points show a trend but no season: a season needs at least two years. The mean step is \
             ({last} − {first}) / 11 = {monthly:.1}. Next: {last} + {monthly:.1} = {next:.1}. The steps scatter by roughly ±20."
        ))
        .answer(format!(
            "**About {next:.0} orders**, likely between {:.0} and {:.0}.\n\n*Method*: the average monthly step of {monthly:.1} \
             added to the last month. *How sure*: moderately. One year cannot show a season; if last December was special, \
             this figure will not know.",
            next - 25.0,
            next + 25.0
        ))
}

fn puzzle(dice: &mut Dice) -> Conversation {
    let (pumps, hours) = (dice.between(3, 9), dice.between(4, 12));
    let work = pumps * hours;
    Conversation::new("Solve step by step, then give the result on its own line.")
        .ask(format!(
            "{pumps} pumps empty a basin in {hours} hours. One pump breaks down after half of that time. \
             How long does it take altogether?"
        ))
        .thinking(format!(
            "All work: {pumps} · {hours} = {work} pump-hours. After {hours}/2 hours half is left: {work}/2 = {:.1} \
             pump-hours, now with {} pumps: {:.1}/{} hours more.",
            work as f64 / 2.0,
            pumps - 1,
            work as f64 / 2.0,
            pumps - 1
        ))
        .answer(format!(
            "The basin holds {work} pump-hours. Half of it takes {:.1} h with all pumps; the other half takes {:.2} h \
             with {} pumps.\n\n**{:.2} hours**",
            hours as f64 / 2.0,
            work as f64 / 2.0 / (pumps - 1) as f64,
            pumps - 1,
            hours as f64 / 2.0 + work as f64 / 2.0 / (pumps - 1) as f64
        ))
}

fn risk(dice: &mut Dice) -> Conversation {
    let (amount, days, prior) = (
        dice.between(40, 9_000),
        dice.between(0, 900),
        dice.between(0, 30),
    );
    let score = (amount / 120 + (60 - days.min(60)) / 2 - prior).clamp(3, 97);
    let schema = json!({
        "type": "object",
        "properties": {"score": {"type": "integer", "minimum": 0, "maximum": 100},
            "decision": {"type": "string", "enum": ["accept", "review", "reject"]},
            "reasons": {"type": "array", "items": {"type": "string"}}},
        "required": ["score", "decision", "reasons"],
    });
    let decision = match score {
        0..35 => "accept",
        35..75 => "review",
        _ => "reject",
    };
    let answer = json!({"score": score, "decision": decision, "reasons": [
        format!("amount {amount} EUR"), format!("account is {days} days old"), format!("{prior} earlier orders"),
    ]});
    Conversation::new("Score orders for fraud from 0 to 100. Never use name, address or origin as a reason.")
        .ask(json!({"amount": amount, "account_age_days": days, "orders_before": prior, "express": true}).to_string())
        .shaped(schema)
        .thinking("Large first orders on young accounts with express delivery are what the guideline warns of.")
        .answer(answer.to_string())
}

fn sources(dice: &mut Dice) -> Conversation {
    let topic = dice.pick(&[
        "heat pumps in old buildings",
        "four-day weeks",
        "paper versus cotton bags",
        "night trains",
    ]);
    let found = json!([
        {"title": format!("A review of studies on {topic}"), "year": dice.between(2019, 2026), "text": "Effects are positive on average but vary by a factor of three between sites."},
        {"title": format!("{topic}: a field trial"), "year": dice.between(2016, 2025), "text": "Forty sites, two winters. Costs fell in thirty-one of them."},
    ]);
    Conversation::new("You research with sources. Separate what a source says from what you conclude. Cite as [1], [2].")
        .ask(format!("What do we know about {topic}? I need three sentences for a board paper."))
        .used(&SEARCH_DOCS, json!({"query": topic, "limit": 5}), &found, dice)
        .thinking("Two sources agree on direction, not on size. The board should hear both, and that forty sites are few.")
        .answer(format!(
            "The evidence on {topic} is positive on average, though results differ by a factor of three between sites [1]. \
             In the largest field trial, costs fell at 31 of 40 sites over two winters [2]. My conclusion: worth a pilot \
             at one site of ours with measurements before and after, rather than a general decision now."
        ))
}

fn incident(dice: &mut Dice) -> Conversation {
    let minutes = dice.between(11, 95);
    let cause = dice.pick(&[
        (
            "a certificate that expired at midnight",
            "renew certificates 30 days ahead and alert at 14",
        ),
        (
            "a migration that locked the orders table",
            "run migrations with a lock timeout of two seconds",
        ),
        (
            "a cache that was emptied by a deployment",
            "warm the cache before traffic moves over",
        ),
    ]);
    Conversation::new("You help write blameless incident reports. Times in UTC. Facts first, then causes, then actions.")
        .ask(format!(
            "Notes: alarms 09:12, checkout 500s. Rolled back 09:30, no effect. Found it: {}. Fixed, green again after {minutes} min. \
             About 4 % of orders lost. Please write the report.",
            cause.0
        ))
        .answer(format!(
            "# Checkout unavailable for {minutes} minutes\n\n## What happened\nFrom 09:12 UTC checkout answered with status 500. A \
             rollback at 09:30 changed nothing, because the cause was not in the release. Service was restored {minutes} \
             minutes after the first alarm.\n\n## Impact\nAbout 4 % of the day's orders were lost.\n\n## Cause\nThe outage was caused \
             by {}.\n\n## What went well\nThe alarm came within a minute of the first error.\n\n## Actions\n- [ ] {}\n- [ ] Add the \
             check that would have found this to the runbook",
            cause.0, cause.1
        ))
}

fn judge(dice: &mut Dice) -> Conversation {
    let [question, good, poor] = dice.pick(&[
        ["Why is the sky blue?", "Air scatters short waves more strongly than long ones, so blue light reaches us from everywhere.", "Because the sea is reflected in it."],
        ["Why do ships float?", "They push away water that weighs as much as they do.", "Because steel is lighter than water."],
        ["What is a hash function for?", "It maps data of any size to a short value, so that equal data is found quickly.", "It encrypts a file so that only the owner can read it."],
        ["Why is bread with salt better?", "Salt strengthens the gluten, slows the yeast and rounds the taste.", "It makes the oven hotter."],
    ]);
    let is_first = dice.chance(0.5);
    let [a, b] = if is_first { [good, poor] } else { [poor, good] };
    let brevity = dice.between(3, 6);
    let (high, low) = (json!([5, 4, brevity]), json!([1, 1, 5]));
    let [for_a, for_b] = if is_first { [high, low] } else { [low, high] };
    let better = if is_first { "A" } else { "B" };
    Conversation::new("You compare two answers for correctness, completeness and brevity, each from 1 to 5. Reply as JSON.")
        .ask(format!("Question: {question}\n\nA: {a}\n\nB: {b}"))
        .answer(json!({"A": for_a, "B": for_b, "better": better}).to_string())
}
