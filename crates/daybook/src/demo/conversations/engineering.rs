//! Conversations of people and programs who build software.

use super::tools::{READ_FILE, RUN_SQL, RUN_TESTS};
use super::{Conversation, Scenario};
use crate::demo::dice::Dice;
use serde_json::json;

pub(super) const CODE: &[Scenario] = &[
    review,
    failing_test,
    failing_test,
    kubernetes,
    regex,
    borrow_checker,
];
pub(super) const WAREHOUSE: &[Scenario] = &[sql];
pub(super) const SUMMARIES: &[Scenario] = &[build_log, build_log, build_log, commits];

const SERVICES: &[&str] = &[
    "checkout",
    "inventory",
    "search-api",
    "mailer",
    "auth-proxy",
    "pricing",
    "image-resizer",
];

fn review(dice: &mut Dice) -> Conversation {
    let service = dice.pick(SERVICES);
    let limit = dice.pick(&[50, 100, 500]);
    Conversation::new(
        "You review pull requests. Name real defects only, most severe first, each with file and line. \
         If the change is fine, say so in one sentence.",
    )
    .ask(format!(
        "PR: {service}: retry failed deliveries\n\n```diff\n--- a/src/delivery.rs\n+++ b/src/delivery.rs\n\
         @@ -41,6 +41,14 @@ impl Outbox {{\n+    pub async fn retry(&self) -> Result<usize> {{\n\
         +        let failed = self.store.failed({limit}).await?;\n+        for mail in &failed {{\n\
         +            self.send(mail).await.ok();\n+            self.store.mark_sent(mail.id).await?;\n\
         +        }}\n+        Ok(failed.len())\n+    }}\n```"
    ))
    .thinking(
        "The result of send is dropped with ok(), and mark_sent follows regardless, so failed mails count as \
         sent. The loop also stops at the first store error and there is no upper bound on attempts per mail.",
    )
    .answer(format!(
        "**1. Lost mails (high)** — `src/delivery.rs:45`: `.ok()` throws the error of `send` away and line 46 marks \
         the mail as sent anyway. A mail that fails twice is gone.\n\n```rust\nmatch self.send(mail).await {{\n    \
         Ok(()) => self.store.mark_sent(mail.id).await?,\n    Err(error) => self.store.mark_failed(mail.id, &error).await?,\n}}\n```\n\n\
         **2. No end to retries (medium)**: a mail with an invalid address comes back in every batch of {limit} and \
         starves the others. Count attempts and give up after five.\n\nThe rest looks good."
    ))
}

fn sql(dice: &mut Dice) -> Conversation {
    let (what, column) = dice.pick(&[
        ("revenue per country", "country"),
        ("returns per warehouse", "warehouse"),
        ("new customers per channel", "channel"),
    ]);
    let query = format!(
        "SELECT {column}, count(*) AS orders, sum(total) AS total\nFROM orders\nWHERE created_at >= date_trunc('month', now())\nGROUP BY {column}\nORDER BY total DESC\nLIMIT 10"
    );
    let rows: Vec<_> = dice
        .pick(&[["DE", "FR", "JP"], ["north", "south", "east"], ["search", "mail", "friends"]])
        .iter()
        .map(|name| json!({column: name, "orders": dice.between(80, 9_000), "total": dice.between(4_000, 900_000)}))
        .collect();
    let talk = Conversation::new(
        "You answer questions about the warehouse (PostgreSQL). Table orders(id, created_at, total, country, warehouse, \
         channel, customer_id). Always run the query before you state a figure.",
    )
    .ask(format!("Top 10 {what} this month?"));
    if dice.chance(0.3) {
        return talk.calls(&RUN_SQL, json!({"sql": query}), dice);
    }
    let table: Vec<_> = rows
        .iter()
        .map(|row| {
            format!(
                "| {} | {} | {} |",
                row[column].as_str().unwrap_or_default(),
                row["orders"],
                row["total"]
            )
        })
        .collect();
    talk.used(&RUN_SQL, json!({"sql": query}), &json!(rows), dice).answer(format!(
        "So far this month:\n\n| {column} | orders | total |\n|---|---:|---:|\n{}\n\nOnly three values have orders yet.",
        table.join("\n")
    ))
}

fn failing_test(dice: &mut Dice) -> Conversation {
    let service = dice.pick(SERVICES);
    let path = format!("services/{service}/rates.py");
    let source = "def to_cents(amount: str) -> int:\n    return int(float(amount) * 100)\n";
    let failure =
        "FAILED test_rates.py::test_to_cents - assert 1998 == 1999\n  to_cents('19.99') -> 1998";
    Conversation::new(
        "You are a coding agent in a repository. Read before you change, run tests after you change, explain in \
         two sentences.",
    )
    .ask(format!("test_to_cents fails in {service}, can you fix it?"))
    .used(&RUN_TESTS, json!({"filter": "to_cents"}), &json!(failure), dice)
    .used(&READ_FILE, json!({"path": path}), &json!(source), dice)
    .thinking("19.99 has no exact binary form: 19.99 * 100 is 1998.9999…, and int() cuts it off.")
    .answer(format!(
        "`float('19.99') * 100` is 1998.9999…, and `int` truncates. Money should never pass through a float:\n\n\
         ```python\nfrom decimal import Decimal\n\n\ndef to_cents(amount: str) -> int:\n    return int((Decimal(amount) * 100).to_integral_exact())\n```\n\n\
         `to_integral_exact` also makes a third decimal an explicit choice instead of a silent cut. Change `{path}` \
         and the test passes."
    ))
}

