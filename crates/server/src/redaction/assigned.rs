//! Secrets inside texts: what is assigned to a secret's name, or stands behind it as in a header:
//! `DB_PASSWORD=…`, `X-Api-Key: …`, `host=db password=…`, half a document with `"password": "…"`.
//!
//! One way through the text, from sign to sign; what was passed is not looked at again.

use super::names::is_unmistakable;
use super::{begins_replaced, is_secret_name};
use std::ops::Range;

/// Values that say that there is none.
const NO_SECRETS: [&str; 8] = [
    "true",
    "false",
    "null",
    "none",
    "nil",
    "undefined",
    "yes",
    "no",
];

/// What may stand between the beginning of a line and the name that it assigns to.
const LEADS: [&str; 10] = [
    "",
    "export",
    "set",
    "env",
    "ENV",
    "ARG",
    "const",
    "let",
    "var",
    "declare -x",
];

/// How far before a name the beginning of its line is looked for.
const LEAD_BYTES: usize = 64;

/// The text with hashes in the place of such values, if it has any.
pub(super) fn without_secrets(text: &str, hash: impl Fn(&str) -> String) -> Option<String> {
    let mut shown = String::new();
    let (mut told, mut from) = (0, 0);
    while let Some(at) = text[from..].find(['=', ':']) {
        let sign = from + at;
        let Some(value) = secret_at(text, from, sign) else {
            from = sign + 1;
            continue;
        };
        let secret = &text[value.clone()];
        if let Some(bytes) = begins_replaced(secret) {
            from = value.start + bytes;
            continue;
        }
        if is_worth_hiding(secret) {
            shown.push_str(&text[told..value.start]);
            shown.push_str(&hash(secret));
            told = value.end;
        }
        from = value.end;
    }
    if told == 0 {
        return None;
    }
    shown.push_str(&text[told..]);
    Some(shown)
}

fn is_worth_hiding(value: &str) -> bool {
    let says_none = |word: &&str| value.eq_ignore_ascii_case(word);
    value.contains(char::is_alphanumeric) && !NO_SECRETS.iter().any(says_none)
}

/// What a sign gives to a secret's name; what is before `from` belongs to something else.
fn secret_at(text: &str, from: usize, sign: usize) -> Option<Range<usize>> {
    let name = Name::before(text, from, sign)?;
    let (start, assigns) = value_start(text, sign, name.is_spaced)?;
    let is_secret = match assigns || name.begins_line || name.quote.is_some() || name.is_quoted {
        true => is_secret_name(name.text),
        // Words of a sentence.
        false => is_unmistakable(name.text),
    };
    let is_place = !assigns && name.is_place(&text[sign + 1..]);
    (is_secret && !is_place).then(|| value_from(text, start, assigns, &name))
}

/// A name before a sign.
struct Name<'a> {
    text: &'a str,
    /// What stands directly before it.
    lead: Option<char>,
    /// Whether it has quotes of its own, as in JSON.
    is_quoted: bool,
    /// The quote that opens before it and closes behind the value.
    quote: Option<char>,
    is_spaced: bool,
    begins_line: bool,
}

impl<'a> Name<'a> {
    fn before(text: &'a str, from: usize, sign: usize) -> Option<Self> {
        let whole = &text[from..sign];
        let bare = whole.trim_end_matches([' ', '\t', '"', '\'', '`', ']', '\\']);
        let letters = bare.chars().rev().take_while(|letter| is_of_name(*letter));
        let bytes: usize = letters.map(char::len_utf8).sum();
        if bytes == 0 {
            return None;
        }
        let start = from + bare.len() - bytes;
        let before = &text[..start];
        let lead = before.chars().next_back();
        let behind = &whole[bare.len()..];
        let is_quoted = behind.contains(['"', '\'', '`']);
        Some(Self {
            text: &bare[bare.len() - bytes..],
            lead,
            is_quoted,
            quote: lead.filter(|letter| is_quote(*letter) && !is_quoted),
            is_spaced: behind.ends_with([' ', '\t']),
            begins_line: begins_line(before),
        })
    }

    /// Whether it is part of an address or a path and no header: `secrets.example.com:443`,
    /// `arn:aws:secretsmanager:…`.
    fn is_place(&self, behind: &str) -> bool {
        let is_port = behind.starts_with(|next: char| next.is_ascii_digit());
        let is_host = self.text.contains('.') && is_port;
        !self.is_quoted && (is_host || matches!(self.lead, Some('/' | ':')))
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

const fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '\'' | '`')
}

