//! What commands print: results on stdout, everything else on stderr. A closed pipe is no failure
//! of the command.

use std::io::Write;

/// A result, for people or for scripts.
pub(crate) fn result(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Something worth knowing that is no result.
pub(crate) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
