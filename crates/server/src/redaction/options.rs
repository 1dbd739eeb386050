//! Options of command lines that take a secret: `--password hunter2`, and the same as a list of
//! arguments. Short ones such as `-p` mean too much else to be guessed at.

use super::assigned::is_of_name;
use super::names::is_secret_option;
use serde_json::Value;

/// Words with which a sentence about an option goes on.
const SENTENCE: [&str; 40] = [
    "a", "an", "and", "are", "as", "at", "before", "by", "can", "cannot", "do", "does", "flag",
    "for", "from", "has", "if", "in", "instead", "is", "may", "must", "needs", "not", "of", "on",
    "option", "or", "should", "so", "takes", "that", "the", "to", "was", "when", "which", "will",
    "with", "without",
];

/// Where the value begins of the option that begins with this hyphen, if it takes a secret.
pub(super) fn value_start(text: &str, hyphen: usize) -> Option<usize> {
    let (before, option) = text.split_at(hyphen);
    let rest = option.strip_prefix("--")?;
    if before.ends_with(is_of_name) {
        return None;
    }
    let behind = rest.trim_start_matches(is_of_name);
    if !is_secret_option(&rest[..rest.len() - behind.len()]) {
        return None;
    }
    let value = behind.trim_start_matches([' ', '\t']);
    let is_apart = value.len() < behind.len();
    (is_apart && may_be_value(value)).then(|| text.len() - value.len())
}

/// Whether what follows an option can be its value: no other option, no redirection, nor the rest of a
/// sentence.
fn may_be_value(rest: &str) -> bool {
    let word = rest.split(char::is_whitespace).next().unwrap_or_default();
    let word = word.trim_end_matches(['.', ',', ';', ':', ')']);
    !rest.starts_with(['-', '<', '>', '|', '&', ';']) && !SENTENCE.contains(&word)
}

/// Whether an argument is an option whose secret is the next one.
pub(super) fn announces(argument: &Value) -> bool {
    let name = argument.as_str().and_then(|text| text.strip_prefix("--"));
    name.is_some_and(|name| name.chars().all(is_of_name) && is_secret_option(name))
}

/// Whether an argument is itself an option.
pub(super) fn is_option(argument: &Value) -> bool {
    argument.as_str().is_some_and(|text| text.starts_with('-'))
}
