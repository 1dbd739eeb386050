//! The leaf of an audit event: the canonical JSON (RFC 8785) whose bytes are the entry of the log.
//! What says who and what stands in the event's *body*, outside of it, under a salted commitment:
//! without the salt the body can be neither guessed nor brought back.

use crate::bundle::{BundleError, ENTRY_BYTES_MAX};
use crate::hash::Hash;
use crate::json::push_string;
use serde::Deserialize;
use std::borrow::Cow;

/// The version of the format.
pub const LEAF_VERSION: u64 = 1;

/// What every entry ends with: its version.
const END: &str = ",\"v\":1}";

/// Bytes of a body's salt.
pub const SALT_BYTES: usize = 32;

/// An audit event as it is hashed. All texts stand as the caller gave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf<'a> {
    /// The event's id.
    pub id: Cow<'a, str>,
    /// When it happened.
    pub time: Cow<'a, str>,
    /// When Daybook received it.
    pub received_at: Cow<'a, str>,
    /// The platform instance that sent it.
    pub origin: Cow<'a, str>,
    /// `<resource>.<verb>`
    pub action: Cow<'a, str>,
    /// The operation type.
    pub operation: Cow<'a, str>,
    /// The kind of thing acted on, if any: the member is left out without one.
    pub resource_type: Option<Cow<'a, str>>,
    /// How it ended.
    pub result: Cow<'a, str>,
    /// [`commitment`] to the event's body.
    pub body: Hash,
}

/// Why bytes are no leaf, or a leaf no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Longer than a bundle can hold.
    #[error(transparent)]
    TooLong(#[from] BundleError),
    /// No JSON, or members missing, unknown, twice or of another type.
    #[error("the leaf is malformed: {0}")]
    Malformed(String),
    /// A version that this program does not know.
    #[error("the leaf has version {0}, this program knows {LEAF_VERSION}")]
    Version(u64),
    /// The same content, spelled in another way.
    #[error("the leaf is not in canonical form (RFC 8785)")]
    NotCanonical,
}

/// The commitment to a body: SHA-256(0x02 || salt || body). The prefix keeps it apart from leaves and
/// nodes (RFC 6962 §2.1 uses 0x00 and 0x01).
#[must_use]
pub fn commitment(salt: &[u8; SALT_BYTES], body: &[u8]) -> Hash {
    Hash::of_parts(&[&[2], salt, body])
}

impl<'a> Leaf<'a> {
    /// The entry: canonical bytes, the same for the same leaf.
    ///
    /// # Errors
    ///
    /// [`LeafError::TooLong`] names the limit.
    pub fn encode(&self) -> Result<Vec<u8>, LeafError> {
        let mut entry = Vec::with_capacity(512);
        let body = self.body.to_hex();
        // In the order of RFC 8785 §3.2.3.
        let members = [
            ("{\"action\":", Some(self.action.as_ref())),
            (",\"body\":", Some(&body)),
            (",\"id\":", Some(&self.id)),
            (",\"operation\":", Some(&self.operation)),
            (",\"origin\":", Some(&self.origin)),
            (",\"received_at\":", Some(&self.received_at)),
            (",\"resource_type\":", self.resource_type.as_deref()),
            (",\"result\":", Some(&self.result)),
            (",\"time\":", Some(&self.time)),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                entry.extend(name.as_bytes());
                push_string(&mut entry, value);
            }
        }
        entry.extend(END.as_bytes());
        if entry.len() > ENTRY_BYTES_MAX {
            return Err(BundleError::EntryTooLong(entry.len()).into());
        }
        Ok(entry)
    }

    /// The leaf of an entry. Accepts exactly what [`Self::encode`] writes.
    ///
    /// # Errors
    ///
    /// [`LeafError`].
    pub fn parse(entry: &'a [u8]) -> Result<Self, LeafError> {
        match Self::plain(entry) {
            Some(leaf) => Ok(leaf),
            None => Self::parse_any(entry),
        }
    }

    /// The leaf of an entry whose texts have no escapes, as nearly all: much faster than the other way,
    /// and a verifier reads every leaf. `None` leaves an entry to that.
    fn plain(entry: &'a [u8]) -> Option<Self> {
        let mut rest = std::str::from_utf8(entry).ok()?;
        let rest = &mut rest;
        let action = plain_member(rest, "{\"action\":\"")?;
        let body = Hash::from_hex(plain_member(rest, ",\"body\":\"")?)?;
        let id = plain_member(rest, ",\"id\":\"")?;
        let operation = plain_member(rest, ",\"operation\":\"")?;
        let origin = plain_member(rest, ",\"origin\":\"")?;
        let received_at = plain_member(rest, ",\"received_at\":\"")?;
        let resource_type = match rest.starts_with(",\"resource_type\"") {
            true => Some(plain_member(rest, ",\"resource_type\":\"")?.into()),
            false => None,
        };
        let result = plain_member(rest, ",\"result\":\"")?;
        let time = plain_member(rest, ",\"time\":\"")?;
        let is_whole = *rest == END && entry.len() <= ENTRY_BYTES_MAX;
        is_whole.then(|| Self {
            id: id.into(),
            time: time.into(),
            received_at: received_at.into(),
            origin: origin.into(),
            action: action.into(),
            operation: operation.into(),
            resource_type,
            result: result.into(),
            body,
        })
    }

    fn parse_any(entry: &'a [u8]) -> Result<Self, LeafError> {
        let members: Members<'a> = serde_json::from_slice(entry)
            .map_err(|error| LeafError::Malformed(error.to_string()))?;
        if members.v != LEAF_VERSION {
            return Err(LeafError::Version(members.v));
        }
        let body = Hash::from_hex(&members.body);
        let no_hash = || LeafError::Malformed("`body` is no SHA-256 in hexadecimal".into());
        let leaf = Self {
            id: members.id,
            time: members.time,
            received_at: members.received_at,
            origin: members.origin,
            action: members.action,
            operation: members.operation,
            resource_type: members.resource_type,
            result: members.result,
            body: body.ok_or_else(no_hash)?,
        };
        if leaf.encode()? != entry {
            return Err(LeafError::NotCanonical);
        }
        Ok(leaf)
    }
}

