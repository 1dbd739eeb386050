//! The field catalogue: one line per field, the single source from which everything else is
//! derived. The order of lines is the order of details and export columns.

use crate::Stream;
use crate::field::{Field, Group, Kind, Shape, Unit};
use crate::limits;
use std::sync::LazyLock;

use Group::{Actor, Call, Content, ModelRoute, Request, Resource, UsageBilling, User};
use Kind::{Boolean, Enum, Id, Integer, Json, Keyword, Money, Payload, Text, Time};

/// Severities of system events, mildest first.
pub const LEVELS: &[&str] = &["debug", "info", "warning", "error", "critical"];

/// The 24 operation types of the audit stream.
pub const OPERATIONS: &[&str] = &[
    "create",
    "modify",
    "delete",
    "enable",
    "disable",
    "login",
    "export",
    "upload",
    "publish",
    "import_dsl",
    "export_dsl",
    "enable_web_app",
    "disable_web_app",
    "enable_api",
    "disable_api",
    "modify_web_app_access",
    "modify_access",
    "modify_configuration",
    "invite",
    "modify_password",
    "bind_2fa",
    "enable_2fa",
    "disable_2fa",
    "generate_backup_code",
];

const fn f(name: &'static str, kind: Kind) -> Field {
    Field::new(name, kind)
}

/// Fields of every event.
const COMMON: &[Field] = &[
    f("id", Id).search().bytes_max(limits::ID_BYTES_MAX),
    f("seq", Integer).ours().internal(),
    f("time", Time).column(),
    f("received_at", Time).ours(),
    f("origin", Keyword).ours(),
    f("ingest_key_id", Keyword).ours().internal(),
    f("request_id", Id).search().group(Request),
    f("trace_id", Id).search().group(Request),
    f("workspace_id", Keyword).search(),
    f("workspace_name", Keyword).search().sort(),
    f("details", Json(Shape::Object)).group(Content).internal(),
    f("truncated", Json(Shape::Names)).ours(),
];

const USAGE: &[Field] = &[
    f("kind", Enum(&["call", "top_up", "refund"])).group(Call),
    f("user_id", Keyword).search().group(User),
    f("user_name", Keyword).search().sort().column().group(User),
    f("api_key_id", Keyword).group(User),
    f("api_key_name", Keyword).search().sort().group(User),
    f("source", Enum(&["playground", "virtual_key"])).group(Call),
    f("endpoint", Keyword).search().group(Call),
    f("protocol", Keyword).group(Call),
    f("platform_model", Keyword)
        .search()
        .sort()
        .column()
        .group(ModelRoute),
    f("upstream_model", Keyword)
        .search()
        .group(ModelRoute)
        .internal(),
    f("upstream_name", Keyword)
        .search()
        .sort()
        .column()
        .group(ModelRoute)
        .internal(),
    f("provider", Keyword)
        .search()
        .sort()
        .group(ModelRoute)
        .internal(),
    f("channel_id", Keyword).group(ModelRoute).internal(),
    f("binding_code", Keyword)
        .search()
        .group(ModelRoute)
        .internal(),
    f(
        "billing_mode",
        Enum(&["per_token", "per_call", "subscription", "free"]),
    )
    .group(UsageBilling),
    f("group", Keyword).group(UsageBilling),
    f("outcome", Enum(&["success", "error"]))
        .column()
        .group(Call),
    f("status_code", Integer).column().group(Call),
    f("is_stream", Boolean).group(Call),
    f("total_tokens", Integer)
        .unit(Unit::Tokens)
        .column()
        .group(UsageBilling),
    f("input_tokens", Integer)
        .unit(Unit::Tokens)
        .group(UsageBilling),
    f("output_tokens", Integer)
        .unit(Unit::Tokens)
        .group(UsageBilling),
    f("cache_read_tokens", Integer)
        .unit(Unit::Tokens)
        .group(UsageBilling),
    f("cache_write_tokens", Integer)
        .unit(Unit::Tokens)
        .group(UsageBilling),
    f("reasoning_tokens", Integer)
        .unit(Unit::Tokens)
        .group(UsageBilling),
    f("cost", Money).column().group(UsageBilling),
    f("cost_source", Enum(&["reported", "priced", "estimated"])).group(UsageBilling),
    f("billing_items", Json(Shape::BillingItems)).group(UsageBilling),
    f("quota", Integer).unit(Unit::Units).group(UsageBilling),
    f("amount", Money).group(UsageBilling),
    f("latency_ms", Integer).unit(Unit::Ms).column().group(Call),
    f("ttft_ms", Integer).unit(Unit::Ms).group(Call),
    f("call_count", Integer).unit(Unit::Calls).group(Call),
    f("ip", Keyword).group(Request),
    f("user_agent", Keyword).group(Request),
    f("error", Text)
        .search()
        .bytes_max(limits::ERROR_BYTES_MAX)
        .group(Call),
    f("metadata", Json(Shape::Metadata)).search().group(Content),
    f("content", Text).search().group(Content),
    f("request", Payload).group(Content),
    f("response", Payload).group(Content),
    f("provisional", Boolean).ours().group(Call),
];

