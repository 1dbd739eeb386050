//! The meaning of queries, a second time. `daybook_model::matching` is what stores build on; this
//! is written from the documentation alone, shares no code with it and checks it.

use daybook_model::catalogue::Catalogue;
use daybook_model::field::Kind;
use daybook_model::{Event, Field, Filter, Query, Scope, Sort, Stream, Test, ValueRef};
use std::cmp::Ordering;

/// Whether the query asks for the event.
pub(crate) fn matches(query: &Query, event: &Event) -> bool {
    if event.stream != query.stream {
        return false;
    }
    if let Some(from) = query.from
        && event.time < from
    {
        return false;
    }
    if let Some(to) = query.to
        && event.time >= to
    {
        return false;
    }
    if let Some(as_of) = query.as_of
        && event.seq > as_of
    {
        return false;
    }
    if let Scope::Own(owners) = &query.scope {
        // Other streams have no such users, even where they have the fields.
        let is_own = event.stream == Stream::Usage
            && owners.iter().any(|owner| {
                event.text("origin") == Some(&owner.origin)
                    && event.text("user_id") == Some(&owner.user_id)
            });
        if !is_own {
            return false;
        }
    }
    if let Some(text) = &query.search
        && !is_found(text, &query.scope, event)
    {
        return false;
    }
    query.filters.iter().all(|filter| passes(filter, event))
}

fn passes(filter: &Filter, event: &Event) -> bool {
    let mut held = false;
    if let Some(value) = event.get(filter.field) {
        for test in &filter.any {
            held = held || holds(test, value);
        }
    }
    if filter.negated { !held } else { held }
}

fn holds(test: &Test, value: ValueRef<'_>) -> bool {
    match test {
        Test::Present => true,
        Test::Is(wanted) => wanted.as_ref() == value,
        Test::StartsWith(start) => value.text().is_some_and(|text| text.starts_with(start)),
        Test::EndsWith(end) => value.text().is_some_and(|text| text.ends_with(end)),
        Test::Contains(part) => value.text().is_some_and(|text| contains(text, part)),
        Test::Within(low, high) => value
            .integer()
            .is_some_and(|number| number >= *low && number <= *high),
    }
}

fn is_found(text: &str, scope: &Scope, event: &Event) -> bool {
    let fields = Catalogue::of(event.stream).fields();
    fields.iter().any(|field| {
        let is_hidden = *scope != Scope::All && field.internal;
        field.search
            && !is_hidden
            && match event.get(field) {
                Some(ValueRef::Text(id)) if field.kind == Kind::Id => id.starts_with(text),
                Some(ValueRef::Text(value)) => contains(value, text),
                Some(ValueRef::Json(json)) => {
                    let value =
                        serde_json::from_str(json).expect("invariant: stored JSON is valid");
                    is_in_json(&value, text)
                }
                _ => false,
            }
    })
}

/// Whether a key or a value somewhere inside contains the text.
fn is_in_json(value: &serde_json::Value, text: &str) -> bool {
    use serde_json::Value::{Array, Bool, Null, Number, Object, String};
    match value {
        Null => false,
        Bool(truth) => contains(&truth.to_string(), text),
        Number(number) => contains(&number.to_string(), text),
        String(inner) => contains(inner, text),
        Array(items) => items.iter().any(|item| is_in_json(item, text)),
        Object(members) => members
            .iter()
            .any(|(key, member)| contains(key, text) || is_in_json(member, text)),
    }
}

/// Whether a text begins with another, regardless of case.
pub(crate) fn begins(text: &str, start: &str) -> bool {
    found(&format!("^{}", regex::escape(start)), text)
}

/// Regular expressions compare letters by simple case folding.
fn found(pattern: &str, text: &str) -> bool {
    let pattern = regex::RegexBuilder::new(pattern)
        .case_insensitive(true)
        .build();
    pattern.is_ok_and(|pattern| pattern.is_match(text))
}

fn contains(text: &str, part: &str) -> bool {
    found(&regex::escape(part), text)
}

/// The order of a list.
pub(crate) fn order(sort: Sort, a: &Event, b: &Event) -> Ordering {
    let by_field = match (a.get(sort.field), b.get(sort.field)) {
        (None, None) => Ordering::Equal,
        // Whatever the direction.
        (Some(_), None) => return Ordering::Less,
        (None, Some(_)) => return Ordering::Greater,
        (Some(a), Some(b)) => compare(sort.field, a, b),
    };
    let ascending = by_field.then(a.time.cmp(&b.time)).then(a.seq.cmp(&b.seq));
    if sort.descending {
        ascending.reverse()
    } else {
        ascending
    }
}

/// The order of two values of a field: words of an enum as declared, other texts by their bytes.
pub(crate) fn compare(field: &Field, a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Text(a), ValueRef::Text(b)) => match field.kind {
            Kind::Enum(words) => {
                let rank = |text: &str| words.iter().position(|word| *word == text);
                rank(a).cmp(&rank(b))
            }
            _ => a.as_bytes().cmp(b.as_bytes()),
        },
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.cmp(&b),
        (ValueRef::Boolean(a), ValueRef::Boolean(b)) => a.cmp(&b),
        _ => Ordering::Equal,
    }
}
