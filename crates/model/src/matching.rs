//! The meaning of a query: whether one event in memory satisfies it. Indexes must agree with this.

use crate::field::Kind;
use crate::fold::fold;
use crate::{Event, Field, Filter, Query, Test, ValueRef, json};

impl Query {
    /// Whether the event is one the query asks for.
    pub fn matches(&self, event: &Event) -> bool {
        event.stream == self.stream
            && self.from.is_none_or(|from| event.time >= from)
            && self.to.is_none_or(|to| event.time < to)
            && self.as_of.is_none_or(|seq| event.seq <= seq)
            && self.scope.covers(event)
            && self.filters.iter().all(|filter| filter.matches(event))
            && self.finds(event)
    }

    /// Whether any searched field contains the text that is searched, if one is.
    fn finds(&self, event: &Event) -> bool {
        let Some(text) = self.search.as_deref() else {
            return true;
        };
        let folded = fold(text);
        self.searched().any(|field| {
            event
                .get(field)
                .is_some_and(|value| found_in(field, value, text, &folded))
        })
    }
}

impl Filter {
    /// Whether the event satisfies the condition.
    pub fn matches(&self, event: &Event) -> bool {
        let held = event
            .get(self.field)
            .is_some_and(|value| self.any.iter().any(|test| test.holds(value)));
        held != self.negated
    }
}

impl Test {
    /// Whether a present value passes.
    pub fn holds(&self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (Self::Present, _) => true,
            (Self::Is(wanted), value) => wanted.as_ref() == value,
            (Self::StartsWith(start), ValueRef::Text(text)) => text.starts_with(start.as_str()),
            (Self::EndsWith(end), ValueRef::Text(text)) => text.ends_with(end.as_str()),
            (Self::Contains(part), ValueRef::Text(text)) => contains_folded(text, part),
            (Self::Within(low, high), ValueRef::Integer(number)) => {
                (*low..=*high).contains(&number)
            }
            _ => false,
        }
    }
}

/// Whether a search for a text (given also [folded](fold)) finds this value.
pub fn found_in(field: &Field, value: ValueRef<'_>, text: &str, folded: &str) -> bool {
    match (field.kind, value) {
        (Kind::Id, ValueRef::Text(id)) => id.starts_with(text),
        (_, ValueRef::Text(value)) => contains_folded(value, folded),
        (_, ValueRef::Json(value)) => json::search_text(value)
            .split('\n')
            .any(|line| contains_folded(line, folded)),
        _ => false,
    }
}

/// Whether a text contains another, regardless of case; the other is folded already.
pub fn contains_folded(text: &str, folded: &str) -> bool {
    if text.is_ascii() && folded.is_ascii() {
        let (text, part) = (text.as_bytes(), folded.as_bytes());
        return part.is_empty()
            || text
                .windows(part.len())
                .any(|window| window.eq_ignore_ascii_case(part));
    }
    fold(text).contains(folded)
}
