//! Signed notes (C2SP signed-note v1.0.0): a text and who signed it. [`key`] holds the keys that check,
//! [`sign`] those that sign. Invariant: a note's text is given out by [`Note::open`] only, after a
//! trusted key's signature over it was checked; [`Note::text_unverified`] says what it is.

mod key;
mod sign;

pub(crate) use key::cosigned_message;
pub use key::{KeyError, KeyKind, VerifierKey};
pub(crate) use sign::checked;
pub use sign::{Ed25519Signer, SignError, Signer, sign};

use crate::text;
use std::fmt;

/// More bytes a note may not have.
pub const NOTE_BYTES_MAX: usize = 1_000_000;

/// More signatures a note may not have. C2SP signed-note asks for at least 16.
pub const NOTE_SIGNATURES_MAX: usize = 100;

/// Why a note is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not of the form of a note; the text says where.
    #[error("the note is malformed: {0}")]
    Malformed(&'static str),
    /// Larger than the limits.
    #[error(
        "the note has more than {NOTE_BYTES_MAX} bytes (NOTE_BYTES_MAX) \
         or {NOTE_SIGNATURES_MAX} signatures (NOTE_SIGNATURES_MAX)"
    )]
    TooLarge,
    /// A trusted key's signature is wrong.
    #[error("the signature of {0} is wrong")]
    WrongSignature(String),
    /// No trusted key has signed.
    #[error("no trusted key has signed the note")]
    NotSigned,
}

/// One signature line: who signed, and the bytes that only the key's kind understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_id: u32,
    bytes: Vec<u8>,
}

impl NoteSignature {
    /// The signature of a key over some note.
    #[must_use]
    pub fn new(key: &VerifierKey, bytes: Vec<u8>) -> Self {
        Self {
            name: key.name().into(),
            key_id: key.id(),
            bytes,
        }
    }

    /// The name of the key that signed, as the line says.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the key that signed, as the line says.
    #[must_use]
    pub fn key_id(&self) -> u32 {
        self.key_id
    }

    /// The signature, without the key's id.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether the line names this key: both name and id.
    #[must_use]
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.key_id == key.id() && self.name == key.name()
    }

    /// A signature line without its newline.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`].
    pub fn parse(line: &str) -> Result<Self, NoteError> {
        let bad = NoteError::Malformed("a signature line is not `— name base64`");
        let parts = line
            .strip_prefix("— ")
            .and_then(|rest| rest.split_once(' '));
        let (name, signature) = parts.ok_or(bad.clone())?;
        let decoded = text::from_base64(signature).ok_or(bad.clone())?;
        let (id, bytes) = decoded.split_first_chunk().ok_or(bad.clone())?;
        if !key::is_name(name) || bytes.is_empty() {
            return Err(bad);
        }
        Ok(Self {
            name: name.into(),
            key_id: u32::from_be_bytes(*id),
            bytes: bytes.into(),
        })
    }
}

/// The line, with its newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signature = [&self.key_id.to_be_bytes(), self.bytes.as_slice()].concat();
        writeln!(f, "— {} {}", self.name, text::base64(&signature))
    }
}

/// A note: its text and its signatures, none of them checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A note of a text that ends with a newline.
    ///
    /// # Errors
    ///
    /// [`NoteError`]: the text has no final newline or has control characters, or it is too large.
    pub fn new(text: String, signatures: Vec<NoteSignature>) -> Result<Self, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::Malformed("its text does not end with a newline"));
        }
        if text.chars().any(|char| char < ' ' && char != '\n') {
            return Err(NoteError::Malformed("it has control characters"));
        }
        if text.len() > NOTE_BYTES_MAX || signatures.len() > NOTE_SIGNATURES_MAX {
            return Err(NoteError::TooLarge);
        }
        Ok(Self { text, signatures })
    }

    /// Reads a note. Its text ends at the last empty line.
    ///
    /// # Errors
    ///
    /// [`NoteError::Malformed`] and [`NoteError::TooLarge`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLarge);
        }
        let note = str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is no UTF-8"))?;
        let split = note.rfind("\n\n");
        let split = split.ok_or(NoteError::Malformed("it has no empty line"))?;
        let (text, lines) = (&note[..=split], &note[split + 2..]);
        let lines = lines.strip_suffix('\n');
        let lines = lines.ok_or(NoteError::Malformed(
            "it does not end with a signature line",
        ))?;
        let lines: Vec<_> = lines.split('\n').take(NOTE_SIGNATURES_MAX + 1).collect();
        if lines.len() > NOTE_SIGNATURES_MAX {
            return Err(NoteError::TooLarge);
        }
        let signatures = lines.into_iter().map(NoteSignature::parse);
        Self::new(text.into(), signatures.collect::<Result<_, _>>()?)
    }

    /// The text, which anybody may have written: check it with [`Self::open`] before use.
    #[must_use]
    pub fn text_unverified(&self) -> &str {
        &self.text
    }

    /// The signatures, unchecked.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds signatures, unless they are there.
    pub fn add(&mut self, signatures: impl IntoIterator<Item = NoteSignature>) {
        for signature in signatures {
            if !self.signatures.contains(&signature) {
                self.signatures.push(signature);
            }
        }
    }

    /// The text and which of `keys` have signed it. Signatures of other keys are ignored; one wrong
    /// signature of these keys refuses the whole note.
    ///
    /// # Errors
    ///
    /// [`NoteError::WrongSignature`] and [`NoteError::NotSigned`].
    pub fn open<'k>(
        &self,
        keys: impl IntoIterator<Item = &'k VerifierKey>,
    ) -> Result<(&str, Vec<Verified<'k>>), NoteError> {
        let mut verified = Vec::new();
        for key in keys {
            let mut first = None;
            for signature in self
                .signatures
                .iter()
                .filter(|signature| signature.is_by(key))
            {
                let timestamp = key.verify(&self.text, signature.bytes());
                let timestamp =
                    timestamp.ok_or_else(|| NoteError::WrongSignature(key.name().into()))?;
                first.get_or_insert(Verified { key, timestamp });
            }
            verified.extend(first);
        }
        if verified.is_empty() {
            return Err(NoteError::NotSigned);
        }
        Ok((&self.text, verified))
    }
}

/// A key whose signature was checked and is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key.
    pub key: &'k VerifierKey,
    /// When it signed, seconds since 1970, if its kind of signature says so.
    pub timestamp: Option<u64>,
}

/// The note as it is stored and sent.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| signature.fmt(f))
    }
}