/// Takes a member off the rest of an entry: what stands between `name` and the next quotation mark, if
/// that is how it is written in canonical form.
fn plain_member<'a>(rest: &mut &'a str, name: &str) -> Option<&'a str> {
    let (text, behind) = rest.strip_prefix(name)?.split_once('"')?;
    *rest = behind;
    let has_escapes = text.bytes().any(|byte| byte < b' ' || byte == b'\\');
    (!has_escapes).then_some(text)
}

/// The members of a leaf; serde refuses unknown, missing and repeated ones.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members<'a> {
    v: u64,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    time: Cow<'a, str>,
    #[serde(borrow)]
    received_at: Cow<'a, str>,
    #[serde(borrow)]
    origin: Cow<'a, str>,
    #[serde(borrow)]
    action: Cow<'a, str>,
    #[serde(borrow)]
    operation: Cow<'a, str>,
    #[serde(borrow, default)]
    resource_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    result: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;
    use crate::json::canonicalize;
    use proptest::prelude::*;

    fn leaf() -> Leaf<'static> {
        Leaf {
            id: "01980a3c-7e1e-7a80-8a3b-2f9f5d1c0b11".into(),
            time: "2026-03-01T08:30:00.000001Z".into(),
            received_at: "2026-03-01T08:30:00.250000Z".into(),
            origin: "prod \"eu\"\n€".into(),
            action: "model.disabled".into(),
            operation: "disable".into(),
            resource_type: Some("model".into()),
            result: "success".into(),
            body: commitment(&[7; 32], b"{\"actor_id\":\"u-1\"}"),
        }
    }

    #[test]
    fn the_format_stays() {
        let entry = leaf().encode().unwrap();
        let expected = concat!(
            r#"{"action":"model.disabled","#,
            r#""body":"c5a74753b257d0ad0f55188f0d5c74dca1b67b499b28a1b05d834ed5cb9fe423","#,
            r#""id":"01980a3c-7e1e-7a80-8a3b-2f9f5d1c0b11","operation":"disable","#,
            r#""origin":"prod \"eu\"\n€","received_at":"2026-03-01T08:30:00.250000Z","#,
            r#""resource_type":"model","result":"success","time":"2026-03-01T08:30:00.000001Z","v":1}"#
        );
        assert_eq!(String::from_utf8_lossy(&entry), expected);
        assert_eq!(canonicalize(&entry).as_ref(), Ok(&entry));
        assert_eq!(Leaf::parse(&entry), Ok(leaf()));
        assert_eq!(
            leaf_hash(&entry).to_hex(),
            "5ca7d3a651839f8154db8146608e19fa49a245addedae5e795edb49128e387d8"
        );
        let plain = Leaf {
            resource_type: None,
            ..leaf()
        };
        let entry = plain.encode().unwrap();
        assert_eq!(canonicalize(&entry).as_ref(), Ok(&entry));
        assert_eq!(Leaf::parse(&entry), Ok(plain));
    }

    #[test]
    fn nothing_but_the_canonical_bytes_is_a_leaf() {
        let text = String::from_utf8(leaf().encode().unwrap()).unwrap();
        let change = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            Leaf::parse(text.replacen(from, to, 1).leak().as_bytes())
        };
        for (from, to) in [
            ("{", "{ "),
            ("}", "}\n"),
            ("model.disabled", "model.\\u0064isabled"),
            ("\\n", "\\u000a"),
            ("\"v\":1", "\"v\":1 "),
            ("\"resource_type\":\"model\"", "\"resource_type\":null"),
        ] {
            assert_eq!(
                change(from, to),
                Err(LeafError::NotCanonical),
                "{from} → {to}"
            );
        }
        for (from, to) in [
            ("\"v\":1", "\"v\":1,\"w\":1"),
            ("\"v\":1", "\"v\":1,\"v\":1"),
            ("\"v\":1", "\"v\":1.0"),
            ("\"v\":1", "\"v\":\"1\""),
            (",\"v\":1", ""),
            ("\"id\"", "\"Id\""),
            ("\"body\":\"", "\"body\":\"0"),
            ("\"c5a7", "\"C5A7"),
            ("}", "}{}"),
            ("\"success\"", "1"),
        ] {
            let error = change(from, to).unwrap_err();
            assert!(
                matches!(error, LeafError::Malformed(_)),
                "{from} → {to}: {error}"
            );
        }
        assert_eq!(change("\"v\":1", "\"v\":2"), Err(LeafError::Version(2)));
        assert!(Leaf::parse(b"").is_err() && Leaf::parse(b"{\"\xff\":1}").is_err());
    }

    proptest! {
        #[test]
        fn a_leaf_is_what_was_encoded(
            texts in proptest::array::uniform7("(?s)[a-z]{0,3}.{0,4}"),
            resource_type in proptest::option::of("(?s)[a-z]{0,3}.{0,2}"),
        ) {
            let [id, time, received_at, origin, action, operation, result] = texts.map(Cow::Owned);
            let resource_type = resource_type.map(Cow::Owned);
            let leaf = Leaf {
                id, time, received_at, origin, action, operation, resource_type, result, body: leaf().body,
            };
            let entry = leaf.encode().unwrap();
            prop_assert_eq!(Leaf::parse(&entry), Ok(leaf.clone()));
            prop_assert_eq!(Leaf::parse_any(&entry), Ok(leaf));
            let by_hand = canonicalize(&entry).unwrap();
            prop_assert_eq!(by_hand, entry);
        }
    }

    #[test]
    fn the_plain_way_is_taken_where_it_can_be() {
        let plain = Leaf {
            origin: "prod €".into(),
            ..leaf()
        };
        let entry = plain.encode().unwrap();
        assert_eq!(Leaf::plain(&entry), Some(plain));
        let escaped = leaf().encode().unwrap();
        assert_eq!(Leaf::plain(&escaped), None);
        let escaped = Leaf {
            origin: "prod".into(),
            resource_type: Some("\"".into()),
            ..leaf()
        };
        let entry = escaped.encode().unwrap();
        assert_eq!(Leaf::plain(&entry), None);
        assert_eq!(Leaf::parse(&entry), Ok(escaped));
    }

    #[test]
    fn a_leaf_beyond_the_limit_is_refused() {
        let of = |length: usize| Leaf {
            action: "x".repeat(length).into(),
            ..leaf()
        };
        let rest = of(0).encode().unwrap().len();
        let longest = of(ENTRY_BYTES_MAX - rest).encode().unwrap();
        assert_eq!(longest.len(), ENTRY_BYTES_MAX);
        assert!(Leaf::parse(&longest).is_ok());
        let error = of(ENTRY_BYTES_MAX - rest + 1).encode().unwrap_err();
        assert!(
            error.to_string().contains("65535 (ENTRY_BYTES_MAX)"),
            "{error}"
        );
    }

    #[test]
    fn a_commitment_depends_on_every_part() {
        let base = commitment(&[7; 32], b"body");
        assert_eq!(base, Hash::of_parts(&[&[2], &[7; 32], b"body"]));
        assert_ne!(base, commitment(&[8; 32], b"body"));
        assert_ne!(base, commitment(&[7; 32], b"bodY"));
    }
}
