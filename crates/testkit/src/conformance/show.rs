//! Steps, questions and answers on few lines, for the report of a failure.

use super::question::{Answer, Question};
use super::step::Step;
use daybook_model::aggregate::{BreakdownRequest, SeriesRequest};
use daybook_model::event::Form;
use daybook_model::field::Field;
use daybook_model::logstore::{TimelineRequest, Write};
use daybook_model::{Event, Filter, Query, Scope, Test, Value};

pub(super) fn step(step: &Step) -> String {
    match step {
        Step::Deliver(batch) => format!("deliver {}", self::batch(batch)),
        Step::Together(batches) => {
            let batches: Vec<String> = batches.iter().map(|batch| self::batch(batch)).collect();
            format!("deliver at once {}", batches.join("\n     and "))
        }
        Step::Redeliver(which) => format!("deliver {} earlier events again", which.len()),
        Step::Contradict(which) => format!("contradict {} earlier events", which.len()),
        Step::Ask(questions) => {
            let questions: Vec<String> = questions.iter().map(question).collect();
            format!("ask {}", questions.join("\n     and "))
        }
        Step::Reopen => "reopen".into(),
        Step::Crash(batch) => format!("crash while this is under way: {}", self::batch(batch)),
        Step::Remove(request, cut) => format!(
            "remove {:?} of {} before {}{}",
            request.removal,
            request.stream,
            request.before,
            cut_short(*cut)
        ),
        Step::Erase(request, cut) => {
            let names: Vec<&str> = request.fields.iter().map(|field| field.name).collect();
            let (names, of) = (names.join(", "), query(&request.query));
            format!("erase {names} of {of}{}", cut_short(*cut))
        }
        Step::Archive(request, cut) => {
            let (stream, before) = (request.stream, request.before);
            format!("archive {stream} before {before}{}", cut_short(*cut))
        }
        Step::Pause => "pause".into(),
    }
}

const fn cut_short(cut: bool) -> &'static str {
    if cut { ", reopened in between" } else { "" }
}

pub(super) fn batch(batch: &[Write]) -> String {
    let writes = batch.iter().map(|write| match write {
        Write::Append(event) => format!("\n     append {}", whole(event)),
        Write::Amend(event) => format!("\n     amend {}", whole(event)),
    });
    format!("a batch of {}{}", batch.len(), writes.collect::<String>())
}

pub(super) fn question(question: &Question) -> String {
    match question {
        Question::List(request) => format!(
            "list of {} sorted by {}{} offset {} limit {}",
            query(&request.query),
            if request.sort.descending { "-" } else { "" },
            request.sort.field.name,
            request.offset,
            request.limit
        ),
        Question::Timeline(request) => timeline(request),
        Question::Count(asked) => format!("count of {}", query(asked)),
        Question::Get(asked, id) => format!("event {id:?} of {}", query(asked)),
        Question::Values(asked, field, prefix, limit) => format!(
            "values of {} from {prefix:?}, {limit} of them, in {}",
            field.name,
            query(asked)
        ),
        Question::Histogram(request) => format!(
            "histogram of {} by {:?} every {} µs",
            query(&request.query),
            request.by.map(|field| field.name),
            request.interval_us
        ),
        Question::Summary(asked) => format!("summary of {}", query(asked)),
        Question::Breakdown(request) => breakdown(request),
        Question::Series(request) => series(request),
        Question::Walk(request) => format!(
            "walk over {} after {:?} in steps of {}, reading{}",
            query(&request.query),
            request.after.map(|(time, seq)| (time.to_string(), seq)),
            request.limit,
            request
                .fields
                .iter()
                .map(|field| format!(" {}", field.name))
                .collect::<String>()
        ),
        Question::Archived(stream) => format!("what is archived of {stream}"),
        Question::Stats => "stats".into(),
    }
}

fn timeline(request: &TimelineRequest) -> String {
    let queries: Vec<String> = request.queries.iter().map(query).collect();
    format!(
        "timeline of {}, {} first, offset {} limit {}",
        queries.join(" and "),
        if request.descending {
            "newest"
        } else {
            "oldest"
        },
        request.offset,
        request.limit
    )
}

fn breakdown(request: &BreakdownRequest) -> String {
    format!(
        "breakdown of {} by {} named by {:?} in order of {:?} offset {} limit {}{}",
        query(&request.query),
        request.by.name,
        request.name.map(|field| field.name),
        request.order,
        request.offset,
        request.limit,
        if request.quantiles {
            " with quantiles"
        } else {
            ""
        }
    )
}

