//! What can be asked of a log store: which events (a [`Query`]), in which order (a [`Sort`]),
//! which slice. Plain data, checked against the catalogue when it is built.

use crate::{Field, Scope, Stream, Timestamp, Value, catalogue};

/// Which events of a stream. All parts must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The stream asked.
    pub stream: Stream,
    /// Earliest time, inclusive.
    pub from: Option<Timestamp>,
    /// Latest time, exclusive.
    pub to: Option<Timestamp>,
    /// Conditions on fields.
    pub filters: Vec<Filter>,
    /// Text that any field with the `search` flag must contain, regardless of case; ids match
    /// exactly or by prefix.
    pub search: Option<String>,
    /// Largest `seq` that counts: what came later is left out, so that pages do not shift.
    pub as_of: Option<i64>,
    /// Whose events. Whatever else is asked is asked of these alone.
    pub scope: Scope,
}

impl Query {
    /// All events of a stream, whosever they are.
    pub const fn all(stream: Stream) -> Self {
        Self {
            stream,
            from: None,
            to: None,
            filters: Vec::new(),
            search: None,
            as_of: None,
            scope: Scope::All,
        }
    }

    /// Whether time and `as_of` alone decide which events of the stream match.
    pub const fn is_unconditional(&self) -> bool {
        self.filters.is_empty() && self.search.is_none() && matches!(self.scope, Scope::All)
    }

    /// The fields that `search` looks into.
    pub fn searched(&self) -> impl Iterator<Item = &'static Field> {
        let fields = catalogue::Catalogue::of(self.stream).fields().iter();
        fields.filter(|field| field.search && self.scope.shows(field))
    }
}

/// A condition on one field: at least one test holds, or none if negated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The field tested.
    pub field: &'static Field,
    /// Whether the condition is turned round; an absent field then passes.
    pub negated: bool,
    /// The tests.
    pub any: Vec<Test>,
}

/// A test of a present value; an absent field passes none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The field is present.
    Present,
    /// Equal.
    Is(Value),
    /// Starts with this text, case-sensitively.
    StartsWith(String),
    /// Ends with this text, case-sensitively.
    EndsWith(String),
    /// Contains this text, regardless of case. Held [folded](crate::fold::fold).
    Contains(String),
    /// Within these bounds, both inclusive: numbers, amounts, instants.
    Within(i64, i64),
}

/// An operator of the URL syntax: `field.op=value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    Prefix,
    Contains,
    Exists,
}

impl Operator {
    /// All operators.
    pub const ALL: [Self; 9] = [
        Self::Eq,
        Self::Ne,
        Self::Gt,
        Self::Gte,
        Self::Lt,
        Self::Lte,
        Self::Prefix,
        Self::Contains,
        Self::Exists,
    ];

    /// The name after the dot.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Gt => "gt",
            Self::Gte => "gte",
            Self::Lt => "lt",
            Self::Lte => "lte",
            Self::Prefix => "prefix",
            Self::Contains => "contains",
            Self::Exists => "exists",
        }
    }
}

/// An order of events. It is total: `(field, time, seq)`, all in the same direction, and events
/// without the field come last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The first key.
    pub field: &'static Field,
    /// Largest first.
    pub descending: bool,
}

impl Sort {
    /// Newest first.
    pub fn newest(stream: Stream) -> Self {
        Self {
            field: catalogue::field(stream, "time"),
            descending: true,
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRequest {
    /// Which events.
    pub query: Query,
    /// In which order.
    pub sort: Sort,
    /// Events skipped before the page.
    pub offset: u64,
    /// Events of the page.
    pub limit: usize,
}
