//! What a field of an event is. Fields are declared in [`crate::catalogue`] and nowhere else;
//! validation, the index, query parsing, exports, the API document and the UI derive from them.

use crate::limits;
use crate::query::Operator;

/// A named, typed property of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name in JSON, URLs, columns.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Unit of a number, for display.
    pub unit: Option<Unit>,
    /// Whether a query may filter by it.
    pub filter: bool,
    /// Whether a list may be sorted by it.
    pub sort: bool,
    /// Whether `q` looks into it.
    pub search: bool,
    /// Whether a default table shows it.
    pub column: bool,
    /// Section of the detail view.
    pub group: Group,
    /// Longest value in bytes.
    pub bytes_max: usize,
    /// Set by Daybook; refused from senders.
    pub ours: bool,
    /// How the platform is run rather than what was asked of it: shown only to those who may see
    /// everybody's events.
    pub internal: bool,
    /// Position in its stream's catalogue.
    pub index: u8,
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An identifier that is (almost) unique: matched exactly or by prefix.
    Id,
    /// A name or identifier shared by many events.
    Keyword,
    /// A line of free text.
    Text,
    /// One of these words; `<` follows their order.
    Enum(&'static [&'static str]),
    /// A whole number.
    Integer,
    /// An amount in USD, stored in nano-USD.
    Money,
    /// True or false.
    Boolean,
    /// An instant.
    Time,
    /// A small JSON value.
    Json(Shape),
    /// A large JSON value, kept apart from the header fields.
    Payload,
}

/// What a JSON field must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any object.
    Object,
    /// An object of at most [`limits::METADATA_KEYS_MAX`] keys.
    Metadata,
    /// `[{field, old, new}]`.
    Changes,
    /// `[{item, quantity, unit_price, amount}]`.
    BillingItems,
    /// An array of texts.
    Names,
}

/// Unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum Unit {
    Ms,
    Tokens,
    Usd,
    Calls,
    Units,
}

impl Unit {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ms => "ms",
            Self::Tokens => "tokens",
            Self::Usd => "usd",
            Self::Calls => "calls",
            Self::Units => "units",
        }
    }
}

/// Section of the detail view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the meaning")]
pub enum Group {
    Event,
    Actor,
    Request,
    User,
    Resource,
    Call,
    ModelRoute,
    UsageBilling,
    Content,
}

impl Group {
    /// The name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Actor => "actor",
            Self::Request => "request",
            Self::User => "user",
            Self::Resource => "resource",
            Self::Call => "call",
            Self::ModelRoute => "model_route",
            Self::UsageBilling => "usage_billing",
            Self::Content => "content",
        }
    }
}

impl Field {
    /// A field of this kind with the limits and flags usual for it.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        let bytes_max = match kind {
            Kind::Id => limits::ID_BYTES_MAX * 2,
            Kind::Keyword => limits::KEYWORD_BYTES_MAX,
            Kind::Text => limits::TEXT_BYTES_MAX,
            Kind::Json(_) => limits::JSON_BYTES_MAX,
            Kind::Payload => limits::PAYLOAD_BYTES_MAX,
            Kind::Enum(_) | Kind::Integer | Kind::Money | Kind::Boolean | Kind::Time => 64,
        };
        let unit = if matches!(kind, Kind::Money) {
            Some(Unit::Usd)
        } else {
            None
        };
        let content = matches!(kind, Kind::Json(_) | Kind::Payload);
        let sort = matches!(kind, Kind::Integer | Kind::Money | Kind::Time);
        Self {
            name,
            kind,
            unit,
            filter: !content,
            sort,
            search: false,
            column: false,
            group: Group::Event,
            bytes_max,
            ours: false,
            internal: false,
            index: 0,
        }
    }

    /// `q` looks into it.
    pub const fn search(mut self) -> Self {
        self.search = true;
        self
    }

    /// Default tables show it.
    pub const fn column(mut self) -> Self {
        self.column = true;
        self
    }

    /// Lists may be sorted by it.
    pub const fn sort(mut self) -> Self {
        self.sort = true;
        self
    }

    /// Shown in this section.
    pub const fn group(mut self, group: Group) -> Self {
        self.group = group;
        self
    }

    /// Counted in this unit.
    pub const fn unit(mut self, unit: Unit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Set by Daybook alone.
    pub const fn ours(mut self) -> Self {
        self.ours = true;
        self
    }

    /// Not for people who may see their own events alone.
    pub const fn internal(mut self) -> Self {
        self.internal = true;
        self
    }

    /// With another limit than its kind's.
    pub const fn bytes_max(mut self, bytes_max: usize) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    /// The name people read: `platform_model` → `Platform model`.
    pub fn label(&self) -> String {
        let words: Vec<String> = self.name.split('_').map(label_word).collect();
        let text = words.join(" ");
        let mut chars = text.chars();
        chars.next().map_or(String::new(), |first| {
            first.to_uppercase().chain(chars).collect()
        })
    }

    /// The type's name in the API.
    pub const fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Id => "id",
            Kind::Keyword => "keyword",
            Kind::Text => "text",
            Kind::Enum(_) => "enum",
            Kind::Integer => "integer",
            Kind::Money => "money",
            Kind::Boolean => "boolean",
            Kind::Time => "time",
            Kind::Json(_) => "json",
            Kind::Payload => "payload",
        }
    }

    /// The operators a filter on it may use.
    pub fn operators(&self) -> &'static [Operator] {
        use Operator::{Contains, Eq, Exists, Gt, Gte, Lt, Lte, Ne, Prefix};
        if !self.filter {
            return &[];
        }
        match self.kind {
            Kind::Id => &[Eq, Ne, Prefix, Exists],
            Kind::Keyword => &[Eq, Ne, Prefix, Contains, Exists],
            Kind::Text => &[Contains, Exists],
            Kind::Enum(_) | Kind::Integer | Kind::Money | Kind::Time => {
                &[Eq, Ne, Gt, Gte, Lt, Lte, Exists]
            }
            Kind::Boolean => &[Eq, Ne, Exists],
            Kind::Json(_) | Kind::Payload => &[],
        }
    }

    /// Whether its distinct values can be listed and counted.
    pub const fn has_values(&self) -> bool {
        self.filter && matches!(self.kind, Kind::Keyword | Kind::Enum(_) | Kind::Boolean)
            || self.filter && matches!(self.kind, Kind::Integer) && self.unit.is_none()
    }

    /// Whether the value is a number, an amount or an instant.
    pub const fn is_numeric(&self) -> bool {
        matches!(self.kind, Kind::Integer | Kind::Money | Kind::Time)
    }
}

fn label_word(word: &str) -> String {
    match word {
        "id" | "ip" | "api" => word.to_uppercase(),
        "ttft" => "time to first token".into(),
        "ms" => "(ms)".into(),
        other => other.into(),
    }
}