const fn ends_line(letter: char) -> bool {
    matches!(letter, '\n' | '\r')
}

/// Whether nothing stands between a name and the beginning of its line, or what may.
fn begins_line(before: &str) -> bool {
    let near = before.floor_char_boundary(before.len().saturating_sub(LEAD_BYTES));
    let lead = match before[near..].rfind(ends_line) {
        Some(end) => &before[near + end + 1..],
        None if near == 0 => before,
        None => return false,
    };
    let lead = lead.trim_matches([' ', '\t', '-', '>', '"', '\'', '`']);
    LEADS.contains(&lead)
}

/// Where the value of a sign begins, and whether the sign assigns (`=`, `:=`, `=>`) or is a colon.
fn value_start(text: &str, sign: usize, is_spaced: bool) -> Option<(usize, bool)> {
    let rest = &text[sign..];
    let behind = rest.trim_start_matches('=');
    let (behind, assigns, is_spaced) = match behind.len() < rest.len() {
        true => match behind.strip_prefix('>') {
            Some(behind) => (behind, true, true),
            None => (behind, true, is_spaced),
        },
        false => match rest[1..].strip_prefix('=') {
            Some(behind) => (behind, true, true),
            None if rest[1..].starts_with(':') => return None,
            None => (&rest[1..], false, true),
        },
    };
    let value = match is_spaced {
        true => behind.trim_start_matches([' ', '\t']),
        false => behind,
    };
    Some((text.len() - value.len(), assigns))
}

fn value_from(text: &str, start: usize, assigns: bool, name: &Name<'_>) -> Range<usize> {
    let value = &text[start..];
    if let Some(inside) = value.strip_prefix("\\\"") {
        let end = inside.find("\\\"").unwrap_or(inside.len());
        return start + 2..start + 2 + end;
    }
    if let Some(quote) = value.chars().next().filter(|first| is_quote(*first)) {
        return start + 1..quoted_end(text, start + 1, quote);
    }
    let stops = |letter: char| match name.quote {
        Some(quote) => letter == quote || ends_line(letter),
        None if name.begins_line => ends_line(letter),
        None => letter.is_whitespace() || is_quote(letter),
    };
    let is_whole = !assigns && (name.begins_line || name.quote.is_some());
    let end = match is_whole {
        true => value.find(stops).map_or(text.len(), |at| start + at),
        false => bare_end(text, start, if assigns { '=' } else { ':' }, stops),
    };
    let closes = [' ', '\t', ',', ';', ')', ']', '}'];
    start..start + text[start..end].trim_end_matches(closes).len()
}

/// Where a value in quotes ends. A text that was cut may not have the end.
fn quoted_end(text: &str, start: usize, quote: char) -> usize {
    let bytes = text.as_bytes();
    let is_quote = |at: usize| bytes.get(at).is_some_and(|byte| char::from(*byte) == quote);
    let mut at = start;
    while at < bytes.len() {
        at += match bytes[at] {
            b'\\' => 2,
            // Doubled it stands for itself.
            _ if is_quote(at) && is_quote(at + 1) => 2,
            _ if is_quote(at) => return at,
            _ => 1,
        };
    }
    bytes.len()
}

/// Where a value without quotes ends: before the next assignment, or where it `stops`.
fn bare_end(text: &str, start: usize, sign: char, stops: impl Fn(char) -> bool) -> usize {
    const BETWEEN: [char; 5] = [' ', '\t', ';', '&', ','];
    let mut at = start;
    loop {
        let found = text[at..].find(|letter: char| stops(letter) || BETWEEN.contains(&letter));
        let Some(next) = found.map(|found| at + found) else {
            return text.len();
        };
        let rest = text[next..].trim_start_matches(BETWEEN);
        let between = &text[next..text.len() - rest.len()];
        let ends = between.is_empty()
            || between.contains(&stops)
            || rest.chars().next().is_none_or(&stops)
            || begins_assignment(rest, sign, between.contains(';'));
        if ends {
            return next;
        }
        at = next + between.len();
    }
}

/// Whether a name and a sign follow; where semicolons part them names may have several words.
fn begins_assignment(text: &str, sign: char, has_words: bool) -> bool {
    let name =
        text.trim_start_matches(|letter: char| is_of_name(letter) || (has_words && letter == ' '));
    name.len() < text.len() && name.trim_start_matches(' ').starts_with(sign)
}
