//! Ids as the keys of a segment's dictionary: UUIDs and hexadecimal texts take half their length.
//! Packing keeps the order within each form, so the ids with a common beginning lie together.

use serde::{Deserialize, Serialize};
use std::ops::Bound;

const TEXT: u8 = 0;
const UUID: u8 = 1;
const HEX: u8 = 2;
/// A shorter text gains nothing.
const HEX_BYTES_MIN: usize = 8;
const UUID_BYTES: usize = 36;
/// Where the digits of each byte begin.
const UUID_PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// The key of an id.
pub(crate) fn pack(id: &str) -> Vec<u8> {
    let packed = if id.len() == UUID_BYTES {
        nibbles_of_uuid(id).map(|nibbles| (UUID, nibbles))
    } else if id.len() >= HEX_BYTES_MIN && id.len().is_multiple_of(2) {
        nibbles(id.bytes()).map(|nibbles| (HEX, nibbles))
    } else {
        None
    };
    match packed {
        Some((form, nibbles)) => {
            let bytes = nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[1]);
            std::iter::once(form).chain(bytes).collect()
        }
        None => [&[TEXT], id.as_bytes()].concat(),
    }
}

/// Appends the id of a key; whether any id has that key.
pub(crate) fn unpack_to(key: &[u8], id: &mut String) -> bool {
    match key.split_first() {
        Some((&TEXT, bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => id.push_str(text),
            Err(_) => return false,
        },
        Some((&HEX, bytes)) => push_digits(bytes, id),
        Some((&UUID, bytes)) if bytes.len() == 16 => {
            let mut text = [b'-'; UUID_BYTES];
            for (byte, at) in bytes.iter().zip(UUID_PLACES) {
                [text[at], text[at + 1]] = digits(*byte);
            }
            id.push_str(std::str::from_utf8(&text).expect("invariant: these are digits"));
        }
        _ => return false,
    }
    true
}

fn push_digits(bytes: &[u8], id: &mut String) {
    let mut text = [0; 64];
    for some in bytes.chunks(text.len() / 2) {
        for (byte, at) in some.iter().zip((0..).step_by(2)) {
            [text[at], text[at + 1]] = digits(*byte);
        }
        let text = std::str::from_utf8(&text[..2 * some.len()]);
        id.push_str(text.expect("invariant: these are digits"));
    }
}

fn digits(byte: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [byte >> 4, byte & 15].map(|nibble| DIGITS[usize::from(nibble)])
}

/// Where the keys of some ids lie, by their first bytes. Ids that begin with their time, as UUIDs of
/// version 7 do, lie close together; for others it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeySpan {
    first: u64,
    last: u64,
}

impl KeySpan {
    /// Of no ids.
    pub(crate) const NONE: Self = Self {
        first: u64::MAX,
        last: 0,
    };
    /// Of any ids.
    pub(crate) const ANY: Self = Self {
        first: 0,
        last: u64::MAX,
    };

    /// The same with one key more.
    pub(crate) fn with(self, key: &[u8]) -> Self {
        let beginning = beginning(key);
        Self {
            first: self.first.min(beginning),
            last: self.last.max(beginning),
        }
    }

    /// Whether a key may be among them; never wrong when it says no.
    pub(crate) fn may_hold(&self, key: &[u8]) -> bool {
        (self.first..=self.last).contains(&beginning(key))
    }
}

/// The first bytes of a key, as a number that orders as keys do.
fn beginning(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = key.len().min(8);
    bytes[..length].copy_from_slice(&key[..length]);
    u64::from_be_bytes(bytes)
}

/// A range of keys.
pub(crate) type KeyRange = (Bound<Vec<u8>>, Bound<Vec<u8>>);

