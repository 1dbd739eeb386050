//! Verifier keys from the command line: given as they are, or as files that hold them.

use crate::Failure;
use daybook_ledger::VerifierKey;
use daybook_ledger::note::KeyKind;

/// Longer than this no file of a key is.
const FILE_BYTES_MAX: u64 = 64 << 10;

/// The keys of logs in a text: as C2SP signed-note writes one, or the path of a file with one a line.
///
/// # Errors
/// Names what is neither.
pub(crate) fn read(text: &str) -> Result<Vec<VerifierKey>, Failure> {
    let neither = |why: &dyn std::fmt::Display| {
        Failure::Other(format!(
            "{text:?} is neither a verifier key nor a file of one: {why}"
        ))
    };
    let direct = match text.parse() {
        Ok(key) => return of_logs(vec![key]),
        Err(why) => why,
    };
    let about = match std::fs::metadata(text) {
        Ok(about) => about,
        // What looks like a key most likely is one with a flaw.
        Err(_) if text.contains('+') => return Err(neither(&direct)),
        Err(error) => return Err(neither(&error)),
    };
    if about.len() > FILE_BYTES_MAX {
        return Err(neither(&format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    let content = std::fs::read_to_string(text).map_err(|error| neither(&error))?;
    let lines = content.lines().filter(|line| !line.trim().is_empty());
    let keys: Result<Vec<VerifierKey>, _> = lines.map(|line| line.trim().parse()).collect();
    let keys = keys.map_err(|error| neither(&error))?;
    if keys.is_empty() {
        return Err(neither(&"it is empty"));
    }
    of_logs(keys)
}

fn of_logs(keys: Vec<VerifierKey>) -> Result<Vec<VerifierKey>, Failure> {
    match keys.iter().find(|key| key.kind() != KeyKind::Ed25519) {
        Some(key) => Err(Failure::Other(format!(
            "{key} is a witness's key, not a log's"
        ))),
        None => Ok(keys),
    }
}
