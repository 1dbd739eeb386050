//! Body bundles: the bodies of up to 256 audit events with their salts, aligned with the entry bundles
//! of the ledger. A bundle is `length u32, big-endian | salt, 32 bytes | body` for each; a length of
//! zero says that the body was erased, and its salt with it.

use daybook_ledger::leaf::SALT_BYTES;

/// Bytes before a body.
const HEADER_BYTES: usize = 4 + SALT_BYTES;

/// A body and its salt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body<'a> {
    /// The salt of the leaf's commitment.
    pub salt: &'a [u8; SALT_BYTES],
    /// What is committed to.
    pub bytes: &'a [u8],
}

/// Appends a body; `None` stands for one that was erased.
///
/// # Panics
/// When the body has 4 GiB or more.
pub fn push(bundle: &mut Vec<u8>, body: Option<Body<'_>>) {
    let erased = Body {
        salt: &[0; SALT_BYTES],
        bytes: &[],
    };
    let Body { salt, bytes } = body.unwrap_or(erased);
    let length = u32::try_from(bytes.len()).expect("invariant: an event is below 4 GiB");
    bundle.extend(length.to_be_bytes());
    bundle.extend(salt);
    bundle.extend(bytes);
}

/// The bodies of a bundle, in order, erased ones as `None`; `None` when it ends within one.
pub fn read(bundle: &[u8]) -> Option<Vec<Option<Body<'_>>>> {
    let mut bodies = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let (header, behind) = rest.split_first_chunk::<HEADER_BYTES>()?;
        let (length, salt) = header.split_first_chunk()?;
        let length = u32::from_be_bytes(*length) as usize;
        let (bytes, behind) = behind.split_at_checked(length)?;
        let salt = salt.try_into().ok()?;
        bodies.push((length > 0).then_some(Body { salt, bytes }));
        rest = behind;
    }
    Some(bodies)
}

/// A bundle without the bodies in some places; `None` when it ends within one.
pub(super) fn without(bundle: &[u8], places: &[usize]) -> Option<Vec<u8>> {
    let mut left = Vec::with_capacity(bundle.len());
    for (place, body) in read(bundle)?.into_iter().enumerate() {
        push(&mut left, body.filter(|_| !places.contains(&place)));
    }
    Some(left)
}

/// Bytes of the first bodies of a bundle; `None` when it has fewer.
pub(super) fn bytes_of(bundle: &[u8], count: usize) -> Option<usize> {
    let mut at = 0;
    for _ in 0..count {
        let length = bundle.get(at..)?.first_chunk()?;
        at += HEADER_BYTES + u32::from_be_bytes(*length) as usize;
    }
    (at <= bundle.len()).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_there_and_back() {
        let (salts, long) = ([[1; SALT_BYTES], [2; SALT_BYTES]], vec![b'x'; 70_000]);
        let body = |at: usize, bytes| {
            Some(Body {
                salt: &salts[at],
                bytes,
            })
        };
        let all = [body(0, b"{}"), None, body(1, long.as_slice())];
        let mut bundle = Vec::new();
        for one in all {
            push(&mut bundle, one);
        }
        assert_eq!(read(&bundle).unwrap(), all);
        assert_eq!(read(b"").unwrap(), []);
        assert_eq!(bytes_of(&bundle, 3), Some(bundle.len()));
        assert_eq!(
            read(&bundle[..bytes_of(&bundle, 2).unwrap()]).unwrap(),
            all[..2]
        );
        for cut in [1, 4, 37, bundle.len() - 1] {
            assert_eq!(read(&bundle[..cut]), None, "{cut}");
        }
        assert_eq!(bytes_of(&bundle, 4), None);
        let left = without(&bundle, &[0, 1, 7]).unwrap();
        assert_eq!(read(&left).unwrap(), [None, None, all[2]]);
        assert_eq!(without(&bundle[..1], &[0]), None);
        assert_eq!(bytes_of(&bundle[..bundle.len() - 1], 3), None);
    }
}
