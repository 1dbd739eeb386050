//! Texts regardless of case: simple case folding as Unicode's `CaseFolding.txt` has it (statuses C
//! and S), which maps each character to one character, whatever stands around it. So `Σ`, `σ` and
//! `ς` are one letter everywhere in a word.

/// The folded text.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(fold_char).collect()
}

/// The folded character: its lower case, unless the table says otherwise.
fn fold_char(letter: char) -> char {
    match letter {
        '\0'..='\x7f' => letter.to_ascii_lowercase(),
        'µ' => 'μ',
        'ſ' => 's',
        '\u{345}' | '\u{1fbe}' => 'ι',
        'ς' => 'σ',
        'ϐ' => 'β',
        'ϑ' => 'θ',
        'ϕ' => 'φ',
        'ϖ' => 'π',
        'ϰ' => 'κ',
        'ϱ' => 'ρ',
        'ϵ' => 'ε',
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        'ẛ' => 'ṡ',
        'ﬅ' => 'ﬆ',
        // Cherokee folds to its older letters, which are the large ones.
        '\u{13a0}'..='\u{13f5}' => letter,
        '\u{13f8}'..='\u{13fd}' => moved(letter, -8),
        '\u{ab70}'..='\u{abbf}' => moved(letter, -38_864),
        // Old forms of Cyrillic letters.
        '\u{1c80}' => 'в',
        '\u{1c81}' => 'д',
        '\u{1c82}' => 'о',
        '\u{1c83}' => 'с',
        '\u{1c84}' | '\u{1c85}' => 'т',
        '\u{1c86}' => 'ъ',
        '\u{1c87}' => 'ѣ',
        '\u{1c88}' => 'ꙋ',
        _ => {
            let mut lower = letter.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(one), None) => one,
                _ => letter,
            }
        }
    }
}

fn moved(letter: char, by: i32) -> char {
    let moved = u32::from(letter).checked_add_signed(by);
    moved.and_then(char::from_u32).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_one_whatever_their_case_and_place() {
        assert_eq!(fold("ΟΔΟΣ ς"), "οδοσ σ");
        assert_eq!(fold("STRAẞE ſ K İ"), "straße s k İ");
        assert_eq!(fold("Ꭰꭰ Ᏸᏸ"), "ᎠᎠ ᏰᏰ");
        assert_eq!(fold("ABC-1"), "abc-1");
    }

    #[test]
    fn folding_keeps_the_number_of_letters_and_is_done_at_once() {
        for letter in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
            let folded = fold_char(letter);
            assert_eq!(fold_char(folded), folded, "{letter:?}");
        }
    }
}
