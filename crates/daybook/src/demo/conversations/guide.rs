//! A conversation with a long answer: a guide of many sections, code and a table.

use super::Conversation;
use crate::demo::dice::Dice;
use std::fmt::Write;

/// Heading, advice, and how to know that it worked.
const STEPS: &[[&str; 3]] = &[
    [
        "Take stock",
        "List every job that reads or writes the old system, with its owner and how often it runs. Ask for the jobs nobody dares to name: the spreadsheet on the shared drive is one of them.",
        "Every job has a name next to it, and nobody says \"I think it is unused\" any more.",
    ],
    [
        "Measure before you move",
        "Record row counts, latencies and error rates for two weeks. You will need them when somebody feels that the new system is slower.",
        "You can answer \"how long did this take in September?\" with a figure.",
    ],
    [
        "Write to both",
        "Let the application write to the old and the new system in the same request. The old one stays the truth: when the new one fails, log it and go on.",
        "The difference between both, counted nightly, is zero or explained.",
    ],
    [
        "Copy the past",
        "Backfill in slices of a day, newest first, idempotent, with a pause that you can change while it runs. Newest first, because that is what people look at.",
        "Any slice can be repeated without a trace.",
    ],
    [
        "Compare",
        "Run every important query against both and compare results, not only counts. Rounding, time zones and empty strings are where they differ.",
        "A week without an unexplained difference.",
    ],
    [
        "Read from the new one",
        "Switch readers one by one, behind a flag, starting with the one that complains least. Keep the flag for a month.",
        "The flag was flipped back once, on purpose, and nothing broke.",
    ],
    [
        "Let go",
        "Stop writing to the old system, keep it readable for a quarter, then archive and delete it. Put the date into the calendar now; otherwise it stays for ever.",
        "The invoice for the old system is zero.",
    ],
    [
        "Tell people",
        "Write to the users before each step: what changes, when, what they have to do (usually nothing) and whom to ask.",
        "Nobody learned about the move from an error message.",
    ],
    [
        "Plan the way back",
        "For every step, write down how to undo it and until when that is possible. Try it once, on a quiet afternoon.",
        "The way back has been walked by someone who did not write it.",
    ],
    [
        "Mind the permissions",
        "Copy roles as they should be, not as they are. A move is the one moment at which nobody minds losing access they never used.",
        "The list of administrators fits on a business card.",
    ],
];

const MOVES: &[[&str; 2]] = &[
    ["our order history", "a column store"],
    ["the customer master data", "PostgreSQL"],
    ["the document archive", "object storage"],
    ["the nightly jobs", "a workflow engine"],
    ["the search index", "a hosted search"],
];

pub(super) fn draw(dice: &mut Dice) -> Conversation {
    let [what, target] = dice.pick(MOVES);
    let (weeks, first) = (dice.between(6, 20), dice.index(STEPS.len()));
    let count = dice.index(5) + 5;
    let mut text = format!(
        "# Moving {what} to {target} without an outage\n\nThe plan below takes about **{weeks} weeks** for a team of three. It never needs a \
         night shift, because at every moment both systems work and every step can be undone.\n\n| step | who | reversible |\n|---|---|---|\n"
    );
    let steps: Vec<_> = (0..count)
        .map(|step| STEPS[(first + step) % STEPS.len()])
        .collect();
    for (number, [heading, ..]) in (1..).zip(&steps) {
        let who = dice.pick(&["platform", "data", "product and platform", "everybody"]);
        writeln!(
            text,
            "| {number}. {heading} | {who} | {} |",
            if number < count { "yes" } else { "no" }
        )
        .expect("writing to a text cannot fail");
    }
    for (number, [heading, advice, proof]) in (1..).zip(&steps) {
        write!(
            text,
            "\n## {number}. {heading}\n\n{advice}\n\n*Done when:* {proof}\n"
        )
        .expect("writing to a text cannot fail");
    }
    text.push_str(
        "\n## A query to compare both\n\n```sql\nWITH old AS (SELECT day, count(*) AS n, sum(total) AS total FROM old_orders GROUP BY day),\n     \
         new AS (SELECT day, count(*) AS n, sum(total) AS total FROM new_orders GROUP BY day)\nSELECT day, old.n, new.n, old.total - new.total AS difference\n\
         FROM old FULL JOIN new USING (day)\nWHERE old.n IS DISTINCT FROM new.n OR old.total IS DISTINCT FROM new.total\nORDER BY day DESC;\n```\n\n\
         ## What usually goes wrong\n\n1. The backfill and the double writing overlap and count events twice. Idempotent ids prevent it.\n\
         2. Somebody switches readers before the comparison was clean. The flag makes this a small mistake.\n\
         3. The old system is never switched off. Hence the date in the calendar.\n",
    );
    Conversation::new("You are a patient staff engineer. When asked for a plan, write all of it, so that a new colleague could follow.")
        .ask(format!("We want to move {what} to {target}. About 400 million rows, no downtime allowed. How would you do it?"))
        .thinking(format!(
            "They need order, safety and a way back rather than tool advice. Double writing, backfill, compare, switch, let go. \
             {weeks} weeks is realistic for three people. A comparison query will save them an argument."
        ))
        .answer(text)
}