fn series(request: &SeriesRequest) -> String {
    format!(
        "series of {} by {:?} named by {:?} every {} µs in order of {:?} limit {}",
        query(&request.query),
        request.by.map(|field| field.name),
        request.name.map(|field| field.name),
        request.interval_us,
        request.order,
        request.limit
    )
}

fn query(query: &Query) -> String {
    let mut text = query.stream.to_string();
    let times = [("from", query.from), ("to", query.to)];
    for (name, time) in times {
        text.extend(time.map(|time| format!(" {name}={time}")));
    }
    let filters = query
        .filters
        .iter()
        .map(|one| format!(" [{}]", filter(one)));
    text.extend(filters);
    text.extend(query.search.iter().map(|search| format!(" q={search:?}")));
    text.extend(query.as_of.map(|seq| format!(" as_of={seq}")));
    if let Scope::Own(owners) = &query.scope {
        let owners: Vec<String> = owners
            .iter()
            .map(|owner| format!("{} at {}", owner.user_id, owner.origin))
            .collect();
        text.push_str(&format!(" of [{}]", owners.join(", ")));
    }
    text
}

fn filter(filter: &Filter) -> String {
    let tests = filter.any.iter().map(|test| match test {
        Test::Present => "present".into(),
        Test::Is(value) => format!("= {}", shown(filter.field, value)),
        Test::StartsWith(start) => format!("starts with {start:?}"),
        Test::EndsWith(end) => format!("ends with {end:?}"),
        Test::Contains(part) => format!("contains {part:?}"),
        Test::Within(low, high) => format!("within {low}..={high}"),
    });
    let tests: Vec<String> = tests.collect();
    let not = if filter.negated { "not " } else { "" };
    format!("{} {not}({})", filter.field.name, tests.join(" or "))
}

fn shown(field: &Field, value: &Value) -> String {
    let mut text = String::new();
    value.as_ref().write_json(field.kind, &mut text);
    shortened(text)
}

pub(super) fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Page(page) => format!(
            "total {} as_of {} {}",
            page.total,
            page.as_of,
            names(&page.events)
        ),
        Answer::Count(count) => count.to_string(),
        Answer::Event(event) => names(event.as_deref()),
        Answer::Values(values) => format!("total {} {:?}", values.total, values.values),
        Answer::Histogram(histogram) => {
            let buckets = histogram.buckets.iter();
            let shown: Vec<String> = buckets
                .map(|bucket| format!("{}: {} {:?}", bucket.time, bucket.count, bucket.by))
                .collect();
            format!("[{}]", shown.join("; "))
        }
        Answer::Summary(summary) => format!("{summary:?}"),
        Answer::Breakdown(breakdown) => {
            let groups = breakdown
                .groups
                .iter()
                .map(|group| format!("\n     {group:?}"));
            format!("total {}{}", breakdown.total, groups.collect::<String>())
        }
        Answer::Series(answer) => {
            let series = answer
                .series
                .iter()
                .map(|series| format!("\n     {series:?}"));
            let series: String = series.collect();
            format!("{series}\n     other {:?}", answer.other)
        }
        Answer::Events(events) => names(events),
        Answer::Archived(periods) => format!("{periods:?}"),
        Answer::Stats(events) => format!("{events:?} events per stream"),
    }
}

fn names<'a>(events: impl IntoIterator<Item = &'a Event>) -> String {
    let events = events.into_iter();
    let shown: Vec<String> = events
        .map(|event| format!("{}:{}", event.seq, event.id))
        .collect();
    format!("{} events [{}]", shown.len(), shown.join(" "))
}

/// The first two events that differ at one place of two answers, whole.
pub(super) fn first_difference(a: &Answer, b: &Answer) -> Option<(String, String)> {
    let differs = events(a).into_iter().zip(events(b)).find(|(a, b)| a != b);
    differs.map(|(a, b)| (whole(a), whole(b)))
}

fn events(answer: &Answer) -> Vec<&Event> {
    match answer {
        Answer::Page(page) => page.events.iter().collect(),
        Answer::Event(event) => event.iter().map(|event| &**event).collect(),
        Answer::Events(events) => events.iter().collect(),
        _ => Vec::new(),
    }
}

fn whole(event: &Event) -> String {
    shortened(event.to_json(Form::Whole))
}

fn shortened(mut text: String) -> String {
    const BYTES_MAX: usize = 600;
    if text.len() > BYTES_MAX {
        text.truncate(text.floor_char_boundary(BYTES_MAX));
        text.push('…');
    }
    text
}
