//! Conversations of an ordinary working day: notes, invoices, contracts, mail, pictures.

use super::tools::CALENDAR;
use super::{Conversation, Scenario};
use crate::demo::dice::Dice;
use serde_json::json;

pub(super) const DESK: &[Scenario] = &[notes, meeting, slogan, tidy, contract, alt_text];
pub(super) const PICTURES: &[Scenario] = &[receipt, receipt, alt_text];
pub(super) const CONTRACTS: &[Scenario] = &[contract];

/// A drawing of two lines on paper, 12 × 12 pixels.
const PICTURE: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAwAAAAMCAIAAADZF8uwAAAAWElEQVR42mP49eMDQcTw68crggio6AlBBFR0D4g0bKKwIogsUNENIMKtCCQLVHSJIAIqOkMQARUdAyIMW44hI6CiA0CEoegAMgIq2kUQARVtIYiAitYRRAAHyFgKI9NhZQAAAABJRU5ErkJggg==";

fn notes(dice: &mut Dice) -> Conversation {
    let (who, other) = dice.pick(&[
        ("Ana", "Jonas"),
        ("Priya", "Marcus"),
        ("Chiara", "健"),
        ("Niamh", "Mateo"),
    ]);
    let topic = dice.pick(&[
        "the move to the new warehouse",
        "the spring catalogue",
        "the price change",
        "the pilot in Porto",
    ]);
    let day = dice.pick(&["Monday", "Wednesday", "the 14th", "end of the month"]);
    Conversation::new("Turn a transcript into decisions and tasks. Invent nothing; a task without an owner is marked (?).")
        .ask(format!(
            "{who}: ok so about {topic}. I think we can start on {day}.\n{other}: if legal is done by then. someone has to ask them\n\
             {who}: I'll ask. what about the budget\n{other}: forty thousand, that is agreed\n{who}: and we tell the partners?\n\
             {other}: not before it's signed!\n{who}: right. then that's it"
        ))
        .answer(format!(
            "**Decisions**\n- {topic} starts on {day}, provided legal has finished.\n- The budget is 40 000.\n\
             - Partners hear about it only after the signature.\n\n**Tasks**\n- [ ] {who}: ask legal for their date\n- [ ] (?): tell the partners once it is signed"
        ))
}

