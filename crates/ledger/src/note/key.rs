//! Verifier keys and what their kinds of signature look like.

use crate::hash::Hash;
use crate::text;
use ed25519_dalek::{Signature, VerifyingKey};
use std::fmt;
use std::str::FromStr;

/// What a key signs, and how: the type byte of C2SP signed-note v1.0.0, "Signature types".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// 0x01: Ed25519 over the note's text; a log's key.
    Ed25519,
    /// 0x04: Ed25519 with a time, over a checkpoint; a witness's key (C2SP tlog-cosignature v1.0.1).
    CosignatureV1,
}

impl KeyKind {
    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::CosignatureV1 => 0x04,
        }
    }
}

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not of the form of such a key.
    #[error("the key is malformed: {0}")]
    Malformed(&'static str),
    /// The id is not that of this name and key.
    #[error("the key's id does not belong to its name and key")]
    Id,
    /// A kind of signature that this program does not know.
    #[error("the key has a kind of signature that is not known: {0:#04x}")]
    Kind(u8),
    /// The bytes are no Ed25519 public key, or one that would accept forged signatures.
    #[error("the key is no safe Ed25519 public key")]
    Unsafe,
}

/// A public key that checks signatures of notes, with its name. Shown and parsed as the text form of
/// C2SP signed-note v1.0.0, "Verifier keys".
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: u32,
    kind: KeyKind,
    key: VerifyingKey,
}

/// Whether a text can name a key: not empty, no white space, no plus sign, nothing that no note can have.
pub(crate) fn is_name(name: &str) -> bool {
    let bad = |char: char| char.is_whitespace() || char < ' ' || char == '+';
    !name.is_empty() && !name.chars().any(bad)
}

impl VerifierKey {
    /// The key with this name, kind and Ed25519 public key.
    ///
    /// # Errors
    ///
    /// [`KeyError`].
    pub fn new(name: &str, kind: KeyKind, public: &[u8; 32]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Malformed(
                "the name is empty, or has white space or `+`",
            ));
        }
        let key = VerifyingKey::from_bytes(public).map_err(|_| KeyError::Unsafe)?;
        if key.is_weak() {
            return Err(KeyError::Unsafe);
        }
        // Key ID = SHA-256(name || 0x0A || type || public key)[:4], big-endian.
        let hash = Hash::of_parts(&[name.as_bytes(), b"\n", &[kind.byte()], public]);
        let [a, b, c, d, ..] = hash.0;
        Ok(Self {
            name: name.into(),
            id: u32::from_be_bytes([a, b, c, d]),
            kind,
            key,
        })
    }

    /// The key's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id, which with its name tells it from others.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it signs.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The Ed25519 public key.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Checks a signature over a note's text. Gives the time of signing where the kind has one:
    /// `Some(None)` is a right signature without time, `None` a wrong one.
    #[must_use]
    pub fn verify(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        match self.kind {
            KeyKind::Ed25519 => self.accepts(text.as_bytes(), signature).then_some(None),
            KeyKind::CosignatureV1 => {
                let (time, signature) = signature.split_first_chunk()?;
                let time = u64::from_be_bytes(*time);
                let message = cosigned_message(time, text)?;
                self.accepts(message.as_bytes(), signature)
                    .then_some(Some(time))
            }
        }
    }

    /// RFC 8032, without its malleable signatures and keys of small order.
    fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// What a timestamped cosignature signs (C2SP tlog-cosignature v1.0.1, "Ed25519 signed message");
/// `None` for a time that it cannot express, from 2^63 on.
pub(crate) fn cosigned_message(time: u64, checkpoint: &str) -> Option<String> {
    let expressible = i64::try_from(time).is_ok();
    expressible.then(|| format!("cosignature/v1\ntime {time}\n{checkpoint}"))
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind.byte()], self.public().as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.id, text::base64(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(vkey: &str) -> Result<Self, KeyError> {
        let (name, id, key) = parts(vkey)?;
        let (kind, public) = match key.split_first() {
            Some((0x01, public)) => (KeyKind::Ed25519, public),
            Some((0x04, public)) => (KeyKind::CosignatureV1, public),
            Some((kind, _)) => return Err(KeyError::Kind(*kind)),
            None => return Err(KeyError::Malformed("it is empty")),
        };
        let public = public.try_into();
        let public = public.map_err(|_| KeyError::Malformed("an Ed25519 key has 32 bytes"))?;
        let key = Self::new(name, kind, public)?;
        if key.id != id {
            return Err(KeyError::Id);
        }
        Ok(key)
    }
}

/// Name, id and key bytes of `<name>+<8 hex digits>+<base64>`.
pub(super) fn parts(text: &str) -> Result<(&str, u32, Vec<u8>), KeyError> {
    let form = KeyError::Malformed("it is not `name+id+key`");
    // Base64 may contain plus signs, a name may not.
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(form);
    };
    let id = crate::text::from_hex(id).ok_or(KeyError::Malformed("the id is not 8 hex digits"))?;
    let key = crate::text::from_base64(key).ok_or(KeyError::Malformed("the key is no base64"))?;
    Ok((name, u32::from_be_bytes(id), key))
}
