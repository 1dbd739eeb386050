//! Bundles of bodies: what the leaves of a bundle of entries commit to, in the same order. Of each event
//! `length u32, big-endian | salt, 32 bytes | body`; a length of zero with a salt of zeroes says that
//! both were erased.

use crate::leaf::{Leaf, SALT_BYTES, commitment};
use std::borrow::Cow;

/// Bytes before a body.
const HEADER_BYTES: usize = 4 + SALT_BYTES;

/// What is kept of an event besides its leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body<'b> {
    /// Everything.
    Kept {
        /// The salt of the leaf's commitment.
        salt: [u8; SALT_BYTES],
        /// The body, byte for byte; never empty.
        bytes: Cow<'b, [u8]>,
    },
    /// Neither body nor salt, by intent.
    Erased,
}

/// Why bytes are no body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyInvalid {
    /// The bundle ends within it.
    #[error("the bundle ends within its body")]
    CutShort,
    /// It has no bytes, but a salt.
    #[error("its body is gone, but not its salt")]
    HalfErased,
}

impl Body<'_> {
    /// Whether a leaf commits to this body; `None` if it was erased.
    #[must_use]
    pub fn matches(&self, leaf: &Leaf<'_>) -> Option<bool> {
        match self {
            Self::Kept { salt, bytes } => Some(commitment(salt, bytes) == leaf.body),
            Self::Erased => None,
        }
    }

    /// Appends it to a bundle.
    ///
    /// # Errors
    ///
    /// The length, when it does not fit into 32 bits.
    pub fn push_to(&self, bundle: &mut Vec<u8>) -> Result<(), usize> {
        let (salt, bytes) = match self {
            Self::Kept { salt, bytes } => (*salt, &**bytes),
            Self::Erased => ([0; SALT_BYTES], [].as_slice()),
        };
        let length = u32::try_from(bytes.len()).map_err(|_| bytes.len())?;
        bundle.extend(length.to_be_bytes());
        bundle.extend(salt);
        bundle.extend(bytes);
        Ok(())
    }
}

/// The bodies of a bundle, one after the other. Ends after the first error.
#[derive(Debug, Clone)]
pub struct Bodies<'b> {
    rest: &'b [u8],
}

impl<'b> Bodies<'b> {
    /// The bodies of these bytes.
    #[must_use]
    pub fn new(bundle: &'b [u8]) -> Self {
        Self { rest: bundle }
    }

    /// How many bytes are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    fn read(&mut self) -> Result<Body<'b>, BodyInvalid> {
        let (header, rest) = self
            .rest
            .split_first_chunk::<HEADER_BYTES>()
            .ok_or(BodyInvalid::CutShort)?;
        let [a, b, c, d, salt @ ..] = *header;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d]));
        let length = length.map_err(|_| BodyInvalid::CutShort)?;
        let (bytes, rest) = rest.split_at_checked(length).ok_or(BodyInvalid::CutShort)?;
        self.rest = rest;
        match (bytes, salt) {
            ([], salt) if salt == [0; SALT_BYTES] => Ok(Body::Erased),
            ([], _) => Err(BodyInvalid::HalfErased),
            (bytes, salt) => Ok(Body::Kept {
                salt,
                bytes: bytes.into(),
            }),
        }
    }
}

impl<'b> Iterator for Bodies<'b> {
    type Item = Result<Body<'b>, BodyInvalid>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let body = self.read();
        if body.is_err() {
            self.rest = &[];
        }
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_there_and_back() {
        let kept = |salt, bytes: &[u8]| Body::Kept {
            salt: [salt; SALT_BYTES],
            bytes: bytes.to_vec().into(),
        };
        let all = [kept(1, b"{}"), Body::Erased, kept(0, &[b'x'; 70_000])];
        let mut bundle = Vec::new();
        for body in &all {
            body.push_to(&mut bundle).unwrap();
        }
        assert_eq!(bundle[..4], [0, 0, 0, 2]);
        let read = |bundle: &[u8]| -> Result<Vec<_>, _> {
            let bodies = Bodies::new(bundle);
            bodies
                .map(|body| body.map(|body| format!("{body:?}")))
                .collect()
        };
        let expected: Vec<_> = all.iter().map(|body| format!("{body:?}")).collect();
        assert_eq!(read(&bundle), Ok(expected));
        assert_eq!(read(b""), Ok(vec![]));
        for cut in [1, 4, 37, bundle.len() - 1] {
            assert_eq!(read(&bundle[..cut]), Err(BodyInvalid::CutShort), "{cut}");
        }
        let mut rest = Bodies::new(&bundle);
        assert_eq!(rest.nth(1), Some(Ok(Body::Erased)));
        assert_eq!(rest.left(), HEADER_BYTES + 70_000);
        bundle[38 + 4] = 1;
        assert_eq!(read(&bundle), Err(BodyInvalid::HalfErased));
    }
}
