//! Secrets inside texts: what is assigned to a secret's name, or stands behind it as in a header:
//! `DB_PASSWORD=…`, `X-Api-Key: …`, `host=db password=…`, `--password …`, `<password>…</password>`,
//! half a document with `"password": "…"`.
//!
//! One way through the text, from sign to sign; what was passed is not looked at again, but for the
//! tag that has just ended.

use super::names::is_unmistakable;
use super::{begins_replaced, blocks, is_secret_name, markup, options, pairs};
use std::ops::Range;

/// What may have a value behind it: signs, the first hyphen of an option, the end of a tag.
const SIGNS: [char; 4] = ['=', ':', '-', '>'];

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

/// How far before a name the beginning of its line is looked for, or a name beside it.
const LEAD_BYTES: usize = 64;

/// Longer values are no names.
const NAME_BYTES_MAX: usize = 128;

/// The text with hashes in the place of such values, if it has any.
pub(super) fn without_secrets(text: &str, hash: impl Fn(&str) -> String) -> Option<String> {
    let mut shown = String::new();
    let mut told = 0;
    let mut walk = Walk {
        text,
        at: 0,
        from: 0,
        named: None,
    };
    while let Some(secret) = walk.next_secret() {
        shown.push_str(&text[told..secret.start]);
        told = secret.end;
        shown.push_str(&hash(&text[secret]));
    }
    if told == 0 {
        return None;
    }
    shown.push_str(&text[told..]);
    Some(shown)
}

/// The way through a text.
struct Walk<'t> {
    text: &'t str,
    /// Where the next sign is looked for.
    at: usize,
    /// What is before belongs to something else.
    from: usize,
    /// Where a secret's name ends that is itself a value, as in `key="password"`.
    named: Option<usize>,
}

impl Walk<'_> {
    /// The next secret; what was replaced before is none.
    fn next_secret(&mut self) -> Option<Range<usize>> {
        while let Some(found) = self.text[self.at..].find(SIGNS) {
            let sign = self.at + found;
            self.at = sign + 1;
            let Some(value) = self.value_at(sign) else {
                continue;
            };
            let secret = &self.text[value.clone()];
            let replaced = begins_replaced(secret);
            self.at = value.start + replaced.unwrap_or(secret.len());
            self.from = self.at;
            if replaced.is_none() && is_worth_hiding(secret) {
                return Some(value);
            }
        }
        None
    }

    /// What stands behind a sign, if it belongs to a secret's name.
    fn value_at(&mut self, sign: usize) -> Option<Range<usize>> {
        match self.text.as_bytes()[sign] {
            b'-' => {
                let start = options::value_start(self.text, sign)?;
                Some(value_from(self.text, start, true, &Name::default()))
            }
            b'>' => markup::content(self.text, sign),
            _ => {
                let value = self.assigned(sign);
                self.from = sign + 1;
                value
            }
        }
    }

    /// What a sign gives to a secret's name.
    fn assigned(&mut self, sign: usize) -> Option<Range<usize>> {
        let text = self.text;
        let name = Name::before(text, self.from, sign)?;
        let (start, assigns) = value_start(text, sign, name.is_spaced)?;
        let stands_apart = name.column.is_some() || name.quote.is_some() || name.is_quoted;
        let is_secret = match assigns || stands_apart {
            true => is_secret_name(name.text),
            // Words of a sentence.
            false => is_unmistakable(name.text),
        };
        if is_secret {
            let is_place = !assigns && name.is_place(&text[sign + 1..]);
            return (!is_place).then(|| value_from(text, start, assigns, &name));
        }
        match assigns || stands_apart {
            true => self.named_beside(&name, start, assigns),
            false => None,
        }
    }

    /// What belongs to a secret's name that stands beside it: `key="password" value="…"`.
    fn named_beside(
        &mut self,
        name: &Name<'_>,
        start: usize,
        assigns: bool,
    ) -> Option<Range<usize>> {
        let text = self.text;
        if pairs::is_name_in_text(name.text) {
            let near = &text[..text.floor_char_boundary(start + NAME_BYTES_MAX)];
            let value = value_from(near, start, assigns, name);
            self.named = is_secret_name(&near[value.clone()]).then_some(value.end);
            return None;
        }
        let between = text.get(self.named?..name.start)?;
        let is_beside = between.len() <= LEAD_BYTES && between.chars().all(is_between_pairs);
        (is_beside && pairs::is_value_in_text(name.text))
            .then(|| value_from(text, start, assigns, name))
    }
}

fn is_worth_hiding(value: &str) -> bool {
    let says_none = |word: &&str| value.eq_ignore_ascii_case(word);
    value.contains(char::is_alphanumeric) && !NO_SECRETS.iter().any(says_none)
}

/// A name before a sign.
#[derive(Default)]
struct Name<'a> {
    text: &'a str,
    start: usize,
    /// What stands directly before it.
    lead: Option<char>,
    /// Whether it has quotes of its own, as in JSON.
    is_quoted: bool,
    /// The quote that opens before it and closes behind the value.
    quote: Option<char>,
    is_spaced: bool,
    /// How far from the beginning of its line, if it begins it.
    column: Option<usize>,
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
            start,
            lead,
            is_quoted,
            quote: lead.filter(|letter| is_quote(*letter) && !is_quoted),
            is_spaced: behind.ends_with([' ', '\t']),
            column: column(before),
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

pub(super) fn is_of_name(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

const fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '\'' | '`')
}

const fn ends_line(letter: char) -> bool {
    matches!(letter, '\n' | '\r')
}

/// Whether a letter may stand between a name and the value beside it.
const fn is_between_pairs(letter: char) -> bool {
    is_quote(letter) || ends_line(letter) || matches!(letter, ' ' | '\t' | ',' | ';' | '\\')
}

/// How far from the beginning of its line a name stands, if nothing is between, or what may be.
fn column(before: &str) -> Option<usize> {
    let near = before.floor_char_boundary(before.len().saturating_sub(LEAD_BYTES));
    let lead = match before[near..].rfind(ends_line) {
        Some(end) => &before[near + end + 1..],
        None if near == 0 => before,
        None => return None,
    };
    let bare = lead.trim_matches([' ', '\t', '-', '>', '"', '\'', '`']);
    let begins = LEADS.contains(&bare);
    begins.then(|| lead.trim_end_matches(is_quote).len())
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
        None if name.column.is_some() => ends_line(letter),
        None => letter.is_whitespace() || is_quote(letter),
    };
    let is_whole = !assigns && (name.column.is_some() || name.quote.is_some());
    let end = match is_whole {
        true => value.find(stops).map_or(text.len(), |at| start + at),
        false => bare_end(text, start, if assigns { '=' } else { ':' }, stops),
    };
    let column = name.column.filter(|_| is_whole);
    if let Some(block) = column.and_then(|column| blocks::below(text, start..end, column)) {
        return block;
    }
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
