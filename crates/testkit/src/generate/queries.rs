//! Random questions, of every form that the API can ask.

use super::values::{IDS, LINES, NAMES, time, value};
use daybook_model::catalogue::Catalogue;
use daybook_model::field::{Field, Kind};
use daybook_model::fold::fold;
use daybook_model::logstore::TimelineRequest;
use daybook_model::query::Operator;
use daybook_model::{Filter, ListRequest, Owner, Query, Scope, Sort, Stream, Test, Value};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use proptest::strategy::Union;

/// A page of a stream.
pub fn list_request(stream: Stream) -> BoxedStrategy<ListRequest> {
    (query(stream), sort(stream), slice())
        .prop_map(|(query, sort, (offset, limit))| ListRequest {
            query,
            sort,
            offset,
            limit,
        })
        .boxed()
}

/// A page of one or several streams merged, all as of one moment.
pub fn timeline_request() -> BoxedStrategy<TimelineRequest> {
    let streams = subsequence(Stream::ALL.to_vec(), 1..=Stream::ALL.len()).prop_shuffle();
    let queries =
        streams.prop_flat_map(|streams| -> Vec<_> { streams.into_iter().map(query).collect() });
    (queries, any::<bool>(), slice())
        .prop_map(|(mut queries, descending, (offset, limit))| {
            let as_of = queries.first().and_then(|query| query.as_of);
            for query in &mut queries {
                query.as_of = as_of;
            }
            TimelineRequest {
                queries,
                descending,
                offset,
                limit,
            }
        })
        .boxed()
}

/// Events skipped, and events of a page.
fn slice() -> impl Strategy<Value = (u64, usize)> {
    let offset = prop_oneof![6 => Just(0_u64), 6 => 0..20_u64, 1 => Just(100_000)];
    let limit = prop_oneof![6 => 1..10_usize, 1 => Just(0), 6 => Just(1_000)];
    (offset, limit)
}

/// An order of a stream's events.
pub fn sort(stream: Stream) -> BoxedStrategy<Sort> {
    let fields = Catalogue::of(stream).fields().iter();
    let sortable: Vec<&'static Field> = fields.filter(|field| field.sort).collect();
    let by_field = (select(sortable), any::<bool>())
        .prop_map(|(field, descending)| Sort { field, descending });
    prop_oneof![1 => Just(Sort::newest(stream)), 2 => by_field].boxed()
}

/// A question to a stream, with any of its parts.
pub fn query(stream: Stream) -> BoxedStrategy<Query> {
    let as_of = prop_oneof![1 => 0..20_i64, 1 => 0..120_i64];
    (
        weighted(0.25, time()),
        weighted(0.25, time()),
        filters(stream),
        weighted(0.2, search_text()),
        weighted(0.2, as_of),
        scope(),
    )
        .prop_map(move |(from, to, filters, search, as_of, scope)| Query {
            stream,
            from,
            to,
            filters,
            search,
            as_of,
            scope,
        })
        .boxed()
}

/// Everybody, or some users of some platforms; perhaps nobody.
pub fn scope() -> BoxedStrategy<Scope> {
    let owner = (super::origin(), select(NAMES)).prop_map(|(origin, user_id)| Owner {
        origin: origin.into(),
        user_id: user_id.into(),
    });
    prop_oneof![3 => Just(Scope::All), 1 => vec(owner, 0..16).prop_map(Scope::own)].boxed()
}

/// No, one or several conditions.
pub fn filters(stream: Stream) -> BoxedStrategy<Vec<Filter>> {
    let fields = Catalogue::of(stream).fields().iter();
    let one = Union::new(fields.filter(|field| field.filter).map(filter));
    prop_oneof![4 => Just(Vec::new()), 3 => vec(one.clone(), 1), 1 => vec(one, 2..4)].boxed()
}

/// A condition on a field, by any operator the field has.
pub fn filter(field: &'static Field) -> BoxedStrategy<Filter> {
    let operators = field.operators().iter();
    Union::new(operators.map(|operator| condition(field, *operator))).boxed()
}

fn condition(field: &'static Field, operator: Operator) -> BoxedStrategy<Filter> {
    let some = |test: BoxedStrategy<Test>| vec(test, 1..4).boxed();
    let any_of = match operator {
        Operator::Eq | Operator::Ne => some(equal(field)),
        Operator::Prefix => some(fragment(Place::Start).prop_map(Test::StartsWith).boxed()),
        Operator::Contains => {
            let part = fragment(Place::Anywhere).prop_map(|text| fold(&text));
            some(part.prop_map(Test::Contains).boxed())
        }
        Operator::Exists => Just(vec![Test::Present]).boxed(),
        Operator::Gt | Operator::Gte | Operator::Lt | Operator::Lte => bounds(field),
    };
    let negated = match operator {
        Operator::Ne => Just(true).boxed(),
        Operator::Exists => any::<bool>().boxed(),
        _ => Just(false).boxed(),
    };
    (negated, any_of)
        .prop_map(move |(negated, any)| Filter {
            field,
            negated,
            any,
        })
        .boxed()
}