fn kubernetes(dice: &mut Dice) -> Conversation {
    let service = dice.pick(SERVICES);
    let restarts = dice.between(4, 60);
    Conversation::new("You are an experienced site reliability engineer. Short answers, commands ready to paste.")
        .ask(format!("{service} pods restart all the time, {restarts} restarts since noon. where do I start?"))
        .said(format!(
            "Find out who kills them:\n\n```sh\nkubectl describe pod -l app={service} | grep -A5 'Last State'\n```\n\n\
             `OOMKilled` means memory, exit code 1 a crash, exit code 137 without OOM usually a failed liveness probe."
        ))
        .ask("Last State: Terminated, Reason: Error, Exit Code: 137, Liveness probe failed: context deadline exceeded")
        .answer(format!(
            "The probe times out, the process itself is fine. Two likely reasons:\n\n1. The health route does real work \
             (a database call?). Let `/healthz` answer without any.\n2. The CPU limit throttles start-up. Check with:\n\n\
             ```sh\nkubectl top pod -l app={service}\nkubectl get deploy {service} -o jsonpath='{{.spec.template.spec.containers[0].resources}}'\n```\n\n\
             As a first aid, raise `timeoutSeconds` from 1 to 5; then fix the route."
        ))
}

fn commits(dice: &mut Dice) -> Conversation {
    let (major, minor) = (dice.between(2, 7), dice.between(0, 40));
    let changes = [
        "fix: basket lost its items after signing in",
        "feat: pay by invoice",
        "perf: product pages render 40 % sooner",
        "chore: bump base image",
        "fix: wrong VAT for Northern Ireland",
        "refactor: split price service",
        "docs: explain webhooks",
    ];
    let first = dice.index(3);
    Conversation::new("Write release notes for customers from commit subjects. Leave out what they cannot notice.")
        .ask(format!("Release {major}.{minor}\n\n{}", changes[first..].join("\n")))
        .answer(format!(
            "## {major}.{minor}\n\n* Product pages appear 40 % sooner.\n* Orders to Northern Ireland are taxed correctly.\n\
             * The guide now explains webhooks, with examples in three languages."
        ))
}

fn regex(dice: &mut Dice) -> Conversation {
    let pattern = dice.pick(&[
        r"^(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])$",
        r"(?i)\b(err(or)?|fail(ed|ure)?)\b.{0,80}?(\d{3})",
        r#"^"(?:[^"\\]|\\.)*"$"#,
    ]);
    Conversation::new("Explain things to a junior developer, step by step, without talking down.")
        .ask(format!("what does this do?  `{pattern}`"))
        .answer(format!(
            "Read `{pattern}` from left to right:\n\n* anchors and word boundaries say **where** a match may begin and end;\n\
             * the parentheses group alternatives, `(?: … )` without remembering them, `(?P<name> … )` under a name;\n\
             * `{{…}}` and `*` say **how often** the part before them may repeat, and a `?` after them means *as few as possible*.\n\n\
             Paste a few lines you expect to match and a few you don't, and we can test it together."
        ))
}

fn borrow_checker(dice: &mut Dice) -> Conversation {
    let kind = dice.pick(&[
        "HashMap<String, Vec<Event>>",
        "BTreeMap<u64, String>",
        "Vec<Option<Job>>",
    ]);
    Conversation::new("You help with Rust. Show the smallest code that compiles, then why.")
        .ask(format!(
            "why can I not change a {kind} here? error[E0502]: cannot borrow `cache` as mutable because it is also borrowed as immutable\n\n```rust\n\
             let cache: &mut {kind} = …;\nlet first = cache.get(&key);\nif first.is_none() {{\n    cache.insert(key, load());\n}}\nuse_it(first);\n```"
        ))
        .answer(
            "`first` borrows from `cache` until `use_it`, so nothing may change `cache` in between. Insert first, borrow \
             afterwards; the entry API does both in one look-up:\n\n```rust\nlet first = cache.entry(key).or_insert_with(load);\nuse_it(first);\n```\n\n\
             `or_insert_with` only calls `load` when the key is missing.",
        )
}

fn build_log(dice: &mut Dice) -> Conversation {
    let service = dice.pick(SERVICES);
    let build = dice.between(4_000, 9_999);
    let lines: Vec<_> = (1..dice.between(12, 60))
        .map(|step| {
            let state = dice.pick(&["ok", "ok", "ok", "ok", "warning: deprecated", "retried"]);
            format!(
                "[{service} #{build}] step {step:>2} {state} in {} ms",
                dice.between(90, 60_000)
            )
        })
        .collect();
    Conversation::new(
        "Summarise a build log for the team channel in at most five lines: what was built, what was slow, what to look at.",
    )
    .ask(format!("{}\n[{service} #{build}] finished", lines.join("\n")))
    .answer(format!(
        "**{service} #{build}** passed.\n- {} steps, a few were retried; nothing failed for good.\n- Deprecation warnings \
         remain; they will become errors with the next compiler.\n- Slowest: the integration tests, as every day this week.",
        lines.len()
    ))
}