const AUDIT: &[Field] = &[
    f(
        "actor_type",
        Enum(&["member", "system_user", "api_key", "system"]),
    )
    .group(Actor),
    f("actor_id", Keyword).search().group(Actor),
    f("actor_name", Keyword)
        .search()
        .sort()
        .column()
        .group(Actor),
    f("actor_role", Keyword).group(Actor),
    f("ip", Keyword).search().group(Request),
    f("user_agent", Keyword).group(Request),
    f("action", Keyword).search().sort().column(),
    f("operation", Enum(OPERATIONS)).column(),
    f("resource_type", Keyword)
        .search()
        .sort()
        .column()
        .group(Resource),
    f("resource_id", Keyword).search().group(Resource),
    f("resource_name", Keyword)
        .search()
        .sort()
        .column()
        .group(Resource),
    f("parent_type", Keyword).group(Resource),
    f("parent_id", Keyword).group(Resource),
    f("parent_name", Keyword).search().group(Resource),
    f("result", Enum(&["success", "failure", "denied"])).column(),
    f("reason", Text).search(),
    f("changes", Json(Shape::Changes)).group(Content),
    f("ledger_index", Integer).ours(),
    f("leaf_hash", Id).ours(),
];

const AUTH: &[Field] = &[
    f("event", Keyword).search().sort().column(),
    f("result", Enum(&["success", "failure", "denied"])).column(),
    f("reason", Text).search().column(),
    f("user_id", Keyword).search().group(User),
    f("user_name", Keyword).search().sort().column().group(User),
    f("identity_provider", Keyword)
        .search()
        .column()
        .group(User),
    f("method", Keyword).group(User),
    f("session_id", Id).search().group(Request),
    f("ip", Keyword).search().column().group(Request),
    f("user_agent", Keyword).group(Request),
];

const SYSTEM: &[Field] = &[
    f("level", Enum(LEVELS)).sort().column(),
    f("source", Keyword).search().sort().column(),
    f("event", Keyword).search().sort().column(),
    f("resource_type", Keyword).search().group(Resource),
    f("resource_id", Keyword).search().group(Resource),
    f("resource_name", Keyword)
        .search()
        .sort()
        .column()
        .group(Resource),
    f("message", Text).search().column().group(Content),
];

/// The fields of one stream.
#[derive(Debug)]
pub struct Catalogue {
    fields: Vec<Field>,
    /// Positions by length of name: finding one takes a comparison or two, and is done for every
    /// member of every event that arrives.
    by_length: Vec<Vec<u8>>,
}

impl Catalogue {
    fn new(own: &'static [Field]) -> Self {
        let mut fields: Vec<Field> = COMMON.iter().chain(own).cloned().collect();
        for (index, field) in (0_u8..).zip(&mut fields) {
            field.index = index;
        }
        let longest = fields.iter().map(|field| field.name.len()).max();
        let mut by_length = vec![Vec::new(); longest.unwrap_or(0) + 1];
        for field in &fields {
            by_length[field.name.len()].push(field.index);
        }
        Self { fields, by_length }
    }

    /// The stream's catalogue.
    pub fn of(stream: Stream) -> &'static Self {
        static CATALOGUES: LazyLock<[Catalogue; 4]> =
            LazyLock::new(|| [AUDIT, USAGE, AUTH, SYSTEM].map(Catalogue::new));
        match stream {
            Stream::Audit => &CATALOGUES[0],
            Stream::Usage => &CATALOGUES[1],
            Stream::Auth => &CATALOGUES[2],
            Stream::System => &CATALOGUES[3],
        }
    }

    /// All fields, in declaration order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        let positions = self.by_length.get(name.len())?.iter();
        positions
            .map(|index| self.at(*index))
            .find(|field| field.name == name)
    }

    /// The field at an index taken from a field of this catalogue.
    pub fn at(&self, index: u8) -> &Field {
        &self.fields[usize::from(index)]
    }
}

/// The named field of a stream.
///
/// # Panics
/// When the stream has no such field: names in code are part of the program.
pub fn field(stream: Stream, name: &str) -> &'static Field {
    match Catalogue::of(stream).field(name) {
        Some(field) => field,
        None => panic!("invariant: {stream} has a field {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_found() {
        for stream in Stream::ALL {
            let catalogue = Catalogue::of(stream);
            let names: HashSet<_> = catalogue.fields().iter().map(|field| field.name).collect();
            assert_eq!(names.len(), catalogue.fields.len(), "{stream}");
            assert_eq!(catalogue.field("time_"), None);
            for declared in catalogue.fields() {
                assert_eq!(catalogue.field(declared.name), Some(declared));
                assert!(declared.group != Group::Content || !declared.sort);
            }
        }
        assert_eq!(OPERATIONS.len(), 24);
        assert_eq!(
            field(Stream::Usage, "ttft_ms").label(),
            "Time to first token (ms)"
        );
        assert_eq!(field(Stream::Usage, "api_key_id").label(), "API key ID");
    }
}