fn equal(field: &'static Field) -> BoxedStrategy<Test> {
    let known = match field.name {
        "id" => super::id().prop_map(Value::Text).boxed(),
        "seq" => (0..60_i64).prop_map(Value::Integer).boxed(),
        _ => value(field),
    };
    let equal = known.prop_map(Test::Is);
    if field.name == "action" {
        // Written `action=model.*` and `action=*.disabled`.
        let start = fragment(Place::Start).prop_map(Test::StartsWith);
        let end = fragment(Place::End).prop_map(Test::EndsWith);
        return prop_oneof![2 => equal, 1 => start, 1 => end].boxed();
    }
    equal.boxed()
}

/// What `<`, `<=`, `>` and `>=` become: words of an enum, or a range that may be empty.
fn bounds(field: &'static Field) -> BoxedStrategy<Vec<Test>> {
    if let Kind::Enum(words) = field.kind {
        let rank = 0..=words.len();
        return (rank, any::<bool>())
            .prop_map(move |(rank, above)| {
                let chosen = if above {
                    &words[rank..]
                } else {
                    &words[..rank]
                };
                let is = |word: &&str| Test::Is(Value::Text((*word).into()));
                chosen.iter().map(is).collect()
            })
            .boxed();
    }
    let bound = equal(field).prop_map(|test| match test {
        Test::Is(value) => value.as_ref().integer().unwrap_or_default(),
        _ => 0,
    });
    let end = (bound, -1..=1_i64).prop_map(|(bound, step)| bound.saturating_add(step));
    let range = prop_oneof![
        end.clone().prop_map(|low| Test::Within(low, i64::MAX)),
        end.clone().prop_map(|high| Test::Within(i64::MIN, high)),
        (end.clone(), end).prop_map(|(low, high)| Test::Within(low, high)),
    ];
    range.prop_map(|test| vec![test]).boxed()
}

/// A text for `q`: a few letters of something that events hold, in any case.
pub fn search_text() -> BoxedStrategy<String> {
    let text = prop_oneof![4 => fragment(Place::Anywhere), 2 => fragment(Place::Start)];
    let trimmed = text.prop_map(|text| text.trim().to_owned());
    prop_oneof![
        9 => trimmed.prop_map(|text| if text.is_empty() { "a".into() } else { text }),
        1 => Just("nowhere".to_owned()),
    ]
    .boxed()
}

/// Where in a known text a fragment is taken.
#[derive(Clone, Copy)]
enum Place {
    Start,
    Anywhere,
    End,
}

fn fragment(place: Place) -> BoxedStrategy<String> {
    const INSIDE_JSON: &[&str] = &["team", "Core", "2.5", "true", "istanbul"];
    let text = prop_oneof![
        4 => select(NAMES),
        2 => select(LINES),
        2 => select(IDS),
        1 => select(INSIDE_JSON),
    ];
    (text, any::<Index>(), 1..=6_usize, 0..3)
        .prop_map(move |(text, start, length, case)| {
            let start = match place {
                Place::Start => 0,
                Place::Anywhere => start.index(text.chars().count()),
                Place::End => text.chars().count().saturating_sub(length),
            };
            let part: String = text.chars().skip(start).take(length).collect();
            match case {
                0 => part,
                1 => part.to_lowercase(),
                _ => part.to_uppercase(),
            }
        })
        .boxed()
}

/// A prefix for a value menu.
pub(crate) fn value_prefix(field: &'static Field) -> BoxedStrategy<String> {
    let shown = value(field).prop_map(move |value| value.as_ref().display(field.kind));
    let start = (shown, 1..4_usize, any::<bool>()).prop_map(|(shown, length, upper)| {
        let start: String = shown.chars().take(length).collect();
        if upper { start.to_uppercase() } else { start }
    });
    prop_oneof![2 => Just(String::new()), 2 => start, 1 => fragment(Place::Start)].boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::matches;
    use crate::generate::any_event;
    use proptest::test_runner::{Config, TestRunner};

    /// Random questions are only worth something when events both match them and do not, and
    /// the meaning the stores build on must agree with the one written from the documentation.
    #[test]
    fn questions_divide_events_and_mean_the_same_twice() {
        let pairs = any_event().prop_flat_map(|event| (Just(event.clone()), query(event.stream)));
        let config = Config {
            cases: 2_000,
            failure_persistence: None,
            ..Config::default()
        };
        let asked = std::cell::Cell::new((0, 0));
        let result = TestRunner::new(config).run(&pairs, |(event, query)| {
            let expected = matches(&query, &event);
            prop_assert_eq!(query.matches(&event), expected);
            if !query.filters.is_empty() || query.search.is_some() {
                let (held, all) = asked.get();
                asked.set((held + i32::from(expected), all + 1));
            }
            Ok(())
        });
        result.unwrap();
        let (held, all) = asked.get();
        assert!(held * 20 > all && held * 4 < all * 3, "{held} of {all}");
    }
}
