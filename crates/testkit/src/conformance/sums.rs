//! Questions about many usage events together.

use super::question::{Question, divide};
use crate::generate::{query, time};
use daybook_model::aggregate::{BreakdownRequest, Measure, SeriesRequest};
use daybook_model::catalogue::{Catalogue, field};
use daybook_model::field::Kind;
use daybook_model::{Field, Query, Stream};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

const USAGE: Stream = Stream::Usage;

pub(super) fn question() -> BoxedStrategy<Question> {
    prop_oneof![
        1 => query(USAGE).prop_map(Question::Summary),
        2 => breakdown().prop_map(Question::Breakdown),
        2 => series().prop_map(Question::Series),
    ]
    .boxed()
}

/// What is asked after events were removed or changed.
pub(super) fn of_everything() -> [Question; 2] {
    let by_user = BreakdownRequest {
        query: Query::all(USAGE),
        by: field(USAGE, "user_id"),
        name: Some(field(USAGE, "user_name")),
        order: Measure::Cost,
        offset: 0,
        limit: 1_000,
        quantiles: true,
    };
    [
        Question::Summary(Query::all(USAGE)),
        Question::Breakdown(by_user),
    ]
}

fn breakdown() -> impl Strategy<Value = BreakdownRequest> {
    let slice = (
        prop_oneof![2 => Just(0_u64), 1 => 0..6_u64],
        prop_oneof![2 => 0..6_usize, 2 => Just(1_000)],
    );
    (query(USAGE), by(), name(), order(), slice, any::<bool>()).prop_map(
        |(query, by, name, order, (offset, limit), quantiles)| BreakdownRequest {
            query,
            by,
            name,
            order,
            offset,
            limit,
            quantiles,
        },
    )
}

fn series() -> impl Strategy<Value = SeriesRequest> {
    let range = (time(), time(), 1..40_i64);
    let limit = prop_oneof![3 => 0..6_usize, 1 => Just(1_000)];
    (
        query(USAGE),
        range,
        weighted(0.8, by()),
        name(),
        order(),
        limit,
    )
        .prop_map(|(mut query, (from, to, parts), by, name, order, limit)| {
            let interval_us = divide(&mut query, from, to, parts);
            SeriesRequest {
                query,
                interval_us,
                by,
                name,
                order,
                limit,
            }
        })
}

fn by() -> impl Strategy<Value = &'static Field> + Clone {
    fields(Field::has_values)
}

fn name() -> impl Strategy<Value = Option<&'static Field>> {
    weighted(0.5, fields(|field| field.kind == Kind::Keyword))
}

fn fields(chosen: fn(&Field) -> bool) -> impl Strategy<Value = &'static Field> + Clone {
    let fields = Catalogue::of(USAGE).fields().iter();
    select(fields.filter(|field| chosen(field)).collect::<Vec<_>>())
}

fn order() -> impl Strategy<Value = Measure> {
    select(&[Measure::Requests, Measure::Tokens, Measure::Cost][..])
}
