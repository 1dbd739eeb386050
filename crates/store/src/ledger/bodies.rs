//! What the store does with bundles of bodies besides reading them: taking bodies out, and cutting at one.

use daybook_ledger::Body;
use daybook_ledger::body::{Bodies, BodyInvalid};

/// A bundle without the bodies in some places.
pub(super) fn without(bundle: &[u8], places: &[usize]) -> Result<Vec<u8>, BodyInvalid> {
    let mut left = Vec::with_capacity(bundle.len());
    for (place, body) in Bodies::new(bundle).enumerate() {
        let body = match body? {
            _ if places.contains(&place) => Body::Erased,
            body => body,
        };
        body.push_to(&mut left)
            .expect("invariant: a body that was read has a length");
    }
    Ok(left)
}

/// Bytes of the first bodies of a bundle.
pub(super) fn bytes_of(bundle: &[u8], count: usize) -> Result<usize, BodyInvalid> {
    let mut bodies = Bodies::new(bundle);
    for _ in 0..count {
        bodies.next().ok_or(BodyInvalid::CutShort)??;
    }
    Ok(bundle.len() - bodies.left())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_is_erased_and_the_others_stay() {
        let kept = |salt, bytes: &'static [u8]| Body::Kept {
            salt: [salt; 32],
            bytes: bytes.into(),
        };
        let all = [kept(1, b"{}"), Body::Erased, kept(2, b"xxxxxxxx")];
        let mut bundle = Vec::new();
        for one in &all {
            one.push_to(&mut bundle).unwrap();
        }
        let read = |bundle: &[u8]| -> Vec<Body<'static>> {
            let owned = |body| match body {
                Body::Kept { salt, bytes } => Body::Kept {
                    salt,
                    bytes: Vec::from(bytes).into(),
                },
                Body::Erased => Body::Erased,
            };
            Bodies::new(bundle)
                .map(|body| owned(body.unwrap()))
                .collect()
        };
        assert_eq!(bytes_of(&bundle, 3), Ok(bundle.len()));
        assert_eq!(read(&bundle[..bytes_of(&bundle, 2).unwrap()]), all[..2]);
        assert_eq!(bytes_of(&bundle, 4), Err(BodyInvalid::CutShort));
        let short = &bundle[..bundle.len() - 1];
        assert_eq!(bytes_of(short, 3), Err(BodyInvalid::CutShort));
        assert_eq!(without(short, &[0]), Err(BodyInvalid::CutShort));
        let left = without(&bundle, &[0, 1, 7]).unwrap();
        let last = all[2].clone();
        assert_eq!(read(&left), [Body::Erased, Body::Erased, last]);
    }
}
