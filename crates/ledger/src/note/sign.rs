//! Keys that sign notes. [`Signer`] is what callers implement for keys kept elsewhere.

use super::key::{KeyError, KeyKind, VerifierKey, parts};
use super::{Note, NoteError, NoteSignature};
use crate::text;
use ed25519_dalek::{Signer as _, SigningKey};
use std::fmt;

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key, or whoever keeps it, failed.
    #[error("cannot sign with {name}: {reason}")]
    Key {
        /// The key's name.
        name: String,
        /// What went wrong.
        reason: String,
    },
    /// The signer gave a signature that its own verifier key refuses.
    #[error("the signature by {0} does not match its public key")]
    Mismatch(String),
    /// What is to be signed is no note.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// A private Ed25519 key, wherever it is kept.
pub trait Signer: Send + Sync {
    /// The key's name.
    fn name(&self) -> &str {
        self.vkey().name()
    }

    /// The public key that checks what this one signs.
    fn vkey(&self) -> &VerifierKey;

    /// The 64 bytes of the Ed25519 signature (RFC 8032, neither pre-hash nor context) over `message`.
    ///
    /// # Errors
    ///
    /// [`SignError::Key`] when the key cannot be used.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

/// Signs a text that ends with a newline, once with each key of kind [`KeyKind::Ed25519`]. Each
/// signature is checked before it is given out.
///
/// # Errors
///
/// [`SignError`].
pub fn sign(text: String, signers: &[&dyn Signer]) -> Result<Note, SignError> {
    let mut note = Note::new(text, Vec::new())?;
    for signer in signers {
        let key = signer.vkey();
        if key.kind() != KeyKind::Ed25519 {
            return Err(SignError::Key {
                name: key.name().into(),
                reason: "it is a witness's key".into(),
            });
        }
        let signature = signer.sign(note.text_unverified().as_bytes())?;
        note.add([checked(key, note.text_unverified(), signature)?]);
    }
    Ok(note)
}

/// The signature line, if the key accepts the signature.
pub(crate) fn checked(
    key: &VerifierKey,
    text: &str,
    signature: Vec<u8>,
) -> Result<NoteSignature, SignError> {
    match key.verify(text, &signature) {
        Some(_) => Ok(NoteSignature::new(key, signature)),
        None => Err(SignError::Mismatch(key.name().into())),
    }
}

/// A private key in memory, overwritten when it is dropped.
pub struct Ed25519Signer {
    key: SigningKey,
    vkey: VerifierKey,
}

impl Ed25519Signer {
    /// The key with this name, of this kind, from its 32-byte seed (RFC 8032 §5.1.5).
    ///
    /// # Errors
    ///
    /// [`KeyError`] when nothing can have that name.
    pub fn new(name: &str, kind: KeyKind, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let vkey = VerifierKey::new(name, kind, key.verifying_key().as_bytes())?;
        Ok(Self { key, vkey })
    }

    /// Reads the text form of Go's `sumdb/note`: `PRIVATE+KEY+<name>+<hex id>+<base64(type || seed)>`,
    /// with or without a newline behind it. The id is that of the public key.
    ///
    /// # Errors
    ///
    /// [`KeyError`]. It never repeats the key.
    pub fn from_text(skey: &str) -> Result<Self, KeyError> {
        let line = skey.strip_suffix('\n').unwrap_or(skey);
        let rest = line.strip_prefix("PRIVATE+KEY+");
        let (name, id, key) =
            parts(rest.ok_or(KeyError::Malformed("it does not begin with PRIVATE+KEY+"))?)?;
        let (kind, seed) = match key.split_first() {
            Some((0x01, seed)) => (KeyKind::Ed25519, seed),
            Some((0x04, seed)) => (KeyKind::CosignatureV1, seed),
            Some((kind, _)) => return Err(KeyError::Kind(*kind)),
            None => return Err(KeyError::Malformed("it is empty")),
        };
        let seed = seed.try_into();
        let seed = seed.map_err(|_| KeyError::Malformed("an Ed25519 seed has 32 bytes"))?;
        let signer = Self::new(name, kind, seed)?;
        if signer.vkey.id() != id {
            return Err(KeyError::Id);
        }
        Ok(signer)
    }

    /// The text form that [`Self::from_text`] reads. It is the secret itself.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let (name, id) = (self.vkey.name(), self.vkey.id());
        let key = [&[self.vkey.kind().byte()], self.key.to_bytes().as_slice()].concat();
        format!("PRIVATE+KEY+{name}+{id:08x}+{}", text::base64(&key))
    }
}

impl Signer for Ed25519Signer {
    fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.key.sign(message).to_bytes().to_vec())
    }
}

/// Without the secret.
impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519Signer({})", self.vkey)
    }
}
