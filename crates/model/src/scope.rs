//! Whose events a query may find, and which of their fields. A scope is part of every query, so
//! that no answer can be made without one.

use crate::catalogue::Catalogue;
use crate::{Event, Field, Stream};
use std::sync::Arc;

/// What of a stream somebody may see.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Scope {
    /// Everybody's events, with all fields.
    #[default]
    All,
    /// The usage events of these users, without internal fields ([`Field::internal`]); of other
    /// streams nothing. Nobody's when empty.
    Own(Arc<[Owner]>),
}

/// A user of a platform. The same `user_id` at another origin is somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner {
    /// The platform.
    pub origin: Box<str>,
    /// The user there: exactly the `user_id` of events.
    pub user_id: Box<str>,
}

impl Scope {
    /// The events of these users alone.
    pub fn own(owners: impl IntoIterator<Item = Owner>) -> Self {
        let mut owners: Vec<Owner> = owners.into_iter().collect();
        owners.sort_unstable();
        owners.dedup();
        Self::Own(owners.into())
    }

    /// Whether an event is within.
    pub fn covers(&self, event: &Event) -> bool {
        let Self::Own(owners) = self else {
            return true;
        };
        event.stream == Stream::Usage
            && event.text("user_id").is_some_and(|user_id| {
                let is_owner =
                    |owner: &Owner| *owner.user_id == *user_id && *owner.origin == *event.origin();
                owners.iter().any(is_owner)
            })
    }

    /// Whether a field is shown.
    pub const fn shows(&self, field: &Field) -> bool {
        matches!(self, Self::All) || !field.internal
    }

    /// The fields of a stream that are shown, in declaration order.
    pub fn fields(&self, stream: Stream) -> impl Iterator<Item = &'static Field> {
        let fields = Catalogue::of(stream).fields().iter();
        fields.filter(|field| self.shows(field))
    }

    /// The field of this name, if it is shown.
    pub fn field(&self, stream: Stream, name: &str) -> Option<&'static Field> {
        let field = Catalogue::of(stream).field(name);
        field.filter(|field| self.shows(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_events_are_those_of_the_user_at_the_origin() {
        let owner = |origin: &str, user_id: &str| Owner {
            origin: origin.into(),
            user_id: user_id.into(),
        };
        let own = Scope::own([owner("eu", "7"), owner("us", "8"), owner("eu", "7")]);
        let event = |stream: &str, rest: &str| {
            Event::from_stored(&format!("{{\"stream\":\"{stream}\",\"id\":\"a\"{rest}}}")).unwrap()
        };
        let covers = |stream, rest| own.covers(&event(stream, rest));
        assert!(covers("usage", r#","origin":"eu","user_id":"7""#));
        assert!(covers("usage", r#","origin":"us","user_id":"8""#));
        for other in [
            r#","origin":"us","user_id":"7""#,
            r#","origin":"eu","user_id":"8""#,
            r#","origin":"eu","user_id":"77""#,
            r#","origin":"eu","user_name":"7""#,
            r#","user_id":"7""#,
            r#","origin":"eu""#,
        ] {
            assert!(!covers("usage", other), "{other}");
            assert!(Scope::All.covers(&event("usage", other)));
        }
        assert!(!covers(
            "auth",
            r#","event":"e","origin":"eu","user_id":"7""#
        ));
        assert!(!Scope::own([]).covers(&event("usage", r#","origin":"eu","user_id":"7""#)));
    }

    #[test]
    fn how_a_call_was_routed_is_internal() {
        let hidden: Vec<&str> = Catalogue::of(Stream::Usage)
            .fields()
            .iter()
            .filter(|field| !Scope::own([]).shows(field))
            .map(|field| field.name)
            .collect();
        assert_eq!(
            hidden,
            [
                "seq",
                "ingest_key_id",
                "details",
                "upstream_model",
                "upstream_name",
                "provider",
                "channel_id",
                "binding_code"
            ]
        );
        assert!(Scope::own([]).field(Stream::Usage, "provider").is_none());
        assert!(Scope::All.field(Stream::Usage, "provider").is_some());
    }
}
