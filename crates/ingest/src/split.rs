//! Splits a body into its elements before any is parsed, so that a malformed one rejects only
//! itself. Works on chunks as they arrive and holds one incomplete element at most.

use memchr::{memchr, memchr2, memchr3};

/// What some editors and exports put in front of UTF-8; it is no part of the text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How elements stand in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// By its first character: a JSON array, or objects one after the other (one, or many with
    /// white space between them).
    Json,
    /// One a line; blank lines do not count.
    Lines,
}

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Its position, from 0.
    pub index: usize,
    /// Its bytes without white space around them; `None` when it was too large to be held.
    pub bytes: Option<&'a [u8]>,
}

/// Why a body has no (further) elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// Nothing but white space.
    #[error("the body is empty")]
    Empty,
    /// It begins with neither `[` nor `{`.
    #[error("the body is neither a JSON array nor a JSON object")]
    NotJson,
    /// The array never ends.
    #[error("the body ends inside its JSON array")]
    Truncated,
    /// More after the end of the array.
    #[error("the body goes on after its JSON array")]
    Trailing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Array,
    AfterArray,
    BetweenValues,
    Value,
    Line,
}

/// Splits the chunks of one body.
#[derive(Debug)]
pub struct Splitter {
    place: Place,
    element_max: usize,
    /// The first bytes of the body, until it is clear whether they are a byte order mark.
    head: Option<Vec<u8>>,
    /// The beginning of an element whose end has not arrived.
    pending: Vec<u8>,
    /// Whether the current element passed `element_max` and is only skipped.
    skipping: bool,
    depth: usize,
    in_string: bool,
    escaped: bool,
    index: usize,
}

impl Splitter {
    /// A splitter for elements of at most so many bytes.
    pub const fn new(format: Format, element_max: usize) -> Self {
        Self {
            place: match format {
                Format::Json => Place::Start,
                Format::Lines => Place::Line,
            },
            element_max,
            head: Some(Vec::new()),
            pending: Vec::new(),
            skipping: false,
            depth: 0,
            in_string: false,
            escaped: false,
            index: 0,
        }
    }

    /// Bytes held for an element whose end has not arrived.
    pub const fn held_bytes(&self) -> usize {
        self.pending.capacity()
    }

    /// Position of the element that would come next.
    pub const fn next_index(&self) -> usize {
        self.index
    }

