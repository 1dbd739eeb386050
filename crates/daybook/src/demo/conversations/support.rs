//! Conversations of customer support.

use super::tools::{GET_ORDER, REFUND_ORDER, SEARCH_DOCS, WEATHER};
use super::{Conversation, Scenario};
use crate::demo::dice::Dice;
use serde_json::json;

pub(super) const CHATS: &[Scenario] = &[
    refund, refund, handbook, delivery, delivery, router, apology,
];
pub(super) const TRIAGE: &[Scenario] = &[triage];
pub(super) const HANDBOOK: &[Scenario] = &[handbook];

const PRODUCTS: &[&str] = &[
    "the blue desk lamp",
    "a set of four oak chairs",
    "the standing desk, 160 cm",
    "two wool blankets",
    "the espresso grinder",
    "a pair of monitor arms",
    "the noise-cancelling headset",
    "a shelf bracket (left)",
];

fn order(dice: &mut Dice) -> String {
    format!("A-{}", dice.between(18_000, 24_999))
}

fn refund(dice: &mut Dice) -> Conversation {
    let (order, product) = (order(dice), dice.pick(PRODUCTS));
    let price = dice.between(1_900, 42_900) as f64 / 100.0;
    let trouble = dice.pick(&[
        "arrived with a crack across the base",
        "never arrived, although the tracking says delivered",
        "is the wrong colour and I need it by Friday",
        "stopped working after two days",
    ]);
    let looked_up = json!({
        "order_id": order, "status": "delivered", "currency": "EUR",
        "lines": [{"name": product, "quantity": 1, "price": price}],
        "payment": {"method": "card", "last4": "4242"},
    });
    let talk = Conversation::new(
        "You are the support assistant of a furniture shop. Be warm and brief. Look up an order \
         before you promise anything. You may refund up to 200 EUR; above that, hand over to a colleague.",
    )
    .ask(format!("Hi, my order {order} {trouble}. I'd like my money back please."))
    .used(&GET_ORDER, json!({"order_id": order}), &looked_up, dice);
    if price <= 200.0 && dice.chance(0.5) {
        let arguments =
            json!({"order_id": order, "amount": price, "reason": "Damaged or missing goods"});
        return talk.calls(&REFUND_ORDER, arguments, dice);
    }
    if price <= 200.0 {
        let arguments =
            json!({"order_id": order, "amount": price, "reason": "Damaged or missing goods"});
        let done = json!({"refund_id": format!("rf_{}", dice.hex(8)), "status": "pending"});
        return talk.with(&GET_ORDER).used(&REFUND_ORDER, arguments, &done, dice).answer(format!(
            "I'm sorry about that. I have refunded **{price:.2} EUR** for {product} to your card ending in \
             4242; it usually shows up within three working days. You don't need to send anything back."
        ));
    }
    talk.with(&REFUND_ORDER).answer(format!(
        "I'm sorry about {product}. At {price:.2} EUR this refund needs a colleague's approval, so I have \
         passed your case on with everything you told me. You will hear from us today before 18:00."
    ))
}

fn triage(dice: &mut Dice) -> Conversation {
    let (subject, body, label, priority) = dice.pick(&[
        ("cannot log in since the update", "Since this morning the app throws me back to the sign-in page. Our whole branch is affected, we cannot serve customers!!", "authentication", "urgent"),
        ("Invoice shows old address", "Hello, we moved in September. Could you reissue invoice 2291 with the new address? No hurry.", "billing", "low"),
        ("Feature idea", "It would be lovely to sort the wish list by price. Thanks for a great product!", "feature_request", "low"),
        ("Export hangs at 99%", "The CSV export of last month never finishes. Tried Firefox and Chrome. About 120k rows.", "bug", "high"),
        ("Charged twice", "My bank shows two payments of 59.00 on the same day. Please check.", "billing", "high"),
        ("Re: Re: Re: delivery", "Still waiting. Third mail. I will dispute the charge on Monday.", "delivery", "urgent"),
    ]);
    let schema = json!({
        "type": "object",
        "properties": {
            "label": {"type": "string"},
            "priority": {"type": "string", "enum": ["low", "normal", "high", "urgent"]},
            "language": {"type": "string"},
            "summary": {"type": "string"},
        },
        "required": ["label", "priority", "language", "summary"],
        "additionalProperties": false,
    });
    let answer = json!({
        "label": label, "priority": priority, "language": "en",
        "summary": format!("Customer writes about \"{subject}\"."),
    });
    Conversation::new(
        "Classify support mails. Answer with JSON that follows the schema, nothing else.",
    )
    .ask(format!("Subject: {subject}\n\n{body}"))
    .shaped(schema)
    .answer(answer.to_string())
}

