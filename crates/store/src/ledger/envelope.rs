//! An audit event as the ledger keeps it: a leaf with what may stay for ever, and a body with the rest,
//! to which the leaf is committed under a salt. Invariant: leaf and body together are the event, all
//! but its place in the log (`seq`, `ledger_index`, `leaf_hash`).

use daybook_ledger::leaf::{SALT_BYTES, commitment};
use daybook_ledger::{Hash, Leaf, leaf_hash};
use daybook_model::decimal::push_time;
use daybook_model::ledger::{IN_LEAF, LeafHash, PLACE};
use daybook_model::value::write_json_text;
use daybook_model::{Event, StoreError, Timestamp};

/// An audit event as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed {
    pub(crate) salt: [u8; SALT_BYTES],
    pub(crate) leaf: Box<[u8]>,
    pub(crate) leaf_hash: LeafHash,
    pub(crate) body: Box<[u8]>,
}

impl Sealed {
    /// Seals an event.
    ///
    /// # Errors
    /// When its leaf is too long, which the limits of fields keep from happening.
    pub(crate) fn new(event: &Event, salt: [u8; SALT_BYTES]) -> Result<Self, StoreError> {
        let (leaf, body) = leaf_and_body(event, salt)?;
        Ok(Self::of_parts(salt, leaf, body.into_bytes()))
    }

    /// What was sealed before.
    pub(crate) fn of_parts(
        salt: [u8; SALT_BYTES],
        leaf: impl Into<Box<[u8]>>,
        body: impl Into<Box<[u8]>>,
    ) -> Self {
        let leaf = leaf.into();
        Self {
            salt,
            leaf_hash: LeafHash(leaf_hash(&leaf).0),
            leaf,
            body: body.into(),
        }
    }

    /// Bytes of all parts.
    pub(crate) fn size_bytes(&self) -> usize {
        self.salt.len() + self.leaf.len() + self.body.len()
    }

    /// The event, without its place.
    ///
    /// # Errors
    /// Says why the parts are not what [`Sealed::new`] makes.
    pub(crate) fn event(&self) -> Result<Event, String> {
        event_of(&self.leaf, &self.body)
    }
}

/// What is sealed of an event.
pub(crate) fn leaf_and_body(
    event: &Event,
    salt: [u8; SALT_BYTES],
) -> Result<(Vec<u8>, String), StoreError> {
    let body = body_of(event);
    let leaf = leaf_of(event, commitment(&salt, body.as_bytes())).encode();
    let leaf = leaf.map_err(|e| StoreError::Limit(e.to_string()))?;
    Ok((leaf, body))
}

/// Whether an event was sealed as this entry and this body. That the entry commits to the body must
/// have been verified: it is not computed again.
pub(crate) fn is_sealed_as(event: &Event, entry: &[u8], body: &[u8]) -> bool {
    let is_leaf = Leaf::parse(entry).is_ok_and(|leaf| leaf == leaf_of(event, leaf.body));
    is_leaf && body_of(event).as_bytes() == body
}

fn leaf_of(event: &Event, body: Hash) -> Leaf<'_> {
    let text = |name: &str| event.text(name).unwrap_or_default().into();
    let time = |us: i64| {
        let mut text = String::with_capacity(32);
        push_time(Timestamp::from_us(us), &mut text);
        text.into()
    };
    let received_at = event.integer("received_at");
    Leaf {
        id: (&*event.id).into(),
        time: time(event.time.us()),
        received_at: received_at.map(time).unwrap_or_default(),
        origin: text("origin"),
        action: text("action"),
        operation: text("operation"),
        resource_type: event.text("resource_type").map(Into::into),
        result: text("result"),
        body,
    }
}

/// The members of an event that its leaf does not have, in order of their names. What senders gave as
/// JSON stands as they gave it, on one line.
fn body_of(event: &Event) -> String {
    let mut members: Vec<_> = event
        .values()
        .filter(|(field, _)| !IN_LEAF.contains(&field.name) && !PLACE.contains(&field.name))
        .collect();
    members.sort_unstable_by_key(|(field, _)| field.name);
    let mut out = String::with_capacity(512);
    for (field, value) in members {
        out.push(if out.is_empty() { '{' } else { ',' });
        write_json_text(field.name, &mut out);
        out.push(':');
        value.write_json(field.kind, &mut out);
    }
    out.push_str(if out.is_empty() { "{}" } else { "}" });
    out
}

