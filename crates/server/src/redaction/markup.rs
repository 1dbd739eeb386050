//! What elements of XML with a secret's name hold: `<password>…</password>`. Attributes are assignments.

use super::assigned::is_of_name;
use super::is_secret_name;
use std::ops::Range;

const RAW: &str = "<![CDATA[";
const RAW_END: &str = "]]>";

/// The text of the element whose first tag ends here, if the name is a secret's and the last tag follows.
/// A name in angle brackets alone, as in `login <user> <password>`, is no element.
pub(super) fn content(text: &str, tag_end: usize) -> Option<Range<usize>> {
    let name = opened(text, tag_end).filter(|name| is_secret_name(name))?;
    let inside = text[tag_end + 1..].trim_start();
    let start = text.len() - inside.len();
    if let Some(raw) = inside.strip_prefix(RAW) {
        let start = start + RAW.len();
        // A text that was cut may not have the end.
        return Some(start..start + raw.find(RAW_END).unwrap_or(raw.len()));
    }
    let (content, behind) = inside.split_at(inside.find('<')?);
    let closed = behind.strip_prefix("</")?.strip_prefix(name)?;
    let is_closed = closed.trim_start().starts_with('>');
    is_closed.then(|| start..start + content.trim_end().len())
}

/// The name in the tag that ends here, if it opens an element.
fn opened(text: &str, tag_end: usize) -> Option<&str> {
    let before = &text[..tag_end];
    let tag = before[before.rfind(['<', '>'])?..].strip_prefix('<')?;
    let name = tag.split(char::is_whitespace).next()?;
    let is_name = name
        .chars()
        .all(|letter| letter == ':' || is_of_name(letter));
    (is_name && !tag.ends_with('/')).then_some(name)
}
