//! A document that cannot be vectorized: the job is started again and again, each time after a
//! longer pause, and its embedding calls time out. All of it carries the upload's request id.

use crate::demo::call_errors::Failure;
use crate::demo::company::Company;
use crate::demo::deeds::{Actor, Deed};
use crate::demo::dice::Dice;
use crate::demo::models;
use crate::demo::platform_events::Report;
use crate::demo::record::Trail;
use crate::demo::recorded_call::{Call, Caller};
use crate::demo::timeline::MINUTE_US;
use daybook_model::{Event, Timestamp};
use serde_json::json;

const DOCUMENT: [&str; 3] = ["document", "d_9", "test.doc"];
const JOB: &str = "vec-7781";
/// Calls per attempt.
const TRIES: i64 = 3;

pub(super) fn tell(company: &Company, dice: &mut Dice, out: &mut Vec<Event>) {
    let trail = Trail::new(dice);
    let uploaded = company.timeline.uploaded;
    let owner = company.people.by_email("ana.ruiz@example.com");
    let deed = Deed::new("document.uploaded", "upload", DOCUMENT)
        .within(["dataset", "ds_4", "TestDataSet"])
        .at(owner.workspace)
        .noting(json!({"size_bytes": 48_811_520, "pages": 2_914}));
    out.push(deed.record(Actor::Member(owner), &trail, uploaded, dice));
    let report = Report::new("info", "file-processor", "file.parsed", DOCUMENT)
        .saying("test.doc: 2914 pages read, 1 table of 2911 pages");
    out.push(report.record(Some(&trail), uploaded.plus_us(MINUTE_US), dice));

    let mut start = uploaded.plus_us(2 * MINUTE_US);
    let mut pause_us = 10 * MINUTE_US;
    for attempt in 1.. {
        if start.plus_us(5 * MINUTE_US) > company.now {
            break;
        }
        self::attempt(company, &trail, start, attempt, dice, out);
        start = start.plus_us(pause_us + dice.between(0, MINUTE_US));
        pause_us = (pause_us * 2).min(4 * Timestamp::HOUR_US);
    }
}

fn attempt(
    company: &Company,
    trail: &Trail,
    start: Timestamp,
    attempt: i64,
    dice: &mut Dice,
    out: &mut Vec<Event>,
) {
    let report = |level, event, text: &str, time, dice: &mut Dice| {
        let report = Report::new(level, "vectorizer", event, DOCUMENT)
            .saying(text)
            .noting(json!({"job": JOB, "attempt": attempt, "dataset": "TestDataSet"}));
        report.record(Some(trail), time, dice)
    };
    let text = format!("{JOB}: attempt {attempt}, 6204 chunks of test.doc in 13 batches");
    out.push(report("info", "job.started", &text, start, dice));
    let mut time = start.plus_us(3 * Timestamp::SECOND_US);
    for number in 1..=TRIES {
        let latency_ms = 30_000 + dice.between(1, 60);
        out.push(timed_out(company, trail, time, latency_ms).record(company, dice));
        time = time.plus_us(latency_ms * 1_000);
        if number < TRIES {
            let text = format!(
                "{JOB}: embedding call {number} of {TRIES} timed out on batch 7, trying again"
            );
            out.push(report("warning", "job.retried", &text, time, dice));
        }
        time = time.plus_us(number * 10 * Timestamp::SECOND_US);
    }
    let text =
        format!("{JOB}: attempt {attempt} failed, embedding call timed out after {TRIES} tries");
    out.push(report("error", "job.failed", &text, time, dice));
}

fn timed_out<'a>(
    company: &'a Company,
    trail: &Trail,
    time: Timestamp,
    latency_ms: i64,
) -> Call<'a> {
    let key = company.keys.by_name("vectorizer");
    let model = models::by_name("bge-m3");
    let message = "upstream timeout: vllm-local did not embed 512 chunks (1 of them 61 873 tokens) within 30 s";
    Call {
        trail: trail.clone(),
        time,
        caller: Caller::Program(key, key.owner(&company.people)),
        model,
        route: &model.routes[0],
        failure: Some(Failure::upstream(504, message, latency_ms)),
    }
}