fn handbook(dice: &mut Dice) -> Conversation {
    let (question, passage, answer) = dice.pick(&[
        ("How many days of parental leave do I get, and when do I have to apply?",
         "§ 14 Parental leave. Parents take up to 36 weeks, in at most three parts. Apply eight weeks before the first part begins, in the people portal.",
         "Up to **36 weeks**, split into at most three parts. Apply in the people portal **eight weeks before** the first part begins [§ 14]."),
        ("Can I bring my dog on Thursdays?",
         "§ 31 Animals. Dogs are welcome on floors 2 and 3. Floor 4 stays free of animals for colleagues with allergies.",
         "Yes, on any day, as long as you work on **floor 2 or 3**. Floor 4 is kept free of animals [§ 31]."),
        ("What is the hotel limit for Zürich?",
         "§ 22 Travel. Up to 140 EUR per night, 190 EUR in London, Paris, Zürich and New York. Breakfast is paid separately.",
         "**190 EUR per night** in Zürich; breakfast comes on top [§ 22]."),
        ("I lost my second factor. Who can reset it?",
         "§ 40 Accounts. A lost second factor is reset by the service desk after a video call with your manager present.",
         "The **service desk** resets it, after a short video call in which your manager takes part [§ 40]."),
    ]);
    let found = json!([{"section": passage.chars().take(4).collect::<String>(), "text": passage, "score": 0.87}]);
    Conversation::new(
        "Answer questions of employees from the handbook only. Cite the section in brackets. \
         If the handbook is silent, say so and name the people team.",
    )
    .ask(question)
    .used(
        &SEARCH_DOCS,
        json!({"query": question, "limit": 3}),
        &found,
        dice,
    )
    .answer(answer)
}

fn delivery(dice: &mut Dice) -> Conversation {
    let city = dice.pick(&[
        "Lisbon",
        "Kraków",
        "Göteborg",
        "大阪",
        "São Paulo",
        "Galway",
        "حيفا",
    ]);
    let (order, rain) = (order(dice), dice.between(5, 95));
    let shipment =
        json!({"order_id": order, "status": "in_transit", "carrier": "bike courier", "city": city});
    let forecast = json!({"city": city, "rain_percent": rain, "wind_kmh": dice.between(4, 60)});
    let advice = if rain > 60 {
        "so the courier will call you first; nothing gets left outside in the rain"
    } else {
        "so your parcel can safely wait on the porch if you are out"
    };
    Conversation::new("You help customers with deliveries. Use the tools; never guess a date.")
        .ask("hello")
        .said("Hello! How can I help with your delivery?")
        .ask(format!(
            "where is {order}? and can you leave it outside tomorrow?"
        ))
        .used(&GET_ORDER, json!({"order_id": order}), &shipment, dice)
        .used(
            &WEATHER,
            json!({"city": city, "date": "tomorrow"}),
            &forecast,
            dice,
        )
        .answer(format!(
            "Your order {order} is on its way to {city} and should arrive tomorrow. \
             The forecast says {rain} % chance of rain, {advice}."
        ))
}

fn router(dice: &mut Dice) -> Conversation {
    let model = dice.pick(&["HX-200", "HX-210 Pro", "Mesh 3"]);
    let light = dice.pick(&["blinking orange", "solid red", "off"]);
    Conversation::new("Guide customers through router trouble one step at a time. Ask, then wait.")
        .ask(format!("Internet is gone since an hour. It's the {model}."))
        .said("Sorry to hear that! Please look at the front: which colour is the globe light, and does it blink?")
        .ask(format!("{light}. I already restarted it twice."))
        .said(format!(
            "Thanks. With the light {light}, the router has power but no line. Is the grey cable seated firmly in \
             the socket marked DSL, on both ends?"
        ))
        .ask(dice.pick(&["it was loose at the wall!! light is white now", "oh. the dog. plugged it back in, it is white", "yes it had slipped out, now it blinks white and then stays", "found it, thank you!! white light"]))
        .answer(
            "Wonderful, white means you are online. If it comes loose again, the clip of the plug is probably \
             worn; I can send you a new cable free of charge. Shall I?",
        )
}

fn apology(dice: &mut Dice) -> Conversation {
    let (hours, when) = (
        dice.between(2, 9),
        dice.pick(&["yesterday", "on Monday", "during the sale", "last night"]),
    );
    Conversation::new("Draft replies for the support team. Plain words, no excuses, one clear next step.")
        .ask(format!(
            "Customers could not check out for {hours} hours {when}; write a reply. \
             We give 10 % on the next order. Code: SORRY10."
        ))
        .answer(format!(
            "Subject: Our outage\n\nHello,\n\nyou could not complete your order {when}, for about {hours} \
             hours. That was our fault: a change on our side broke the payment page, and we noticed too late.\n\n\
             Checkout works again. Your basket is still there, and the code **SORRY10** takes 10 % off your next \
             order until the end of the month.\n\nThank you for your patience,\nThe support team"
        ))
}
