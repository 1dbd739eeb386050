//! The plan of a query for one partition, in the index's terms. It must select exactly the events
//! for which [`Query::matches`] holds.

use crate::error::internal;
use crate::partition::Partition;
use crate::partition::schema::{Indexing, PartitionSchema, indexing};
use crate::partition::trigrams::trigrams;
use daybook_model::catalogue::{Catalogue, field};
use daybook_model::logstore::StoreResult;
use daybook_model::matching::contains_lowercase;
use daybook_model::{Field, Filter, Query, Test, Value};
use std::collections::BTreeSet;
use std::ops::Bound;
use tantivy::query::{
    AllQuery, BooleanQuery, EmptyQuery, ExistsQuery, Occur, PhraseQuery, Query as IndexQuery,
    RangeQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field as IndexField, IndexRecordOption};
use tantivy::{Searcher, Term};

type Plan = Box<dyn IndexQuery>;

/// The plan of a query for a partition; versions in `hidden` are left out. `None` means all of
/// its events.
pub(super) fn plan(
    query: &Query,
    partition: &Partition,
    hidden: &[i64],
) -> StoreResult<Option<Plan>> {
    let planner = Planner {
        schema: partition.schema(),
        searcher: partition.searcher()?,
    };
    let mut parts: Vec<(Occur, Plan)> = Vec::new();
    let period = partition.key.1;
    let after = query.from.filter(|from| *from > period.start());
    let before = query.to.filter(|to| *to < period.end());
    if after.is_some() || before.is_some() {
        let low = after.map_or(i64::MIN, |from| from.us());
        // `to` is exclusive.
        let high = before.map_or(i64::MAX, |to| to.us().saturating_sub(1));
        parts.push((
            Occur::Must,
            planner.within(field(query.stream, "time"), low, high),
        ));
    }
    if let Some(seq) = query.as_of.filter(|seq| *seq < partition.info.seq_max) {
        parts.push((
            Occur::Must,
            planner.within(field(query.stream, "seq"), i64::MIN, seq),
        ));
    }
    for filter in &query.filters {
        let occur = if filter.negated {
            Occur::MustNot
        } else {
            Occur::Must
        };
        parts.push((occur, planner.filter(filter)?));
    }
    if let Some(text) = &query.search {
        parts.push((Occur::Must, planner.search(query, text)?));
    }
    if !hidden.is_empty() {
        let seq = planner.schema.field(field(query.stream, "seq"));
        let terms = hidden
            .iter()
            .map(|hidden| Term::from_field_i64(seq, *hidden));
        parts.push((Occur::MustNot, Box::new(TermSetQuery::new(terms))));
    }
    if parts.is_empty() {
        return Ok(None);
    }
    if parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        parts.push((Occur::Must, Box::new(AllQuery)));
    }
    Ok(Some(Box::new(BooleanQuery::new(parts))))
}

struct Planner<'a> {
    schema: &'static PartitionSchema,
    searcher: &'a Searcher,
}

