//! Sums and quantiles over events, from the documentation alone: groups are lists of events, and
//! every figure is counted anew from the whole list. Only the bucket of a latency is shared with
//! the stores, for it is part of the answer.

use crate::evaluate;
use daybook_model::aggregate::{
    Breakdown, BreakdownRequest, Group, Measure, Point, Quantiles, Series, SeriesAnswer,
    SeriesRequest, Summary, Totals,
};
use daybook_model::money::NanoUsdSum;
use daybook_model::{Event, Field, Timestamp, Value, sketch};
use std::cmp::Ordering;

/// What all these events are together.
pub(crate) fn summary(events: &[Event]) -> Summary {
    let all: Vec<&Event> = events.iter().collect();
    Summary {
        totals: totals(&all),
        input_tokens: sum(&all, "input_tokens"),
        output_tokens: sum(&all, "output_tokens"),
        cache_read_tokens: sum(&all, "cache_read_tokens"),
        reasoning_tokens: sum(&all, "reasoning_tokens"),
        users: distinct(&all, "user_id"),
        models: distinct(&all, "platform_model"),
        latency_ms: quantiles(&all),
    }
}

/// The groups of these events by a field.
pub(crate) fn breakdown(events: &[Event], request: &BreakdownRequest) -> Breakdown {
    let groups = groups(events, Some(request.by), request.order);
    let total = groups.len() as u64;
    let offset = usize::try_from(request.offset).unwrap_or(usize::MAX);
    let page = groups.into_iter().skip(offset).take(request.limit);
    let answered = page.map(|(key, members)| Group {
        key,
        name: name(&members, request.name),
        totals: totals(&members),
        latency_ms: if request.quantiles {
            quantiles(&members)
        } else {
            None
        },
    });
    Breakdown {
        groups: answered.collect(),
        total,
    }
}

/// These events over time, by a field.
pub(crate) fn series(events: &[Event], request: &SeriesRequest) -> SeriesAnswer {
    let mut answer = SeriesAnswer {
        series: Vec::new(),
        other: Vec::new(),
    };
    let Some(from) = request.query.from else {
        return answer;
    };
    let mut rest = Vec::new();
    for (key, members) in groups(events, request.by, request.order) {
        if answer.series.len() == request.limit {
            rest.extend(members);
            continue;
        }
        answer.series.push(Series {
            key,
            name: name(&members, request.name),
            points: points(&members, from, request.interval_us),
        });
    }
    answer.other = points(&rest, from, request.interval_us);
    answer
}

type Members<'a> = (Option<Value>, Vec<&'a Event>);

/// The events by value of a field, the largest group first. Without a field all are one group.
fn groups<'a>(events: &'a [Event], by: Option<&Field>, order: Measure) -> Vec<Members<'a>> {
    let mut groups: Vec<Members<'a>> = Vec::new();
    for event in events {
        let key = by.and_then(|field| event.get(field).map(|value| value.to_value()));
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, members)) => members.push(event),
            None => groups.push((key, vec![event])),
        }
    }
    groups.sort_by(|(a_key, a), (b_key, b)| {
        let largest_first = measure(b, order).cmp(&measure(a, order));
        largest_first.then_with(|| compare_keys(by, a_key.as_ref(), b_key.as_ref()))
    });
    groups
}

fn compare_keys(by: Option<&Field>, a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (by, a, b) {
        (Some(field), Some(a), Some(b)) => evaluate::compare(field, a.as_ref(), b.as_ref()),
        // The absent key comes last.
        _ => a.is_none().cmp(&b.is_none()),
    }
}

fn measure(members: &[&Event], order: Measure) -> i128 {
    let totals = totals(members);
    match order {
        Measure::Requests => i128::from(totals.requests),
        Measure::Tokens => totals.total_tokens,
        Measure::Cost => totals.cost.0,
    }
}

fn totals(events: &[&Event]) -> Totals {
    let failed = events
        .iter()
        .filter(|event| event.text("outcome") == Some("error"));
    Totals {
        requests: events.len() as u64,
        errors: failed.count() as u64,
        total_tokens: sum(events, "total_tokens"),
        cost: NanoUsdSum(sum(events, "cost")),
    }
}

fn sum(events: &[&Event], name: &str) -> i128 {
    let numbers = events.iter().filter_map(|event| event.integer(name));
    numbers.map(i128::from).sum()
}