/// The ranges of keys whose ids begin with a text.
pub(crate) fn starting(start: &str) -> Vec<KeyRange> {
    let mut ranges = vec![range([&[TEXT], start.as_bytes()].concat(), None)];
    if let Some(digits) = nibbles(start.bytes()) {
        ranges.push(hex_range(HEX, &digits));
    }
    if let Some(digits) = nibbles_of_uuid(start) {
        ranges.push(hex_range(UUID, &digits));
    }
    ranges
}

fn hex_range(form: u8, digits: &[u8]) -> KeyRange {
    let whole = digits.chunks_exact(2);
    let half = whole.remainder().first().copied();
    let bytes = whole.map(|pair| pair[0] << 4 | pair[1]);
    range(std::iter::once(form).chain(bytes).collect(), half)
}

/// Keys that begin with these bytes and this half byte.
fn range(start: Vec<u8>, half: Option<u8>) -> KeyRange {
    let (mut from, mut to) = (start.clone(), start);
    match half {
        None => next(&mut to),
        Some(half) => {
            from.push(half << 4);
            match half {
                15 => next(&mut to),
                _ => to.push((half + 1) << 4),
            }
        }
    }
    (Bound::Included(from), Bound::Excluded(to))
}

/// The first bytes behind all that begin with these. They begin with the form, which is small.
fn next(bytes: &mut Vec<u8>) {
    while bytes.last() == Some(&u8::MAX) {
        bytes.pop();
    }
    if let Some(last) = bytes.last_mut() {
        *last += 1;
    }
}

fn nibbles(digits: impl Iterator<Item = u8>) -> Option<Vec<u8>> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    digits.map(value).collect()
}

/// The digits of a UUID or of its beginning.
fn nibbles_of_uuid(text: &str) -> Option<Vec<u8>> {
    let dashed = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    let fits = text.len() <= UUID_BYTES
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| (byte == b'-') == dashed(at));
    fits.then(|| nibbles(text.bytes().filter(|byte| *byte != b'-')))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::ops::RangeBounds;

    fn id() -> impl Strategy<Value = String> {
        prop_oneof![
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "[0-9a-f]{0,12}",
            "[0-9a-fA-F-]{0,40}",
            "[ -~]{0,10}",
            "[f]{8,12}",
        ]
    }

    proptest! {
        #[test]
        fn a_key_is_its_id_again(id in id()) {
            let mut unpacked = String::new();
            prop_assert!(unpack_to(&pack(&id), &mut unpacked));
            prop_assert_eq!(unpacked, id);
        }

        #[test]
        fn a_span_holds_its_ids(ids in proptest::collection::vec(id(), 1..5)) {
            let keys: Vec<_> = ids.iter().map(|id| pack(id)).collect();
            let span = keys.iter().fold(KeySpan::NONE, |span, key| span.with(key));
            prop_assert!(keys.iter().all(|key| span.may_hold(key)));
        }

        #[test]
        fn days_of_ids_that_begin_with_their_time_are_told_apart(at in 1_700_000_000_000_u64..1_900_000_000_000) {
            let id = |ms: u64| format!("{:08x}-{:04x}-7abc-8abc-0123456789ab", ms >> 16, ms & 0xffff);
            let day = KeySpan::NONE.with(&pack(&id(at))).with(&pack(&id(at + 86_400_000)));
            prop_assert!(day.may_hold(&pack(&id(at + 1_000))));
            prop_assert!(!day.may_hold(&pack(&id(at - 1_000))));
            prop_assert!(!day.may_hold(&pack(&id(at + 86_401_000))));
            prop_assert!(!KeySpan::NONE.may_hold(&pack(&id(at))) && KeySpan::ANY.may_hold(b""));
        }

        #[test]
        fn a_range_holds_what_begins_so(id in id(), other in id(), cut in 0..40_usize) {
            for start in [&id[..cut.min(id.len())], &other[..cut.min(other.len())]] {
                let key = pack(&id);
                let inside = starting(start).iter().filter(|range| range.contains(&key)).count();
                prop_assert_eq!(inside, usize::from(id.starts_with(start)), "{:?} {:?}", id, start);
            }
        }
    }
}
