//! Partial answers: what the events of one unit add to an answer. Those of segments that lie
//! wholly in the range asked are kept. When a question leaves out a minority by one condition
//! (`workspace_id.ne=x`), the answer is that of all events, which serves every such question, minus
//! that of the few: sums and counts can be taken away again, exactly.

use super::cache::{Cache, PartKey};
use super::select::Selection;
use daybook_model::aggregate::Totals;
use daybook_model::logstore::StoreResult;
use daybook_model::sketch::Sketch;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// The names of the partial answers to a question.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// To the question itself.
    pub(super) this: Arc<str>,
    /// To the same question about all events.
    pub(super) whole: Arc<str>,
}

/// A partial answer.
pub(super) trait Part: Send + Sync + Sized + 'static {
    /// Bytes it takes beyond itself, about.
    fn bytes(&self) -> usize;

    /// What is left when some of its events go.
    fn without(&self, gone: &Self) -> Self;
}

/// A partial answer, from the cache if it is there.
pub(super) fn kept<T: Part>(
    selection: &Selection<'_>,
    asked: &Asked,
    cache: &Cache,
    compute: impl Fn(&Selection<'_>) -> StoreResult<T>,
) -> StoreResult<Arc<T>> {
    let kept =
        |selection: &Selection<'_>, name: &Arc<str>, compute: &dyn Fn() -> StoreResult<T>| {
            let key = selection.lasting().map(|segment| PartKey {
                of: [segment].into(),
                asked: Arc::clone(name),
            });
            if let Some(found) = key.as_ref().and_then(|key| cache.get(key)) {
                return Ok(found);
            }
            let computed = Arc::new(compute()?);
            if let Some(key) = key {
                cache.put(key, &computed, size_of::<T>() + computed.bytes());
            }
            Ok(computed)
        };
    if selection.is_whole() {
        return kept(selection, &asked.whole, &|| compute(selection));
    }
    kept(selection, &asked.this, &|| match selection.complement() {
        Some((whole, few)) => {
            let whole = kept(&whole, &asked.whole, &|| compute(&whole))?;
            Ok(whole.without(&compute(&few)?))
        }
        None => compute(selection),
    })
}

impl Part for u64 {
    fn bytes(&self) -> usize {
        0
    }

    fn without(&self, gone: &Self) -> Self {
        self - gone
    }
}

/// What is added up for each group.
pub(super) trait Sum: Clone + Send + Sync + 'static {
    /// Bytes it takes beyond itself, about.
    fn bytes(&self) -> usize {
        0
    }

    /// Takes away what some of its events had added.
    fn take(&mut self, gone: &Self);

    /// Whether no event is left.
    fn is_empty(&self) -> bool;
}

impl<K: Eq + Hash + Clone + Send + Sync + 'static, S: Sum> Part for Vec<(K, S)> {
    fn bytes(&self) -> usize {
        let beyond = self.iter().map(|(_, sum)| sum.bytes());
        self.len() * size_of::<(K, S)>() + beyond.sum::<usize>()
    }

    fn without(&self, gone: &Self) -> Self {
        let gone: HashMap<&K, &S> = gone.iter().map(|(key, sum)| (key, sum)).collect();
        let left = self.iter().filter_map(|(key, sum)| {
            let Some(gone) = gone.get(key) else {
                return Some((key.clone(), sum.clone()));
            };
            let mut sum = sum.clone();
            sum.take(gone);
            (!sum.is_empty()).then(|| (key.clone(), sum))
        });
        left.collect()
    }
}

impl Sum for u64 {
    fn take(&mut self, gone: &Self) {
        *self -= gone;
    }

    fn is_empty(&self) -> bool {
        *self == 0
    }
}

impl Sum for u32 {
    fn take(&mut self, gone: &Self) {
        *self -= gone;
    }

    fn is_empty(&self) -> bool {
        *self == 0
    }
}

impl Sum for Totals {
    fn take(&mut self, gone: &Self) {
        self.remove(gone);
    }

    fn is_empty(&self) -> bool {
        self.requests == 0
    }
}

/// With the number of its events, for not each has a value that the sketch counts.
impl Sum for (u64, Sketch) {
    fn bytes(&self) -> usize {
        self.1.bytes()
    }

    fn take(&mut self, gone: &Self) {
        self.0 -= gone.0;
        self.1.remove(&gone.1);
    }

    fn is_empty(&self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_without_events_go_and_others_keep_the_rest() {
        let sketch = |values: &[i64]| {
            let mut sketch = Sketch::default();
            values.iter().for_each(|value| sketch.add(*value));
            (values.len() as u64, sketch)
        };
        let all = vec![
            ("a", sketch(&[1, 2, 900])),
            ("b", sketch(&[3])),
            ("c", (1, Sketch::default())),
        ];
        let left = all.without(&vec![("b", sketch(&[3])), ("a", sketch(&[2]))]);
        let quantiles: Vec<_> = left
            .iter()
            .map(|(key, (events, sketch))| (*key, *events, sketch.quantiles().map(|q| q.p99)))
            .collect();
        assert_eq!(
            quantiles,
            [
                ("a", 2, sketch(&[900]).1.quantiles().map(|q| q.p99)),
                ("c", 1, None)
            ]
        );
    }
}
