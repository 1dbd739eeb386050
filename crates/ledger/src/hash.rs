//! SHA-256 as RFC 6962 §2.1 uses it (unchanged in RFC 9162 §2.1): leaves and nodes have prefixes of
//! their own, so that neither can be passed off as the other.

use crate::text;
use ring::digest::{Context, Digest, SHA256, digest};
use std::fmt;

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Bytes of a hash.
    pub const BYTES: usize = 32;

    /// The root of the empty tree: SHA-256 of nothing.
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// SHA-256 of bytes, without any prefix.
    #[must_use]
    pub fn digest(bytes: &[u8]) -> Self {
        Self::of(&digest(&SHA256, bytes))
    }

    /// SHA-256 of the parts, one after the other.
    #[must_use]
    pub(crate) fn of_parts(parts: &[&[u8]]) -> Self {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        Self::of(&context.finish())
    }

    fn of(digest: &Digest) -> Self {
        let bytes = digest.as_ref().try_into();
        Self(bytes.expect("SHA-256 has 32 bytes"))
    }

    /// The hash in base64, as checkpoints and proofs write it.
    #[must_use]
    pub fn to_base64(self) -> String {
        text::base64(&self.0)
    }

    /// The hash of its only base64 spelling.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        text::from_base64(text)?.try_into().ok().map(Self)
    }

    /// The hash in lower-case hexadecimal, as `sha256sum` writes it.
    #[must_use]
    pub fn to_hex(self) -> String {
        text::hex(&self.0)
    }

    /// The hash of its only hexadecimal spelling, in lower case.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        text::from_hex(text).map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

/// The hash of an entry as a leaf: SHA-256(0x00 || entry).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash::of_parts(&[&[0], entry])
}

/// The hash of a node: SHA-256(0x01 || left || right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut input = [1; 65];
    input[1..33].copy_from_slice(&left.0);
    input[33..].copy_from_slice(&right.0);
    Hash::digest(&input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_hashes() {
        assert_eq!(Hash::EMPTY_ROOT, Hash::digest(b""));
        for (hash, hex) in [
            (
                leaf_hash(b""),
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            ),
            (
                leaf_hash(b"L123456"),
                "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56",
            ),
        ] {
            assert_eq!(hash.to_hex(), hex);
            assert_eq!(Hash::from_hex(hex), Some(hash));
        }
        let base64 = "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=";
        assert_eq!(leaf_hash(b"hello world").to_base64(), base64);
        assert_eq!(Hash::from_base64(base64), Some(leaf_hash(b"hello world")));
        let node = Hash::of_parts(&[&[1], b"N123", b"N456"]);
        assert_eq!(
            node.to_hex(),
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"
        );
        let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
        assert_eq!(
            node_hash(&left, &right),
            Hash::of_parts(&[&[1], &left.0, &right.0])
        );
    }
}
