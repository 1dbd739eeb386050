//! Search in a segment: which events hold a text, as a set of bits. It finds exactly the events for
//! which [`daybook_model::matching`] holds.

use super::batches::BATCH;
use super::compile::{Accept, CompiledSearch, Ordinals};
use super::postings::read_postings;
use super::unit::{Source, Unit};
use crate::columns::Place;
use crate::error::internal;
use crate::partition::trigrams::trigrams;
use crate::partition::{Partition, Segment, keys};
use daybook_model::logstore::StoreResult;
use daybook_model::matching::contains_folded;
use daybook_model::{Field, Filter, Test, Value};
use std::collections::BTreeSet;
use std::ops::Range;
use tantivy::query::{
    EmptyQuery, EnableScoring, PhraseQuery, Query as IndexQuery, TermQuery, TermSetQuery,
};
use tantivy::schema::{Field as IndexField, IndexRecordOption};
use tantivy::{DocId, Term};

/// A set of a unit's events.
#[derive(Debug)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// None of so many events.
    pub(super) fn new(len: DocId) -> Self {
        Self(vec![0; (len as usize).div_ceil(64)])
    }

    pub(super) fn insert(&mut self, doc: DocId) {
        self.0[doc as usize / 64] |= 1 << (doc % 64);
    }

    pub(super) fn contains(&self, doc: DocId) -> bool {
        self.0[doc as usize / 64] >> (doc % 64) & 1 == 1
    }

    /// How many.
    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Appends those of a range that begins at a multiple of 64, in order.
    pub(super) fn add_to(&self, docs: &mut Vec<DocId>, range: Range<DocId>) {
        let words = range.start as usize / 64..(range.end as usize).div_ceil(64);
        for (first, word) in (range.start..).step_by(64).zip(&self.0[words]) {
            let mut rest = *word;
            while rest != 0 {
                docs.push(first + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }
}

/// Looking up a value costs as much as reading so many events of its column.
const EVENTS_PER_VALUE: usize = 512;

/// The events of a segment in which a search finds its text.
pub(super) fn found_in_segment(unit: &Unit<'_>, search: &CompiledSearch) -> StoreResult<Bits> {
    let mut bits = Bits::new(unit.len());
    let Source::Segment(partition, _, segment) = unit.source else {
        return Ok(bits);
    };
    for (field, ordinals) in &search.words {
        let own = partition.dictionary()?.own();
        match own {
            Some(own) if Place::of(field) == Place::Words => {
                let texts = own.of(unit.stream, field);
                let ordinals = ordinals.with_own(&texts, texts.containing(&search.folded));
                add_words(unit, segment, field, &ordinals, &mut bits)?;
            }
            _ => add_words(unit, segment, field, ordinals, &mut bits)?,
        }
    }
    for field in &search.fields {
        match Place::of(field) {
            Place::Keys => {
                for range in keys::starting(&search.text) {
                    segment
                        .events_in(field, range)?
                        .into_iter()
                        .for_each(|doc| bits.insert(doc));
                }
            }
            Place::Text | Place::SearchedJson => {
                add_containing(partition, segment, field, &search.folded, &mut bits)?;
            }
            _ => {}
        }
    }
    Ok(bits)
}

fn add_words(
    unit: &Unit<'_>,
    segment: &Segment,
    field: &Field,
    ordinals: &Ordinals,
    bits: &mut Bits,
) -> StoreResult<()> {
    if ordinals.len() == 0 {
        return Ok(());
    }
    if ordinals.len() <= unit.len() as usize / EVENTS_PER_VALUE {
        let Ok(index_field) = segment.reader.schema().get_field(field.name) else {
            return Ok(());
        };
        for ordinal in ordinals.iter() {
            read_postings(
                segment,
                &Term::from_field_u64(index_field, ordinal),
                |docs| {
                    docs.iter().for_each(|doc| bits.insert(*doc));
                    Ok(())
                },
            )?;
        }
        return Ok(());
    }
    let column = unit.column(field)?;
    let accept = Accept::Ordinals(ordinals.clone());
    let (mut docs, mut values) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    for first in (0..unit.len()).step_by(BATCH) {
        docs.clear();
        docs.extend(first..unit.len().min(first + 1024));
        column.read(&docs, &mut values);
        let found = docs
            .iter()
            .zip(&values)
            .filter(|(_, value)| accept.passes(**value));
        found.for_each(|(doc, _)| bits.insert(*doc));
    }
    Ok(())
}

/// The events of a segment that pass a filter on a field without a column, negation aside.
pub(super) fn text_matches(unit: &Unit<'_>, filter: &Filter) -> StoreResult<Bits> {
    let mut bits = Bits::new(unit.len());
    let Source::Segment(partition, _, segment) = unit.source else {
        return Ok(bits);
    };
    for test in &filter.any {
        match (Place::of(filter.field), test) {
            (Place::Keys, Test::Is(Value::Text(id))) => {
                segment
                    .events_with(filter.field, id)?
                    .into_iter()
                    .for_each(|doc| bits.insert(doc));
            }
            (Place::Keys, Test::StartsWith(start)) => {
                for range in keys::starting(start) {
                    segment
                        .events_in(filter.field, range)?
                        .into_iter()
                        .for_each(|doc| bits.insert(doc));
                }
            }
            (Place::Keys, Test::Present) => {
                if let Some(ids) = segment.keys(filter.field)? {
                    let has = |doc: &DocId| ids.ords().first(*doc).is_some();
                    (0..unit.len()).filter(has).for_each(|doc| bits.insert(doc));
                }
            }
            (Place::Text, Test::Present) => {
                let term = Term::from_field_text(partition.schema()?.present, filter.field.name);
                read_postings(segment, &term, |docs| {
                    docs.iter().for_each(|doc| bits.insert(*doc));
                    Ok(())
                })?;
            }
            (Place::Text, Test::Contains(folded)) => {
                add_containing(partition, segment, filter.field, folded, &mut bits)?;
            }
            // Rare enough to read every event.
            _ => {
                for doc in 0..unit.len() {
                    let event = unit.event(doc, false)?;
                    if event
                        .get(filter.field)
                        .is_some_and(|value| test.holds(value))
                    {
                        bits.insert(doc);
                    }
                }
            }
        }
    }
    Ok(bits)
}

/// Events whose free text contains a folded text.
fn add_containing(
    partition: &Partition,
    segment: &Segment,
    field: &Field,
    folded: &str,
    bits: &mut Bits,
) -> StoreResult<()> {
    let Some(index_field) = partition.schema()?.field(field) else {
        return Ok(());
    };
    let query = containing(segment, field, index_field, folded)?;
    let scoring = EnableScoring::disabled_from_searcher(partition.searcher()?);
    let weight = query.weight(scoring).map_err(internal)?;
    weight
        .for_each_no_score(&segment.reader, &mut |docs| {
            docs.iter().for_each(|doc| bits.insert(*doc));
        })
        .map_err(internal)
}

fn containing(
    segment: &Segment,
    field: &Field,
    index_field: IndexField,
    folded: &str,
) -> StoreResult<Box<dyn IndexQuery>> {
    let long = folded.chars().nth(2).is_some();
    if Place::of(field) == Place::Text && long {
        let grams = trigrams(folded);
        let mut grams: Vec<Term> = grams
            .iter()
            .map(|gram| Term::from_field_text(index_field, gram))
            .collect();
        return Ok(match grams.len() {
            1 => Box::new(TermQuery::new(grams.remove(0), IndexRecordOption::Basic)),
            _ => Box::new(PhraseQuery::new(grams)),
        });
    }
    let mut found = BTreeSet::new();
    let index = segment
        .reader
        .inverted_index(index_field)
        .map_err(internal)?;
    let mut stream = index.terms().stream().map_err(internal)?;
    while stream.advance() {
        if let Ok(term) = std::str::from_utf8(stream.key())
            && contains_folded(term, folded)
        {
            found.insert(Term::from_field_text(index_field, term));
        }
    }
    Ok(match found.is_empty() {
        true => Box::new(EmptyQuery),
        false => Box::new(TermSetQuery::new(found)),
    })
}
