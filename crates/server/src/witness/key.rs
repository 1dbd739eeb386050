//! The key of a witness, in a file that only its owner can read.

use super::WitnessError;
use super::state::replace;
use daybook_ledger::note::KeyKind;
use daybook_ledger::{Ed25519Signer, Signer};
use std::io;
use std::path::Path;

/// The key in a file, which is made when it is missing. A new key gets the given name, or one that nobody
/// else has; a key that is there keeps its name.
///
/// # Errors
/// [`WitnessError`]; also when the key that is there has another name than the given one, or is none of
/// a witness.
pub fn witness_key(path: &Path, name: Option<&str>) -> Result<Ed25519Signer, WitnessError> {
    let wrong = |why: String| WitnessError::Content {
        path: path.into(),
        why,
    };
    let signer = match std::fs::read_to_string(path) {
        Ok(text) => Ed25519Signer::from_text(&text).map_err(|error| wrong(error.to_string()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return new_key(path, name),
        Err(cause) => {
            let path = path.into();
            return Err(WitnessError::File { path, cause });
        }
    };
    match name {
        Some(name) if name != signer.name() => Err(wrong(format!(
            "it is the key of {:?}, not of {name:?}: a witness keeps its name",
            signer.name()
        ))),
        _ => Ok(signer),
    }
}

fn new_key(path: &Path, name: Option<&str>) -> Result<Ed25519Signer, WitnessError> {
    let failed = |cause: io::Error| WitnessError::File {
        path: path.into(),
        cause,
    };
    let (mut seed, mut id) = ([0; 32], [0; 8]);
    for random in [&mut seed[..], &mut id[..]] {
        getrandom::fill(random).map_err(|error| failed(io::Error::other(error)))?;
    }
    let own = format!("daybook-witness/{:016x}", u64::from_be_bytes(id));
    let signer = Ed25519Signer::new(name.unwrap_or(&own), KeyKind::CosignatureV1, &seed);
    let signer = signer.map_err(|error| WitnessError::Content {
        path: path.into(),
        why: format!("it cannot have this name: {error}"),
    })?;
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(failed)?;
    }
    let text = format!("{}\n", signer.to_secret_text());
    // Flushed before it signs anything: nobody could sign in its place. The program's umask keeps
    // others out.
    replace(path, text.as_bytes()).map_err(failed)?;
    Ok(signer)
}
