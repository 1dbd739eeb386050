//! How the stored values of a unit order: as they are, or by the places of their words.

use super::ranking::Ranking;
use super::unit::{Source, Unit};
use crate::columns::OTHER;
use crate::words::{LOCAL, Order, Texts};
use daybook_model::Field;
use daybook_model::logstore::StoreResult;
use std::sync::Arc;
use tantivy::DocId;

/// The order of a unit's stored values.
pub(super) struct UnitRanks {
    /// `None` when stored values order as they are.
    order: Option<Arc<Order>>,
    /// For each of a partition's own words, its place among the store's.
    own: Vec<u64>,
    /// Whether some values are ordered by their texts only.
    pub(super) inexact: bool,
}

impl UnitRanks {
    /// The order of a unit's values in a ranking.
    pub(super) fn new(ranking: &Ranking<'_>, unit: &Unit<'_>) -> StoreResult<Self> {
        let field = ranking.sort.field;
        let Some(order) = &ranking.order else {
            return Ok(Self {
                order: None,
                own: Vec::new(),
                inexact: false,
            });
        };
        let (mut own, mut inexact) = (Vec::new(), false);
        match unit.source {
            Source::Segment(partition, ..) => {
                if let Some(words) = partition.dictionary()?.own() {
                    let texts = words.of(ranking.stream, field);
                    let store = ranking.words.of(ranking.stream, field);
                    own = places(&store, order, &texts);
                    inexact = !own.is_empty();
                }
            }
            Source::Chunk(chunk) => {
                inexact = chunk
                    .column(ranking.stream, field, ranking.words)
                    .contains(&OTHER);
            }
        }
        Ok(Self {
            order: Some(Arc::clone(order)),
            own,
            inexact,
        })
    }

    /// A number that orders as the stored value does. Of words the upper half says how many of
    /// the store's come before; the lower half is 0 for a word of the store.
    pub(super) fn rank(&self, unit: &Unit<'_>, field: &Field, stored: u64, doc: DocId) -> u64 {
        let Some(order) = &self.order else {
            return stored;
        };
        if stored == OTHER
            && let Source::Chunk(chunk) = unit.source
        {
            let store = unit.words.of(unit.stream, field);
            let text = chunk.entries[doc as usize]
                .event
                .get(field)
                .and_then(|value| value.text());
            return (store.before(order, text.unwrap_or_default()) as u64) << 32 | 1;
        }
        let ordinal = usize::try_from(stored).unwrap_or(usize::MAX);
        match order.ranks.get(ordinal) {
            Some(rank) => u64::from(rank + 1) << 32,
            None => self
                .own
                .get(ordinal - LOCAL as usize)
                .copied()
                .unwrap_or(u64::MAX),
        }
    }

    /// The value, where its rank does not say all.
    pub(super) fn text(
        &self,
        unit: &Unit<'_>,
        field: &'static Field,
        doc: DocId,
    ) -> StoreResult<Option<Box<str>>> {
        if !self.inexact {
            return Ok(None);
        }
        let stored = unit.column(field)?.first(doc);
        if stored < u64::from(LOCAL) {
            return Ok(None);
        }
        let value = unit.value(field, stored, doc)?;
        Ok(value.and_then(|value| value.as_ref().text().map(Into::into)))
    }
}

fn places(store: &Texts, order: &Order, own: &Texts) -> Vec<u64> {
    let all = 0..u32::try_from(own.len()).unwrap_or(u32::MAX);
    all.map(|at| (store.before(order, own.text(at)) as u64) << 32 | 1)
        .collect()
}
