//! Questions and their answers.

use super::sums;
use crate::generate::{filters, id, list_request, query, scope, time, timeline_request};
use crate::walk::{fields_of, walk};
use daybook_model::aggregate::{Breakdown, BreakdownRequest, SeriesAnswer, SeriesRequest, Summary};
use daybook_model::catalogue::Catalogue;
use daybook_model::logstore::{
    Histogram, HistogramRequest, Page, ScanRequest, StoreResult, TimelineRequest, Values,
};
use daybook_model::{Event, Field, ListRequest, LogStore, Query, Stream, Timestamp, limits};
use futures_executor::block_on;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

/// Something to ask a store.
#[derive(Debug, Clone)]
pub(super) enum Question {
    List(ListRequest),
    Timeline(TimelineRequest),
    Count(Query),
    Get(Query, String),
    Values(Query, &'static Field, String, usize),
    Histogram(HistogramRequest),
    Summary(Query),
    Breakdown(BreakdownRequest),
    Series(SeriesRequest),
    /// A walk to its end, in steps of the request's limit.
    Walk(ScanRequest),
    /// What of a stream is archived.
    Archived(Stream),
    Stats,
}

/// What a store answers.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Page(Page),
    Count(u64),
    Event(Option<Box<Event>>),
    Values(Values),
    Histogram(Histogram),
    Summary(Box<Summary>),
    Breakdown(Breakdown),
    Series(SeriesAnswer),
    Events(Vec<Event>),
    /// The beginning of each period, and its events.
    Archived(Vec<(Timestamp, u64)>),
    Stats([u64; 4]),
}

pub(super) fn ask(store: &dyn LogStore, question: &Question) -> StoreResult<Answer> {
    Ok(match question.clone() {
        Question::List(request) => Answer::Page(block_on(store.list(request))?),
        Question::Timeline(request) => Answer::Page(block_on(store.timeline(request))?),
        Question::Count(query) => Answer::Count(block_on(store.count(query))?),
        Question::Get(query, id) => Answer::Event(block_on(store.get(query, id))?.map(Box::new)),
        Question::Values(query, field, prefix, limit) => {
            Answer::Values(block_on(store.values(query, field, prefix, limit))?)
        }
        Question::Histogram(request) => Answer::Histogram(block_on(store.histogram(request))?),
        Question::Summary(query) => Answer::Summary(Box::new(block_on(store.summary(query))?)),
        Question::Breakdown(request) => Answer::Breakdown(block_on(store.breakdown(request))?),
        Question::Series(request) => Answer::Series(block_on(store.series(request))?),
        Question::Walk(request) => Answer::Events(walk(store, request)?),
        Question::Archived(stream) => {
            let periods = store.archived(stream).into_iter();
            Answer::Archived(periods.map(|one| (one.start, one.events)).collect())
        }
        Question::Stats => Answer::Stats(block_on(store.stats())?.events),
    })
}

/// A walk over all events of a stream.
pub(super) fn everything(stream: Stream) -> Question {
    Question::Walk(ScanRequest {
        query: Query::all(stream),
        after: None,
        limit: 37,
        fields: fields_of(stream, true),
    })
}

pub(super) fn question() -> BoxedStrategy<Question> {
    let to_one_stream = Union::new(Stream::ALL.into_iter().map(question_to));
    prop_oneof![
        10 => to_one_stream,
        1 => timeline_request().prop_map(Question::Timeline),
        3 => sums::question(),
    ]
    .boxed()
}

fn question_to(stream: Stream) -> BoxedStrategy<Question> {
    let fields = Catalogue::of(stream).fields().iter();
    let counted: Vec<&'static Field> = fields.filter(|field| field.has_values()).collect();
    let values = Union::new(counted.iter().map(|field| values_of(stream, field)));
    let get = (filters(stream), scope(), id());
    prop_oneof![
        8 => list_request(stream).prop_map(Question::List),
        1 => query(stream).prop_map(Question::Count),
        2 => get.prop_map(move |(filters, scope, id)| {
            let query = Query { filters, scope, ..Query::all(stream) };
            Question::Get(query, id.into())
        }),
        2 => values,
        2 => histogram(stream, counted),
        2 => walk_of(stream),
        1 => Just(Question::Archived(stream)),
        1 => Just(Question::Stats),
    ]
    .boxed()
}

fn values_of(stream: Stream, field: &'static Field) -> BoxedStrategy<Question> {
    let limit = prop_oneof![3 => 1..6_usize, 1 => Just(0), 2 => Just(limits::VALUES_MAX)];
    let prefix = crate::generate::value_prefix(field);
    (query(stream), prefix, limit)
        .prop_map(move |(query, prefix, limit)| Question::Values(query, field, prefix, limit))
        .boxed()
}

fn histogram(stream: Stream, by: Vec<&'static Field>) -> BoxedStrategy<Question> {
    (
        query(stream),
        time(),
        time(),
        1..60_i64,
        weighted(0.7, select(by)),
    )
        .prop_map(|(mut query, from, to, buckets, by)| {
            let interval_us = divide(&mut query, from, to, buckets);
            Question::Histogram(HistogramRequest {
                query,
                interval_us,
                by,
            })
        })
        .boxed()
}

/// Bounds a query and divides its range as the API does: the last interval may reach beyond its
/// end.
pub(super) fn divide(query: &mut Query, from: Timestamp, to: Timestamp, parts: i64) -> i64 {
    (query.from, query.to) = (Some(from), Some(to));
    let span_us = (to.us() - from.us()).max(0);
    (span_us / parts + i64::from(span_us % parts > 0)).max(1)
}

fn walk_of(stream: Stream) -> BoxedStrategy<Question> {
    let after = (time(), 0..60_i64);
    let limit = prop_oneof![1 => 1..8_usize, 1 => Just(1_000)];
    let chosen = prop_oneof![Just(u64::MAX), any::<u64>()];
    (query(stream), weighted(0.3, after), limit, chosen)
        .prop_map(move |(query, after, limit, chosen)| {
            let mut fields = fields_of(stream, true);
            fields.retain(|field| chosen >> (field.index % 64) & 1 == 1);
            Question::Walk(ScanRequest {
                query,
                after,
                limit,
                fields,
            })
        })
        .boxed()
}
