//! The tokens of a call, made consistent: every detail is a part of its whole, as the conventions
//! demand, whatever the provider counts.

use daybook_model::Event;

/// Token counts as reported; `None` is not reported, which zero is not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) input: Option<i64>,
    pub(crate) output: Option<i64>,
    pub(crate) total: Option<i64>,
    pub(crate) cache_read: Option<i64>,
    pub(crate) cache_write: Option<i64>,
    pub(crate) reasoning: Option<i64>,
}

impl Tokens {
    /// Sets the event's token fields.
    pub(crate) fn apply(self, event: &mut Event) {
        let tokens = self.consistent();
        let fields = [
            ("input_tokens", tokens.input),
            ("output_tokens", tokens.output),
            ("total_tokens", tokens.total),
            ("cache_read_tokens", tokens.cache_read),
            ("cache_write_tokens", tokens.cache_write),
            ("reasoning_tokens", tokens.reasoning),
        ];
        for (name, count) in fields {
            if let Some(count) = count {
                event.set_integer(name, count);
            }
        }
    }

    /// Some providers count cached tokens beside the input (Anthropic) and reasoning beside the
    /// output (Gemini). Two signs tell: the parts exceed the whole, or the reported total is the
    /// sum of whole and parts. Then the parts are added to the whole, never where the numbers are
    /// sound without. Negative counts are none.
    fn consistent(self) -> Self {
        let known = |count: Option<i64>| count.filter(|count| *count >= 0);
        let mut tokens = Self {
            input: known(self.input),
            output: known(self.output),
            total: known(self.total),
            cache_read: known(self.cache_read),
            cache_write: known(self.cache_write),
            reasoning: known(self.reasoning),
        };
        let part = |count: Option<i64>| count.unwrap_or(0);
        let cached = part(tokens.cache_read).saturating_add(part(tokens.cache_write));
        let reasoning = part(tokens.reasoning);
        let exceeds = |part: i64, whole: Option<i64>| whole.is_some_and(|whole| part > whole);
        let cached_exceeds = exceeds(cached, tokens.input);
        let reasoning_exceeds = exceeds(reasoning, tokens.output);
        let is_total = |(cached_beside, reasoning_beside): &(bool, bool)| {
            let beside = |is: bool, count: i64| i128::from(if is { count } else { 0 });
            let (Some(input), Some(output), Some(total)) =
                (tokens.input, tokens.output, tokens.total)
            else {
                return false;
            };
            let sum = i128::from(input) + i128::from(output);
            sum + beside(*cached_beside, cached) + beside(*reasoning_beside, reasoning)
                == i128::from(total)
        };
        // Fewest repairs first.
        let readings = [(false, false), (true, false), (false, true), (true, true)];
        let mut possible = readings
            .into_iter()
            .filter(|(c, r)| (*c || !cached_exceeds) && (*r || !reasoning_exceeds));
        let (cached_beside, reasoning_beside) = possible
            .find(is_total)
            .unwrap_or((cached_exceeds, reasoning_exceeds));
        if cached_beside {
            tokens.input = tokens.input.map(|input| input.saturating_add(cached));
        }
        if reasoning_beside {
            tokens.output = tokens.output.map(|output| output.saturating_add(reasoning));
        }
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::Tokens;

    /// input, output, total, cache read, cache write, reasoning
    fn counts(of: [i64; 6]) -> Tokens {
        let known = |count: i64| (count != -1).then_some(count);
        let [input, output, total, cache_read, cache_write, reasoning] = of.map(known);
        Tokens {
            input,
            output,
            total,
            cache_read,
            cache_write,
            reasoning,
        }
    }

    #[test]
    fn parts_are_inside_their_whole() {
        let cases = [
            ("inside", [120, 45, 165, 64, -1, 20], (Some(120), Some(45))),
            ("zeros stay", [14, 3, 17, 0, 0, 0], (Some(14), Some(3))),
            ("absent stays absent", [-1, -1, 9, -1, -1, 5], (None, None)),
            (
                "cache beside a small input",
                [10, 5, -1, 900, 100, -1],
                (Some(1010), Some(5)),
            ),
            (
                "cache beside, told by the total",
                [100, 5, 135, 20, 10, -1],
                (Some(130), Some(5)),
            ),
            (
                "thoughts beside the answer",
                [10, 5, -1, -1, -1, 50],
                (Some(10), Some(55)),
            ),
            (
                "thoughts beside, told by the total",
                [10, 50, 75, -1, -1, 15],
                (Some(10), Some(65)),
            ),
            (
                "both beside",
                [100, 50, 195, 30, -1, 15],
                (Some(130), Some(65)),
            ),
            (
                "only the thoughts are beside, though the cache is as large",
                [60, 5, 115, 50, -1, 50],
                (Some(60), Some(55)),
            ),
            (
                "no overflow",
                [5, 1, -1, i64::MAX, i64::MAX, -1],
                (Some(i64::MAX), Some(1)),
            ),
        ];
        for (name, reported, expected) in cases {
            let tokens = counts(reported).consistent();
            assert_eq!((tokens.input, tokens.output), expected, "{name}");
        }
        let negative = Tokens {
            input: Some(-5),
            ..Tokens::default()
        };
        assert_eq!(negative.consistent(), Tokens::default());
    }
}
