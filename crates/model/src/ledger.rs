//! The ledger as others see it: receipts of audit events, and the contract of what keeps and proves
//! them. Formats are those of C2SP tlog-tiles; whoever checks them needs the crate `daybook-ledger`,
//! not this one.

use crate::catalogue::Catalogue;
use crate::logstore::{BoxFuture, StoreResult};
use crate::{Event, Field, Stream, Timestamp};
use std::fmt;
use std::ops::Range;

/// The hash of an audit event's leaf (RFC 6962 §2.1). Shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeafHash(pub [u8; 32]);

impl LeafHash {
    /// Reads the shown form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let (digits, rest) = text.as_bytes().as_chunks();
        if digits.len() != hash.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in hash.iter_mut().zip(digits) {
            *byte = value(*high)? << 4 | value(*low)?;
        }
        Some(Self(hash))
    }
}

impl fmt::Display for LeafHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for LeafHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a sender keeps of an audit event: with it, it can later demand a proof that the event is in
/// the ledger as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its position in the ledger, from 0; no gaps, never given twice.
    pub ledger_index: u64,
    /// The hash of its leaf.
    pub leaf_hash: LeafHash,
}

impl Receipt {
    /// The receipt that a stored event carries; other streams have none.
    pub fn of(event: &Event) -> Option<Self> {
        if event.stream != Stream::Audit {
            return None;
        }
        Some(Self {
            ledger_index: u64::try_from(event.integer("ledger_index")?).ok()?,
            leaf_hash: LeafHash::parse(event.text("leaf_hash")?)?,
        })
    }

    /// Writes it into its event.
    ///
    /// # Panics
    /// When the event is of another stream.
    pub fn put_into(self, event: &mut Event) {
        let index = i64::try_from(self.ledger_index);
        let index = index.expect("invariant: a ledger has less than 2^63 events");
        event.set_integer("ledger_index", index);
        event.set_text("leaf_hash", self.leaf_hash.to_string());
    }
}

/// The fields that the leaf of an audit event says, for ever.
pub const IN_LEAF: [&str; 8] = [
    "id",
    "time",
    "received_at",
    "origin",
    "action",
    "operation",
    "resource_type",
    "result",
];

/// The fields that say where an audit event stands. They are neither in the leaf nor in the body.
pub const PLACE: [&str; 3] = ["seq", "ledger_index", "leaf_hash"];

/// The fields that stand in the body of an audit event, to which its leaf only commits. They can be
/// erased, all of them together.
pub fn body_fields() -> impl Iterator<Item = &'static Field> {
    let fields = Catalogue::of(Stream::Audit).fields().iter();
    fields.filter(|field| !IN_LEAF.contains(&field.name) && !PLACE.contains(&field.name))
}

/// One event as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Exactly the bytes whose hash is the leaf hash, canonical JSON.
    pub leaf: Vec<u8>,
    /// That hash, as the tree has it.
    pub leaf_hash: LeafHash,
    /// Everything the leaf only commits to; `None` when it was erased.
    pub body: Option<LedgerBody>,
}

/// What a leaf commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerBody {
    /// Exactly the bytes that are committed to, a JSON object.
    pub bytes: Vec<u8>,
    /// The salt of the commitment.
    pub salt: [u8; 32],
}

/// The state of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerHealth {
    /// Events that have an index.
    pub size: u64,
    /// Events that the newest published checkpoint covers.
    pub published_size: u64,
    /// When that checkpoint was published; `None` before the first one.
    pub published_at: Option<Timestamp>,
    /// Why audit events are refused until somebody acts: what is wrong, and what to do.
    pub refused: Option<String>,
    /// Why the last attempt to publish a checkpoint failed; it is repeated.
    pub failing: Option<String>,
}

/// What a store shows of its audit events, compared with the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Events that are the same here and there.
    pub equal: u64,
    /// How many of them are archived.
    pub archived: u64,
    /// Events that are not kept any more, of which the hashes are the same.
    pub expired: u64,
    /// Events that came after what they are compared with.
    pub newer: u64,
    /// The first event that is not the same.
    pub first_difference: Option<Difference>,
}

/// An event that the store does not show as the ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its ledger index; `None` of one that claims no place in the ledger.
    pub index: Option<u64>,
    /// Its id, if the store has it.
    pub id: Option<String>,
    /// What differs, a sentence without its subject.
    pub what: String,
}

/// Keeps the audit stream as a transparency log, and proves what it holds.
pub trait Ledger: Send + Sync + fmt::Debug {
    /// The newest published checkpoint: a signed note. `None` before the first one.
    fn checkpoint(&self) -> Option<Vec<u8>>;

    /// The log's verifier key, as the C2SP specification of signed notes writes it.
    fn verifier_key(&self) -> String;

    /// The bytes of a resource of C2SP tlog-tiles by its path (`tile/0/000.p/7`,
    /// `tile/entries/x001/234`), or of the bodies beside a bundle (`body/x001/234`). `None` unless
    /// the newest published checkpoint implies it.
    fn resource(&self, path: String) -> BoxFuture<'_, StoreResult<Option<Vec<u8>>>>;

    /// The event at an index; `None` when the newest published checkpoint does not cover it.
    fn entry(&self, index: u64) -> BoxFuture<'_, StoreResult<Option<LedgerEntry>>>;

    /// The proof that the newest published checkpoint covers an index, as a C2SP tlog-proof; `None`
    /// when it does not yet.
    fn proof(&self, index: u64) -> BoxFuture<'_, StoreResult<Option<String>>>;

    /// The receipt of an audit event that expired: by its id, and by who sent it where that is told.
    /// Nothing but its leaf is kept. `None` for others.
    fn expired(
        &self,
        id: String,
        origin: Option<String>,
    ) -> BoxFuture<'_, StoreResult<Option<Receipt>>>;

    /// Compares all audit events that the store shows, online and archived, with the first `size` events
    /// of the ledger, which somebody has verified: of the indices in `gaps` only hashes are kept. In the
    /// background, with one thread.
    fn compare(&self, size: u64, gaps: Vec<Range<u64>>) -> BoxFuture<'_, StoreResult<Comparison>>;

    /// Signs the SHA-256 of an evidence package's manifest: a note that no checkpoint can be taken for.
    /// Fails while the ledger refuses to sign.
    fn sign_evidence(&self, manifest: [u8; 32]) -> BoxFuture<'_, StoreResult<String>>;

    /// How it is; cheap.
    fn health(&self) -> LedgerHealth;

    /// Signs nothing and takes no audit event until a restart, because of what others have seen of this
    /// ledger: what is wrong, and what to do.
    fn refuse(&self, why: String);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_carries_its_receipt() {
        let receipt = Receipt {
            ledger_index: 7,
            leaf_hash: LeafHash([0xa7; 32]),
        };
        let mut event = Event::new(Stream::Audit);
        assert_eq!(Receipt::of(&event), None);
        receipt.put_into(&mut event);
        assert_eq!(Receipt::of(&event), Some(receipt));
        assert_eq!(event.text("leaf_hash"), Some(&*"a7".repeat(32)));
        assert_eq!(Receipt::of(&Event::new(Stream::Usage)), None);
        for bad in ["", "0", &"0".repeat(63), &"A".repeat(64), &"+a".repeat(32)] {
            assert_eq!(LeafHash::parse(bad), None, "{bad}");
        }
    }
}