fn distinct(events: &[&Event], name: &str) -> u64 {
    let mut texts: Vec<&str> = events.iter().filter_map(|event| event.text(name)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.len() as u64
}

/// What the newest of these events says in a field.
fn name(members: &[&Event], field: Option<&Field>) -> Option<Value> {
    let newest = members.iter().max_by_key(|event| (event.time, event.seq))?;
    newest.get(field?).map(|value| value.to_value())
}

fn quantiles(events: &[&Event]) -> Option<Quantiles> {
    let known = events
        .iter()
        .filter_map(|event| event.integer("latency_ms"));
    let mut latencies: Vec<i64> = known.collect();
    latencies.sort_unstable();
    // The nearest rank: at least so many percent do not exceed the value at it.
    let at_rank = |percent: usize| {
        let rank = (latencies.len() * percent).div_ceil(100);
        let latency = latencies.get(rank.checked_sub(1)?)?;
        Some(sketch::middle(sketch::bucket(*latency)))
    };
    Some(Quantiles {
        p50: at_rank(50)?,
        p95: at_rank(95)?,
        p99: at_rank(99)?,
    })
}

/// The intervals in which something happened, in order.
fn points(events: &[&Event], from: Timestamp, interval_us: i64) -> Vec<Point> {
    let beginning = |event: &Event| {
        let intervals = (event.time.us() - from.us()) / interval_us;
        from.plus_us(intervals * interval_us)
    };
    let mut times: Vec<Timestamp> = events.iter().map(|event| beginning(event)).collect();
    times.sort_unstable();
    times.dedup();
    let point = |time: Timestamp| {
        let inside = events
            .iter()
            .copied()
            .filter(|event| beginning(event) == time);
        Point {
            time,
            totals: totals(&inside.collect::<Vec<_>>()),
        }
    };
    times.into_iter().map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::{Query, Stream, catalogue};

    fn calls() -> Vec<Event> {
        let call = |number: i64, user: &str, name: &str, latency_ms: i64| {
            let mut event = Event::new(Stream::Usage);
            event.seq = number;
            event.time = Timestamp::from_us(number * 100);
            event.set_text("user_id", user);
            event.set_text("user_name", name);
            event.set_integer("cost", i64::MAX);
            event.set_integer("latency_ms", latency_ms);
            event
        };
        vec![
            call(1, "b", "Bea", 10),
            call(2, "a", "Ana", 20),
            call(3, "", "", 30),
            call(4, "a", "", 100_000),
            call(5, "b", "Beatrice", 40),
        ]
    }

    fn field(name: &str) -> &'static Field {
        catalogue::field(Stream::Usage, name)
    }

    #[test]
    fn equal_groups_follow_their_keys_and_are_named_by_their_newest_event() {
        let request = BreakdownRequest {
            query: Query::all(Stream::Usage),
            by: field("user_id"),
            name: Some(field("user_name")),
            order: Measure::Cost,
            offset: 0,
            limit: 9,
            quantiles: true,
        };
        let answer = breakdown(&calls(), &request);
        let text = |value: &Option<Value>| {
            value
                .as_ref()
                .and_then(|value| value.as_ref().text())
                .map(str::to_owned)
        };
        let shown: Vec<_> = answer
            .groups
            .iter()
            .map(|group| {
                let p95 = group.latency_ms.map(|latency| latency.p95);
                (text(&group.key), text(&group.name), p95)
            })
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            shown,
            [
                (some("a"), None, Some(100_096)),
                (some("b"), some("Beatrice"), Some(40)),
                (None, None, Some(30))
            ]
        );
        assert_eq!(answer.groups[0].totals.cost.0, 2 * i128::from(i64::MAX));
        assert_eq!(answer.total, 3);
    }

    #[test]
    fn what_has_no_series_of_its_own_is_summed() {
        let request = SeriesRequest {
            query: Query {
                from: Some(Timestamp::from_us(50)),
                to: Some(Timestamp::from_us(600)),
                ..Query::all(Stream::Usage)
            },
            interval_us: 150,
            by: Some(field("user_id")),
            name: None,
            order: Measure::Requests,
            limit: 1,
        };
        let answer = series(&calls(), &request);
        let shown = |points: &[Point]| -> Vec<(i64, u64)> {
            let pairs = points.iter();
            pairs
                .map(|point| (point.time.us(), point.totals.requests))
                .collect()
        };
        assert_eq!(answer.series.len(), 1);
        assert_eq!(shown(&answer.series[0].points), [(200, 1), (350, 1)]);
        assert_eq!(shown(&answer.other), [(50, 1), (200, 1), (500, 1)]);
    }
}
