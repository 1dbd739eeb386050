//! What a call cost. LiteLLM counts in binary floats; each amount is rounded once, to nano-USD.

use super::payload::{Payload, number};
use daybook_model::{Event, NanoUsd, Rejection};
use serde_json::{Map, Value, json};

/// # Errors
/// When a cost was sent that is none.
pub(super) fn apply(payload: &Payload<'_>, event: &mut Event) -> Result<(), Rejection> {
    let Some(cost) = set_cost(payload, "response_cost", event)? else {
        return Ok(());
    };
    if let Some(items) = items(&payload.object("cost_breakdown"), cost, event) {
        event.set_json("billing_items", Value::Array(items).to_string());
    }
    Ok(())
}

/// Sets the cost that a member tells, if it is there; returns it in nano-USD.
///
/// # Errors
/// When the member is no amount, or a negative one.
pub(super) fn set_cost(
    payload: &Payload<'_>,
    name: &str,
    event: &mut Event,
) -> Result<Option<i64>, Rejection> {
    let charged = |cost: &Value| nano(cost).filter(|cost| *cost >= 0);
    let cost = number(&payload.sent(name), name, charged)?;
    if let Some(cost) = cost {
        event.set_integer("cost", cost);
        event.set_text("cost_source", "reported");
    }
    Ok(cost)
}

/// An amount in nano-USD.
fn nano(amount: &Value) -> Option<i64> {
    let amount = match amount {
        Value::Number(number) => NanoUsd::from_json(number),
        Value::String(text) => NanoUsd::parse(text.trim()),
        _ => return None,
    };
    amount.ok().map(|NanoUsd(nano)| nano)
}

/// The parts of a cost, if they add up to it. Some versions of LiteLLM count the cache inside
/// `input_cost`, others beside it: the sum tells. Parts that fit neither way are no statement of
/// what was charged and are left to the details.
fn items(breakdown: &Map<String, Value>, cost: i64, event: &Event) -> Option<Vec<Value>> {
    let part = |name: &str| breakdown.get(name).and_then(nano).unwrap_or(0);
    let (input, output) = (part("input_cost"), part("output_cost"));
    let (read, write) = (part("cache_read_cost"), part("cache_creation_cost"));
    let additional = breakdown.get("additional_costs").and_then(Value::as_object);
    let additional = additional
        .into_iter()
        .flatten()
        .filter_map(|(name, amount)| Some((name.clone(), None, nano(amount)?)));
    let mut items: Vec<(String, Option<i64>, i64)> = vec![
        (
            "cache_read".into(),
            event.integer("cache_read_tokens"),
            read,
        ),
        (
            "cache_write".into(),
            event.integer("cache_write_tokens"),
            write,
        ),
        ("output".into(), event.integer("output_tokens"), output),
        ("tool_usage".into(), None, part("tool_usage_cost")),
        ("guardrail".into(), None, part("guardrail_cost")),
        ("discount".into(), None, -part("discount_amount")),
        ("margin".into(), None, part("margin_total_amount")),
    ];
    items.extend(additional);
    let others: i128 = items.iter().map(|(_, _, amount)| i128::from(*amount)).sum();
    let uncached_tokens = event.integer("input_tokens").map(|all| {
        let part = |name: &str| event.integer(name).unwrap_or(0);
        all - part("cache_read_tokens") - part("cache_write_tokens")
    });
    // Each amount was rounded on its own.
    let slack = i128::try_from(items.len()).unwrap_or(0);
    let fits = |input: i64| (i128::from(input) + others - i128::from(cost)).abs() <= slack;
    let inside = input.checked_sub(read)?.checked_sub(write)?;
    let input = [inside, input]
        .into_iter()
        .find(|input| *input >= 0 && fits(*input))?;
    items.insert(
        0,
        (
            "input".into(),
            uncached_tokens.filter(|count| *count >= 0),
            input,
        ),
    );
    let shown =
        items
            .into_iter()
            .filter(|(_, _, amount)| *amount != 0)
            .map(|(name, count, nano)| {
                let amount: Value =
                    serde_json::from_str(&NanoUsd(nano).to_string()).unwrap_or_default();
                match count {
                    Some(count) => json!({"item": name, "quantity": count, "amount": amount}),
                    None => json!({"item": name, "amount": amount}),
                }
            });
    let shown: Vec<Value> = shown.collect();
    (!shown.is_empty()).then_some(shown)
}
