//! Cosignatures (C2SP tlog-cosignature v1.0.1, the Ed25519 type): "at this time, the largest consistent
//! tree that I have seen of this log has this root". What is signed: [`crate::note::VerifierKey::verify`].

use crate::checkpoint::Checkpoint;
use crate::note::{
    KeyKind, Note, NoteError, NoteSignature, SignError, Signer, VerifierKey, checked,
    cosigned_message,
};
use std::fmt;

/// A witness's key at work. One key serves one name: the signed message does not say the name.
pub struct Cosigner<'a> {
    signer: &'a dyn Signer,
}

impl<'a> Cosigner<'a> {
    /// Cosigns with this key.
    ///
    /// # Errors
    ///
    /// [`SignError::Key`] unless it is of kind [`KeyKind::CosignatureV1`].
    pub fn new(signer: &'a dyn Signer) -> Result<Self, SignError> {
        if signer.vkey().kind() != KeyKind::CosignatureV1 {
            return Err(SignError::Key {
                name: signer.name().into(),
                reason: "it is no witness's key".into(),
            });
        }
        Ok(Self { signer })
    }

    /// The key that checks the cosignatures.
    #[must_use]
    pub fn vkey(&self) -> &VerifierKey {
        self.signer.vkey()
    }

    /// The cosignature of a checkpoint at `time`, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// [`SignError`]; also for a time of zero, which would make no statement about time.
    pub fn cosign(&self, checkpoint: &Checkpoint, time: u64) -> Result<NoteSignature, SignError> {
        let text = checkpoint.to_string();
        let message = cosigned_message(time, &text).filter(|_| time > 0);
        let message = message.ok_or_else(|| SignError::Key {
            name: self.signer.name().into(),
            reason: format!("{time} is no time of signing"),
        })?;
        let signature = self.signer.sign(message.as_bytes())?;
        let bytes = [&time.to_be_bytes(), signature.as_slice()].concat();
        checked(self.vkey(), &text, bytes)
    }
}

impl fmt::Debug for Cosigner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.vkey())
    }
}

/// Reads signature lines, such as a witness answers, and keeps those that `keys` have made over the
/// note's text. Lines of other keys are ignored.
///
/// # Errors
///
/// [`NoteError::Malformed`] for what are no signature lines, [`NoteError::WrongSignature`] for a wrong
/// one of `keys`, [`NoteError::NotSigned`] when nothing is left.
pub fn collect<'k>(
    lines: &str,
    note: &Note,
    keys: impl IntoIterator<Item = &'k VerifierKey>,
) -> Result<Vec<NoteSignature>, NoteError> {
    let text = note.text_unverified();
    // A note of its own, so that its rules and limits hold.
    let answer = Note::parse(format!("{text}\n{lines}").as_bytes())?;
    let (_, verified) = answer.open(keys)?;
    let mut signatures = answer.signatures().to_vec();
    signatures.retain(|signature| verified.iter().any(|by| signature.is_by(by.key)));
    Ok(signatures)
}