fn receipt(dice: &mut Dice) -> Conversation {
    let total = dice.between(450, 18_900) as f64 / 100.0;
    let vendor = dice.pick(&[
        "Café Aurora",
        "Hotel Alte Post",
        "駅前ブックス",
        "Metro Taxi",
        "Papier & Co",
    ]);
    let schema = json!({
        "type": "object",
        "properties": {
            "vendor": {"type": "string"},
            "date": {"type": ["string", "null"]},
            "total": {"type": "number"},
            "currency": {"type": "string"},
            "lines": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["vendor", "date", "total", "currency", "lines"],
    });
    let answer = json!({
        "vendor": vendor, "date": null, "total": total, "currency": "EUR",
        "lines": [{"text": "unreadable", "amount": total}],
    });
    Conversation::new("Extract receipts as JSON. What you cannot read is null, never a guess.")
        .show(
            format!(
                "Receipt no. {} from my trip to {}, please extract it.",
                dice.between(1, 30),
                dice.pick(&["Lyon", "Kyoto", "Gdańsk", "Porto", "Bergen"])
            ),
            PICTURE,
        )
        .shaped(schema)
        .answer(answer.to_string())
}

fn contract(dice: &mut Dice) -> Conversation {
    let months = dice.pick(&[3, 6, 12]);
    let cap = dice.pick(&[
        "the fees of the last twelve months",
        "250 000 EUR",
        "twice the annual fee",
    ]);
    let (number, party) = (
        dice.between(100, 999),
        dice.pick(&["Northwind", "Globex", "株式会社みどり", "Café Berlin GmbH"]),
    );
    let mut clauses: Vec<String> = [
        "The Supplier provides the Services with reasonable skill and care and keeps records of each material change.",
        "Personal data is processed on documented instructions only; sub-processors are named in Annex 2.",
        "Neither party is liable for events beyond its reasonable control, as long as it informs the other without delay.",
        "Invoices are due within thirty days; undisputed late amounts bear interest at the statutory rate.",
        "Each party keeps the other's confidential information secret for five years after the end of this agreement.",
    ]
    .map(String::from)
    .to_vec();
    clauses.push(format!(
        "The agreement renews by twelve months unless ended {months} months before its term."
    ));
    clauses.push(format!(
        "Liability is limited to {cap}, except for intent and gross negligence."
    ));
    let text: Vec<_> = (1..)
        .zip(&clauses)
        .map(|(number, clause)| format!("{number}. {clause}"))
        .collect();
    Conversation::new(
        "You support the legal team. Summarise contracts for business readers, then list what deserves a second look, \
         with the number of the clause. You do not give legal advice.",
    )
    .ask(format!("MASTER SERVICES AGREEMENT no. {number} with {party}\n\n{}\n\nPlease summarise. Anything unusual?", text.join("\n\n")))
    .thinking(
        "Renewal and liability are the commercial risks. Clause 2 points to an annex that is not part of the text. \
         Everything else is customary.",
    )
    .answer(format!(
        "**In short.** A service agreement with customary terms: care, confidentiality for five years, thirty days to \
         pay.\n\n**Worth a second look**\n\n1. *Clause 6*: it renews by itself for a year. Put the notice date, {months} \
         months before the end, into the calendar today.\n2. *Clause 7*: liability is capped at {cap}. Compare this with \
         what an outage would cost us.\n3. *Clause 2* refers to Annex 2, which was not in the text: ask for the list \
         of sub-processors."
    ))
}

fn meeting(dice: &mut Dice) -> Conversation {
    let minutes = dice.pick(&[30, 45, 60]);
    let people = json!(["ana.ruiz@example.com", "marcus.bennett@example.com"]);
    let arguments = json!({"people": people, "minutes": minutes, "within": "P7D"});
    let talk = Conversation::new(
        "You schedule meetings. Offer two slots at most. Mind the time zones of everyone.",
    )
    .ask(format!(
        "find {minutes} minutes with Ana (Madrid) and Marcus (Chicago) this week"
    ));
    if dice.chance(0.4) {
        return talk.calls(&CALENDAR, arguments, dice);
    }
    let slots = json!({"slots": ["Tue 15:00Z", "Thu 16:30Z"]});
    talk.used(&CALENDAR, arguments, &slots, dice).answer(
        "Two slots work for both:\n\n- **Tuesday**: 16:00 in Madrid, 09:00 in Chicago\n- **Thursday**: 17:30 in Madrid, \
         10:30 in Chicago\n\nWhich one shall I book?",
    )
}

fn slogan(dice: &mut Dice) -> Conversation {
    let thing = dice.pick(&[
        "a repairable kettle",
        "second-hand office chairs",
        "a bicycle insurance",
        "tea from the Azores",
    ]);
    let (weak, verdict) = (
        dice.between(1, 6),
        dice.pick(&[
            "is a cliché",
            "is too long",
            "says nothing",
            "was used by someone else",
        ]),
    );
    Conversation::new("You write copy: concrete, no superlatives, no exclamation marks.")
        .ask(format!("Five slogans for {thing}, at most seven words each."))
        .said("1. Made to be kept.\n2. Less new, more good.\n3. It lasts. So does the planet.\n4. One you will hand down.\n5. Quietly better.")
        .ask(format!("number {weak} {verdict}, and I want one that is funny"))
        .answer(format!("{weak}. {}\n\nAnd the funny one: *{}*", dice.pick(&["Outlives your next three phones.", "Good today, good in ten years.", "Bought once, thought about never."]), dice.pick(&["Boring since day one. On purpose.", "The last one you will complain about.", "Now with fewer features."])))
}

fn tidy(dice: &mut Dice) -> Conversation {
    let number = dice.between(100, 999);
    let schema = json!({
        "type": "object",
        "properties": {"rows": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string"}, "phone": {"type": ["string", "null"]}, "city": {"type": ["string", "null"]},
        }}}},
        "required": ["rows"],
    });
    let answer = json!({"rows": [
        {"name": "Weber, Jonas", "phone": format!("+49 30 5550 {number}"), "city": "Berlin"},
        {"name": "Ruiz, Ana", "phone": null, "city": "Madrid"},
        {"name": "佐藤 健", "phone": format!("+81 3 5550 {number}"), "city": "東京"},
    ]});
    Conversation::new("Clean contact lists: names as Last, First; phones in international form; null for what is missing.")
        .ask(format!("jonas weber;030/5550{number};berlin\nAna RUIZ;;MADRID\n佐藤 健;03-5550-{number};東京"))
        .shaped(schema)
        .answer(answer.to_string())
}

fn alt_text(dice: &mut Dice) -> Conversation {
    let page = dice.pick(&["help centre", "product page", "annual report", "newsletter"]);
    Conversation::new(
        "Write alternative texts: one sentence, what matters for the page, no 'image of'.",
    )
    .show(format!("For the {page}, please."), PICTURE)
    .answer("Two dark horizontal lines on pale paper, the upper one longer than the lower.")
}
