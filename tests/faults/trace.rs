//! What strace recorded: system calls in the order of time. A call spans two lines when others
//! happened meanwhile; line numbers are the clock.

use std::collections::HashMap;
use std::path::Path;

/// A completed call, or one that its process did not outlive.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Name of the thread.
    pub(crate) thread: String,
    pub(crate) process: u32,
    pub(crate) name: String,
    /// The text between the parentheses.
    pub(crate) arguments: String,
    /// The text after the equals sign.
    pub(crate) result: String,
    /// Lines at which it began and ended.
    pub(crate) began: usize,
    pub(crate) ended: usize,
}

impl Call {
    /// Whether the system did what was asked.
    pub(crate) fn succeeded(&self) -> bool {
        !self.result.starts_with(['-', '?'])
    }
}

/// The text of a record; bytes that are no text do not occur in it, strace escapes them.
pub(crate) fn read(record: &Path) -> Vec<Call> {
    let text = std::fs::read_to_string(record).unwrap();
    let mut calls = Vec::new();
    // By process: threads have numbers of their own.
    let mut open: HashMap<&str, (usize, &str)> = HashMap::new();
    for (at, line) in text.lines().enumerate() {
        let Some((thread, call)) = line.split_once("> ") else {
            continue;
        };
        let call = call.trim_start();
        if let Some(begun) = call.strip_suffix(" <unfinished ...>") {
            open.insert(thread, (at, begun));
        } else if let Some(rest) = call.strip_prefix("<... ") {
            let (Some((began, begun)), Some((_, rest))) =
                (open.remove(thread), rest.split_once(" resumed>"))
            else {
                continue;
            };
            calls.extend(parse(thread, &format!("{begun}{rest}"), began, at));
        } else {
            calls.extend(parse(thread, call, at, at));
        }
    }
    for (thread, (began, begun)) in open {
        calls.extend(parse(thread, &format!("{begun}) = ?"), began, usize::MAX));
    }
    calls.sort_by_key(|call| (call.ended, call.began));
    calls
}

fn parse(thread: &str, text: &str, began: usize, ended: usize) -> Option<Call> {
    let (process, thread) = thread.split_once('<')?;
    let (name, rest) = text.split_once('(')?;
    let (arguments, result) = rest.rmatch_indices(" = ").find_map(|(at, equals)| {
        let arguments = rest[..at].trim_end().strip_suffix(')')?;
        Some((arguments, &rest[at + equals.len()..]))
    })?;
    Some(Call {
        thread: thread.into(),
        process: process.parse().ok()?,
        name: name.into(),
        arguments: arguments.into(),
        result: result.into(),
        began,
        ended,
    })
}