impl Planner<'_> {
    fn filter(&self, filter: &Filter) -> StoreResult<Plan> {
        let tests = filter.any.iter().map(|test| self.test(filter.field, test));
        Ok(any(tests.collect::<StoreResult<Vec<Plan>>>()?))
    }

    fn test(&self, field: &Field, test: &Test) -> StoreResult<Plan> {
        Ok(match test {
            Test::Present => self.present(field),
            Test::Is(Value::Text(text)) => self.term(field, text),
            Test::Is(Value::Integer(number)) => self.within(field, *number, *number),
            Test::Is(Value::Boolean(truth)) => {
                let number = i64::from(*truth);
                self.within(field, number, number)
            }
            Test::Is(Value::Json(_)) => Box::new(EmptyQuery),
            Test::StartsWith(start) => self.starting(field, start)?,
            Test::Contains(part) => self.containing(field, part)?,
            Test::Within(low, high) => self.within(field, *low, *high),
        })
    }

    /// What `q` finds, in any searched field.
    fn search(&self, query: &Query, text: &str) -> StoreResult<Plan> {
        let lowered = text.to_lowercase();
        let fields = Catalogue::of(query.stream)
            .fields()
            .iter()
            .filter(|field| field.search);
        let plans = fields.map(|field| match indexing(field) {
            Indexing::Term => self.starting(field, text),
            _ => self.containing(field, &lowered),
        });
        Ok(any(plans.collect::<StoreResult<Vec<Plan>>>()?))
    }

    fn present(&self, field: &Field) -> Plan {
        match indexing(field) {
            // Every event has an id.
            Indexing::Term if field.name == "id" => Box::new(AllQuery),
            Indexing::Term | Indexing::Trigrams => {
                let term = Term::from_field_text(self.schema.present, field.name);
                Box::new(TermQuery::new(term, IndexRecordOption::Basic))
            }
            _ => Box::new(ExistsQuery::new(field.name.into(), false)),
        }
    }

    fn term(&self, field: &Field, text: &str) -> Plan {
        let term = Term::from_field_text(self.schema.field(field), text);
        Box::new(TermQuery::new(term, IndexRecordOption::Basic))
    }

    fn within(&self, field: &Field, low: i64, high: i64) -> Plan {
        if low > high {
            return Box::new(EmptyQuery);
        }
        let index_field = self.schema.field(field);
        let bound = |number| Bound::Included(Term::from_field_i64(index_field, number));
        Box::new(RangeQuery::new(bound(low), bound(high)))
    }

    fn starting(&self, field: &Field, start: &str) -> StoreResult<Plan> {
        let terms = self.terms(self.schema.field(field), start, |_| true)?;
        Ok(term_set(self.schema.field(field), terms))
    }

    /// Events whose field contains a lower-case text.
    fn containing(&self, field: &Field, lowered: &str) -> StoreResult<Plan> {
        let index_field = self.schema.field(field);
        let long = lowered.chars().nth(2).is_some();
        if indexing(field) == Indexing::Trigrams && long {
            let mut grams: Vec<Term> = trigrams(lowered)
                .iter()
                .map(|gram| Term::from_field_text(index_field, gram))
                .collect();
            return Ok(match grams.len() {
                1 => Box::new(TermQuery::new(grams.remove(0), IndexRecordOption::Basic)),
                _ => Box::new(PhraseQuery::new(grams)),
            });
        }
        let terms = self.terms(index_field, "", |term| contains_lowercase(term, lowered))?;
        Ok(term_set(index_field, terms))
    }

    /// Terms of the dictionaries that begin with a text and pass a test.
    fn terms(
        &self,
        field: IndexField,
        start: &str,
        mut passes: impl FnMut(&str) -> bool,
    ) -> StoreResult<BTreeSet<String>> {
        let mut found = BTreeSet::new();
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field).map_err(internal)?;
            let mut stream = index
                .terms()
                .range()
                .ge(start.as_bytes())
                .into_stream()
                .map_err(internal)?;
            while stream.advance() {
                let Ok(term) = std::str::from_utf8(stream.key()) else {
                    continue;
                };
                if !term.starts_with(start) {
                    break;
                }
                if passes(term) {
                    found.insert(term.into());
                }
            }
        }
        Ok(found)
    }
}

fn term_set(field: IndexField, terms: BTreeSet<String>) -> Plan {
    if terms.is_empty() {
        return Box::new(EmptyQuery);
    }
    Box::new(TermSetQuery::new(
        terms.iter().map(|term| Term::from_field_text(field, term)),
    ))
}

fn any(mut plans: Vec<Plan>) -> Plan {
    match plans.len() {
        0 => Box::new(EmptyQuery),
        1 => plans.remove(0),
        _ => Box::new(BooleanQuery::new(
            plans
                .into_iter()
                .map(|plan| (Occur::Should, plan))
                .collect(),
        )),
    }
}