    /// Takes the next chunk and hands out the elements that end in it.
    ///
    /// # Errors
    /// When the body as a whole cannot be split further.
    pub fn push(
        &mut self,
        chunk: &[u8],
        sink: &mut dyn FnMut(Piece<'_>),
    ) -> Result<(), SplitError> {
        let Some(head) = &mut self.head else {
            return self.split(chunk, sink);
        };
        let missing = BYTE_ORDER_MARK.len() - head.len();
        let (more, rest) = chunk.split_at(chunk.len().min(missing));
        head.extend_from_slice(more);
        if head.len() < BYTE_ORDER_MARK.len() {
            return Ok(());
        }
        self.split_head(sink)?;
        self.split(rest, sink)
    }

    fn split_head(&mut self, sink: &mut dyn FnMut(Piece<'_>)) -> Result<(), SplitError> {
        let head = self.head.take().unwrap_or_default();
        self.split(head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head), sink)
    }

    fn split(&mut self, chunk: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> Result<(), SplitError> {
        let mut at = 0;
        while at < chunk.len() {
            let rest = &chunk[at..];
            at += match self.place {
                Place::Start | Place::BetweenValues => self.begin(rest)?,
                Place::AfterArray => match rest.iter().all(u8::is_ascii_whitespace) {
                    true => rest.len(),
                    false => return Err(SplitError::Trailing),
                },
                Place::Array => self.element(rest, sink),
                Place::Value => self.value(rest, sink),
                Place::Line => self.line(rest, sink),
            };
        }
        Ok(())
    }

    /// Hands out what the end of the body completes.
    ///
    /// # Errors
    /// When the end comes too early, or there was nothing.
    pub fn finish(mut self, sink: &mut dyn FnMut(Piece<'_>)) -> Result<(), SplitError> {
        self.split_head(sink)?;
        match self.place {
            Place::Start => Err(SplitError::Empty),
            Place::Array => Err(SplitError::Truncated),
            Place::AfterArray | Place::BetweenValues => Ok(()),
            // The parser says what is missing in an unfinished value or line.
            Place::Value | Place::Line => {
                self.hand_out(&[], true, sink);
                Ok(())
            }
        }
    }

    fn begin(&mut self, rest: &[u8]) -> Result<usize, SplitError> {
        let Some(at) = rest.iter().position(|byte| !byte.is_ascii_whitespace()) else {
            return Ok(rest.len());
        };
        (self.depth, self.in_string, self.escaped) = (0, false, false);
        match (self.place, rest[at]) {
            (Place::Start, b'[') => {
                self.place = Place::Array;
                Ok(at + 1)
            }
            (Place::BetweenValues, _) | (Place::Start, b'{') => {
                self.place = Place::Value;
                Ok(at)
            }
            _ => Err(SplitError::NotJson),
        }
    }

    /// An element of an array ends before `,` or `]` outside of anything nested.
    fn element(&mut self, rest: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        let mut at = 0;
        while at < rest.len() {
            if self.in_string {
                at += self.string(&rest[at..]);
                continue;
            }
            match rest[at] {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b']' if self.depth == 0 => {
                    // `[]` has no element, but `[1,]` has one that is missing.
                    self.hand_out(&rest[..at], self.index == 0, sink);
                    self.place = Place::AfterArray;
                    return at + 1;
                }
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                b',' if self.depth == 0 => {
                    self.hand_out(&rest[..at], false, sink);
                    return at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        self.hold(rest);
        rest.len()
    }

    /// An object ends with its last bracket; what is none ends with its line.
    fn value(&mut self, rest: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        let mut at = 0;
        while at < rest.len() {
            let byte = rest[at];
            if self.in_string {
                let length = self.string(&rest[at..]);
                // No string holds a line break: here the sender lost its closing quote.
                if let Some(end) = memchr(b'\n', &rest[at..at + length]) {
                    self.in_string = false;
                    return self.end_value(rest, at + end, sink);
                }
                at += length;
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return self.end_value(rest, at + 1, sink);
                    }
                }
                b'\n' if self.depth == 0 => return self.end_value(rest, at, sink),
                _ => {}
            }
            at += 1;
        }
        self.hold(rest);
        rest.len()
    }

    fn end_value(&mut self, rest: &[u8], end: usize, sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        self.hand_out(&rest[..end], true, sink);
        self.place = Place::BetweenValues;
        end
    }

    fn line(&mut self, rest: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> usize {
        match memchr(b'\n', rest) {
            Some(end) => {
                self.hand_out(&rest[..end], true, sink);
                end + 1
            }
            None => {
                self.hold(rest);
                rest.len()
            }
        }
    }

    /// Passes over (a part of) a string; returns its length here.
    fn string(&mut self, rest: &[u8]) -> usize {
        if std::mem::take(&mut self.escaped) {
            return 1;
        }
        // Values stop at line breaks, too; elsewhere the parser refuses those.
        let found = match self.place {
            Place::Value => memchr3(b'"', b'\\', b'\n', rest),
            _ => memchr2(b'"', b'\\', rest),
        };
        let Some(at) = found else {
            return rest.len();
        };
        match rest[at] {
            b'"' => self.in_string = false,
            b'\\' => self.escaped = true,
            _ => {}
        }
        at + 1
    }

    fn hold(&mut self, part: &[u8]) {
        if self.skipping || self.pending.len() + part.len() > self.element_max {
            self.skipping = true;
            self.pending = Vec::new();
        } else {
            self.pending.extend_from_slice(part);
        }
    }

    /// Ends the current element with its last part.
    fn hand_out(&mut self, part: &[u8], skip_blank: bool, sink: &mut dyn FnMut(Piece<'_>)) {
        let whole = if self.pending.is_empty() && part.len() <= self.element_max {
            part
        } else {
            self.hold(part);
            &self.pending
        };
        let bytes = whole.trim_ascii();
        if !(skip_blank && bytes.is_empty()) || self.skipping {
            sink(Piece {
                index: self.index,
                bytes: (!self.skipping).then_some(bytes),
            });
            self.index += 1;
        }
        self.skipping = false;
        self.pending.clear();
        if self.pending.capacity() > 1 << 20 {
            self.pending = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a body splits into, pushed in chunks of this size.
    fn split(
        format: Format,
        body: &str,
        chunk: usize,
    ) -> (Vec<Option<String>>, Result<(), SplitError>) {
        let mut pieces = Vec::new();
        let mut sink = |piece: Piece<'_>| {
            assert_eq!(piece.index, pieces.len());
            pieces.push(
                piece
                    .bytes
                    .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()),
            );
        };
        let mut splitter = Splitter::new(format, 40);
        for chunk in body.as_bytes().chunks(chunk) {
            if let Err(error) = splitter.push(chunk, &mut sink) {
                return (pieces, Err(error));
            }
        }
        let end = splitter.finish(&mut sink);
        (pieces, end)
    }

    #[track_caller]
    fn assert_split(format: Format, body: &str, pieces: &[&str], end: Result<(), SplitError>) {
        let pieces: Vec<_> = pieces
            .iter()
            .map(|piece| (*piece != "TOO LARGE").then(|| (*piece).to_owned()))
            .collect();
        for chunk in [1, 2, 3, 7, 1000] {
            assert_eq!(
                split(format, body, chunk),
                (pieces.clone(), end),
                "chunks of {chunk}"
            );
        }
    }

    #[test]
    fn a_malformed_element_of_an_array_stands_alone() {
        let body = r#" [ {"a":"],\"{"} , NaN,{"a":1 "b"},"\\", [1,[2]] ] "#;
        let pieces = [
            r#"{"a":"],\"{"}"#,
            "NaN",
            r#"{"a":1 "b"}"#,
            r#""\\""#,
            "[1,[2]]",
        ];
        assert_split(Format::Json, body, &pieces, Ok(()));
        assert_split(Format::Json, "[]", &[], Ok(()));
        assert_split(Format::Json, "[1,]", &["1", ""], Ok(()));
        assert_split(
            Format::Json,
            "[1,{\"a\"",
            &["1"],
            Err(SplitError::Truncated),
        );
        assert_split(Format::Json, "[1] x", &["1"], Err(SplitError::Trailing));
        assert_split(Format::Json, " \n", &[], Err(SplitError::Empty));
        assert_split(Format::Json, "hello", &[], Err(SplitError::NotJson));
    }

    #[test]
    fn objects_may_follow_each_other() {
        assert_split(
            Format::Json,
            "{\n \"a\": {}\n}",
            &["{\n \"a\": {}\n}"],
            Ok(()),
        );
        assert_split(
            Format::Json,
            "{\"a\":1}\nNaN\n{}{}",
            &["{\"a\":1}", "NaN", "{}", "{}"],
            Ok(()),
        );
        let body = "{\"a\":\"lost}\n{\"b\":1}\n{\"c\"";
        assert_split(
            Format::Json,
            body,
            &["{\"a\":\"lost}", "{\"b\":1}", "{\"c\""],
            Ok(()),
        );
    }

    #[test]
    fn lines_end_at_line_breaks_only() {
        assert_split(
            Format::Lines,
            "{}\r\n\n{\"a\n[1",
            &["{}", "{\"a", "[1"],
            Ok(()),
        );
        assert_split(Format::Lines, "", &[], Ok(()));
    }

    #[test]
    fn a_byte_order_mark_is_passed_over_where_the_body_begins() {
        assert_split(Format::Json, "\u{feff}[1]", &["1"], Ok(()));
        assert_split(Format::Json, "\u{feff}{}", &["{}"], Ok(()));
        assert_split(Format::Json, "\u{feff}", &[], Err(SplitError::Empty));
        assert_split(Format::Json, "[]", &[], Ok(()));
        assert_split(Format::Lines, "\u{feff}{}\n1", &["{}", "1"], Ok(()));
        assert_split(Format::Lines, "1\n\u{feff}2", &["1", "\u{feff}2"], Ok(()));
        // U+FEC4 begins with the same byte.
        assert_split(Format::Lines, "\u{fec4}", &["\u{fec4}"], Ok(()));
        assert_split(Format::Lines, "1", &["1"], Ok(()));
    }

    #[test]
    fn an_element_beyond_the_limit_is_skipped_and_counted() {
        let large = "x".repeat(60);
        let body = format!("[1,\"{large}\",2]");
        assert_split(Format::Json, &body, &["1", "TOO LARGE", "2"], Ok(()));
        let body = format!("1\n{large}\n2");
        assert_split(Format::Lines, &body, &["1", "TOO LARGE", "2"], Ok(()));
    }

    proptest! {
        #[test]
        fn chunks_make_no_difference(body in r#"[\[\]{},"\\a \n1:]{0,60}"#, chunk in 1_usize..9) {
            for format in [Format::Json, Format::Lines] {
                prop_assert_eq!(split(format, &body, chunk), split(format, &body, 1000));
            }
        }
    }
}
