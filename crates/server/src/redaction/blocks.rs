//! Values of YAML that stand in the lines below their name, further in than it: `password: |`.

use std::ops::Range;

/// The lines below a name, if `line`, which is what stands behind it, says that they are its value. They
/// stand further from the beginning of their line than the name does, which is `column` bytes.
pub(super) fn below(text: &str, line: Range<usize>, column: usize) -> Option<Range<usize>> {
    let mut at = line.end;
    if !opens(&text[line]) {
        return None;
    }
    let mut block: Option<Range<usize>> = None;
    for line in text[at..].split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        let content = content.trim_end();
        if !content.is_empty() {
            if indent <= column {
                break;
            }
            let start = block.map_or(at + indent, |block| block.start);
            block = Some(start..at + indent + content.len());
        }
        at += line.len();
    }
    block
}

/// Whether the value goes on below: `|`, `>-`, `!!binary |2 # why`.
fn opens(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let style = words.find(|word| !word.starts_with(['!', '&']));
    let style = style.and_then(|word| word.strip_prefix(['|', '>']));
    style.is_some_and(|rest| rest.chars().all(|c| matches!(c, '+' | '-' | '0'..='9')))
        && words.next().is_none_or(|word| word.starts_with('#'))
}
