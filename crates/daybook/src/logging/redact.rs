//! Takes secrets out of what is logged, whoever logged it. Nothing of ours logs one on purpose;
//! this is for causes from libraries, and for the day when something does.

use regex::{Captures, Regex};
use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::LazyLock;

/// Everything that looks like a secret. What is named `keep` stays, the rest becomes `…`.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    let gap = r"(?:\x1b\[[0-9;]*m)*";
    let pattern = [
        // API keys, whole or in part.
        r"(?P<a>dbk_)[0-9A-Za-z]+".to_owned(),
        // Values of Authorization.
        r"(?i)(?P<b>\b(?:bearer|basic) +)[A-Za-z0-9._~+/=-]+".to_owned(),
        // Fields and headers by name, also quoted, escaped or coloured.
        format!(
            r#"(?i)(?P<c>(?:pass(?:word|wd|phrase)|secret|token|ticket|cookie|authorization|api[_-]?key|_session){gap}[\\"]*{gap}\s*[:=]{gap}\s*{gap}[\\"]*)(?:(?:bearer|basic) +)?[^\s\\",;&}}\x1b]+"#
        ),
        // Name and password in an address.
        r"(?P<d>://)[^/\s:@]*:[^/\s@]+@".to_owned(),
        // 256 bits in base64: tokens of sessions and links.
        r"(?P<e>^|[^A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?P<f>[^A-Za-z0-9_-]|$)".to_owned(),
    ];
    Regex::new(&pattern.join("|")).expect("the pattern is valid")
});

/// The text without secrets.
pub(super) fn redacted(text: &str) -> Cow<'_, str> {
    SECRET.replace_all(text, |found: &Captures<'_>| {
        let keep = |name: &str| found.name(name).map_or("", |part| part.as_str());
        let before = ["a", "b", "c", "d", "e"].map(keep).concat();
        let at = if before == "://" { "@" } else { "" };
        format!("{before}…{at}{}", keep("f"))
    })
}

/// A log without secrets. Each line is written at once.
pub(super) struct Redacting<W>(pub(super) W);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.write_all(redacted(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_gone() {
        let token = "a-B_c".repeat(8) + "xyz";
        for (line, clean) in [
            ("key dbk_0aZ9 refused", "key dbk_… refused"),
            ("authorization: Bearer abc.DEF-1==", "authorization: …"),
            ("sent Basic cGs6ZGJr", "sent Basic …"),
            (
                r#""cookie": "daybook_session=abc; x=y""#,
                r#""cookie": "…; x=y""#,
            ),
            (
                r#"{"email":"a@b.c","password":"hunter2"}"#,
                r#"{"email":"a@b.c","password":"…"}"#,
            ),
            (r#"{\"password\":\"hunter2\"}"#, r#"{\"password\":\"…\"}"#),
            ("new_password=hunter2&x=1", "new_password=…&x=1"),
            ("x-api-key: 12345", "x-api-key: …"),
            ("setup_token = 12345 left", "setup_token = … left"),
            (
                "\u{1b}[3mtoken\u{1b}[0m\u{1b}[2m=\u{1b}[0mabc x",
                "\u{1b}[3mtoken\u{1b}[0m\u{1b}[2m=\u{1b}[0m… x",
            ),
            ("smtps://name:pass@mail.example", "smtps://…@mail.example"),
            (&format!("/setup#{token}"), "/setup#…"),
            (&format!("{token} and {token}"), "… and …"),
        ] {
            assert_eq!(redacted(line), clean);
        }
    }

    #[test]
    fn what_is_none_stays() {
        let hash = "0123456789abcdef".repeat(4);
        for line in [
            "request_id=0198f3a2-7c1e-7000-8000-000000000000 status=200",
            "the password is too short",
            "https://logs.example.com/a?b=c@d",
            "total_tokens 12 tokens: 12",
            "session_id=0198f3a2-7c1e-7000-8000-000000000000",
            hash.as_str(),
        ] {
            assert_eq!(redacted(line), line);
        }
    }
}
