//! Substring search over free text: every three consecutive characters of the folded text are
//! a token, at the position of the first. A text shorter than three is one token.

use daybook_model::fold::fold;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Splits text into trigrams.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trigrams {
    folded: String,
    /// Byte offsets of the characters, and the end.
    offsets: Vec<usize>,
    token: Token,
}

impl Tokenizer for Trigrams {
    type TokenStream<'a> = TrigramStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TrigramStream<'a> {
        self.folded = fold(text);
        self.offsets.clear();
        self.offsets
            .extend(self.folded.char_indices().map(|(at, _)| at));
        self.offsets.push(self.folded.len());
        TrigramStream {
            source: self,
            next: 0,
        }
    }
}

/// The trigrams of one text.
#[derive(Debug)]
pub(crate) struct TrigramStream<'a> {
    source: &'a mut Trigrams,
    next: usize,
}

impl TokenStream for TrigramStream<'_> {
    fn advance(&mut self) -> bool {
        let Trigrams {
            folded,
            offsets,
            token,
        } = &mut *self.source;
        let characters = offsets.len() - 1;
        let end = self.next + 3.min(characters);
        if end > characters || characters == 0 {
            return false;
        }
        token.position = self.next;
        (token.offset_from, token.offset_to) = (offsets[self.next], offsets[end]);
        token.text.clear();
        token
            .text
            .push_str(&folded[offsets[self.next]..offsets[end]]);
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.source.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.source.token
    }
}

/// The trigrams of a folded search text of at least three characters.
pub(crate) fn trigrams(folded: &str) -> Vec<String> {
    let characters: Vec<char> = folded.chars().collect();
    characters
        .windows(3)
        .map(|window| window.iter().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut splitter = Trigrams::default();
        let mut stream = splitter.token_stream(text);
        std::iter::from_fn(|| stream.next().map(|token| token.text.clone())).collect()
    }

    #[test]
    fn splits_by_character() {
        assert_eq!(tokens("AbÇd"), ["abç", "bçd"]);
        assert_eq!(tokens("日本"), ["日本"]);
        assert_eq!(tokens("abc"), trigrams("abc"));
        assert!(tokens("").is_empty());
    }
}
