//! Numbers for callers who may hold but not read them. An `as_of` tells how many events there are;
//! to people who may see their own events alone it is given sealed. Sealing the same number twice
//! looks different, and what was not sealed here is not opened.

use crate::control::{Control, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const NONCE_BYTES: usize = 16;
const NUMBER_BYTES: usize = 8;
const TAG_BYTES: usize = 16;

/// Seals numbers with a secret of this installation.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Seal(String);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// The seal of an installation.
    pub(crate) async fn of(control: &Control) -> Result<Self> {
        Ok(Self(control.secret("seal_key").await?))
    }

    /// The number as text that says nothing.
    pub(crate) fn close(&self, number: i64) -> String {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).expect("the operating system has randomness");
        let mut sealed = nonce.to_vec();
        sealed.extend(self.covered(&nonce, number.to_be_bytes()));
        let tag = self.mac(b"tag", &sealed);
        sealed.extend(&tag[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(sealed)
    }

    /// The number that was sealed; `None` when the text is not from here.
    pub(crate) fn open(&self, text: &str) -> Option<i64> {
        let sealed = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, tag) = sealed.split_at_checked(NONCE_BYTES + NUMBER_BYTES)?;
        if tag.len() != TAG_BYTES {
            return None;
        }
        let mut mac = self.begin(b"tag");
        mac.update(body);
        mac.verify_truncated_left(tag).ok()?;
        let (nonce, number) = body.split_at(NONCE_BYTES);
        let number = self.covered(nonce, number.try_into().ok()?);
        Some(i64::from_be_bytes(number))
    }

    /// Covers a number, and uncovers it again.
    fn covered(&self, nonce: &[u8], number: [u8; NUMBER_BYTES]) -> [u8; NUMBER_BYTES] {
        let pad = self.mac(b"pad", nonce);
        std::array::from_fn(|at| number[at] ^ pad[at])
    }

    fn mac(&self, purpose: &[u8], bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.begin(purpose);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    fn begin(&self, purpose: &[u8]) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes());
        let mut mac = mac.expect("invariant: a key of any length will do");
        mac.update(purpose);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_is_opened() {
        let (seal, other) = (Seal("one".into()), Seal("other".into()));
        let sealed = seal.close(41);
        assert_ne!(sealed, seal.close(41));
        assert_eq!(seal.open(&sealed), Some(41));
        assert_eq!(other.open(&sealed), None);
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(seal.open(&URL_SAFE_NO_PAD.encode(changed)), None, "{bit}");
        }
        for text in ["", "41", "-", &sealed[1..], &format!("{sealed}A")] {
            assert_eq!(seal.open(text), None, "{text}");
        }
    }
}