/// The event of a leaf and a body, without its place.
///
/// # Errors
/// Says why they are not an audit event's.
pub fn event_of(leaf: &[u8], body: &[u8]) -> Result<Event, String> {
    let leaf = Leaf::parse(leaf).map_err(|e| e.to_string())?;
    let body = std::str::from_utf8(body).map_err(|e| format!("the body is no text: {e}"))?;
    let members = body.strip_prefix('{').ok_or("the body is no JSON object")?;
    let comma = if members == "}" { "" } else { "," };
    let whole = format!("{{\"stream\":\"audit\"{comma}{members}");
    let mut event = Event::from_stored(&whole).map_err(|e| format!("the body: {e}"))?;
    let time = |text: &str| Timestamp::parse(text).map_err(|e| format!("the leaf: {e}"));
    event.id = (&*leaf.id).into();
    event.time = time(&leaf.time)?;
    if !leaf.received_at.is_empty() {
        event.set_integer("received_at", time(&leaf.received_at)?.us());
    }
    for (name, text) in [
        ("origin", &leaf.origin),
        ("action", &leaf.action),
        ("operation", &leaf.operation),
        ("result", &leaf.result),
    ] {
        event.set_text(name, &**text);
    }
    event.set_text(
        "resource_type",
        leaf.resource_type.as_deref().unwrap_or_default(),
    );
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_ledger::json::canonicalize;
    use daybook_model::Stream;
    use daybook_testkit::generate;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn leaf_and_body_are_the_event(event in generate::event(Stream::Audit), salt in any::<[u8; 32]>()) {
            let sealed = Sealed::new(&event, salt).unwrap();
            prop_assert!(is_sealed_as(&event, &sealed.leaf, &sealed.body));
            prop_assert_eq!(sealed.event().unwrap(), event);
            prop_assert_eq!(canonicalize(&sealed.leaf).unwrap(), &*sealed.leaf);
        }
    }

    fn audit(rest: &str) -> Event {
        let json = format!(
            r#"{{"stream":"audit","id":"a1","time":"2026-03-01T10:00:00Z","action":"model.disabled"{rest}}}"#
        );
        Event::from_stored(&json).unwrap()
    }

    #[test]
    fn the_body_has_what_the_leaf_leaves_out() {
        let event = audit(
            r#","actor_name":"Ana","seq":7,"ledger_index":3,"leaf_hash":"00ff","details":{"b":1.50,"a":9007199254740993}"#,
        );
        let sealed = Sealed::new(&event, [7; 32]).unwrap();
        let body = std::str::from_utf8(&sealed.body).unwrap();
        let expected = r#"{"actor_name":"Ana","details":{"b":1.50,"a":9007199254740993}}"#;
        assert_eq!(body, expected);
        let leaf = std::str::from_utf8(&sealed.leaf).unwrap();
        assert!(!leaf.contains("Ana") && leaf.contains(r#""time":"2026-03-01T10:00:00Z""#));
        let other = Sealed::new(&event, [8; 32]).unwrap();
        assert_ne!(
            sealed.leaf_hash, other.leaf_hash,
            "who does not know the salt cannot try bodies out"
        );
        assert!(is_sealed_as(&event, &other.leaf, &sealed.body));
        assert!(!is_sealed_as(&event, &sealed.leaf, b"{}"));
        assert!(!is_sealed_as(&audit(""), &sealed.leaf, &sealed.body));
    }

    #[test]
    fn other_bytes_are_no_event() {
        let sealed = Sealed::new(&audit(""), [0; 32]).unwrap();
        assert_eq!(&*sealed.body, b"{}");
        assert_eq!(sealed.event().unwrap(), audit(""));
        for body in ["", "[]", "{", r#"{"unknown":1}"#, r#"{"actor_name":1}"#] {
            assert!(event_of(&sealed.leaf, body.as_bytes()).is_err(), "{body}");
        }
        assert!(event_of(b"{}", b"{}").is_err());
    }
}
