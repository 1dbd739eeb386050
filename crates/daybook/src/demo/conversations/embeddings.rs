//! Texts sent for embedding.

use super::{Conversation, Frame, Turn};
use crate::demo::dice::Dice;
use serde_json::{Value, json};

const PASSAGES: &[&str] = &[
    "To descale the machine, fill the tank to the mark, add one sachet and press both buttons for three seconds.",
    "The warranty covers material and workmanship for 36 months from the date of the invoice.",
    "Employees may work from another country of the union for up to 30 days a year.",
    "本製品は屋内専用です。湿気の多い場所では使用しないでください。",
    "Die Montage dauert etwa zwanzig Minuten; Sie brauchen einen Inbusschlüssel der Größe 4.",
    "يُحفظ المنتج في مكان جاف بعيدًا عن أشعة الشمس المباشرة.",
    "Returns are free within 30 days. Use the label in the parcel or print one from your account.",
    "Error E4: the water filter is missing or not seated. Remove it, rinse it and insert it until it clicks.",
    "Deliveries to islands take two working days longer; the surcharge is shown before you pay.",
    "The quarterly report is due on the tenth working day after the end of the quarter.",
];

/// Passages of documents, as an indexer sends them.
pub(super) fn chunks(dice: &mut Dice) -> Conversation {
    let file = dice.pick(&[
        "manual-hx200.pdf",
        "handbook-v7.docx",
        "faq.md",
        "取扱説明書.pdf",
        "terms-2026.html",
    ]);
    let first = dice.index(PASSAGES.len());
    let page = dice.between(1, 240);
    let mut talk = Conversation::default();
    for step in 0..dice.index(9) + 1 {
        let passage = PASSAGES[(first + step) % PASSAGES.len()];
        talk = talk.ask(format!("{file}, page {}: {passage}", page + step as i64));
    }
    talk
}

pub(super) fn request(talk: &Conversation, frame: &Frame<'_>) -> Value {
    let chunks: Vec<_> = talk
        .turns
        .iter()
        .filter_map(|turn| match turn {
            Turn::User(text) | Turn::Assistant(text) | Turn::Image(text, _) => Some(text),
            _ => None,
        })
        .collect();
    json!({"model": frame.model, "input": chunks, "encoding_format": "float"})
}

pub(super) fn response(frame: &Frame<'_>, dice: &mut Dice) -> Value {
    // Long vectors say nothing to a reader: eight dimensions stand for all.
    let vector: Vec<f64> = (0..8)
        .map(|_| dice.between(-90_000, 90_000) as f64 / 1e6)
        .collect();
    json!({
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "model": frame.upstream_model,
        "usage": {"prompt_tokens": frame.tokens.input, "total_tokens": frame.tokens.input},
    })
}
