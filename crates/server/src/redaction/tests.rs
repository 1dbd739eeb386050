mod texts;

use super::*;
use serde_json::json;

fn redacted(changes: Value) -> Value {
    let mut event = Event::new(Stream::Audit);
    event.set_json("changes", changes.to_string());
    Redactor::new("key").redact(&mut event);
    serde_json::from_str(event.json("changes").unwrap()).unwrap()
}

#[test]
fn secrets_go_by_name_and_by_shape_and_nothing_else_does() {
    let kept = json!([
        {"field": "max_tokens", "old": 100, "new": 200},
        {"field": "status", "old": "enabled", "new": "disabled"},
        {"field": "url", "old": null, "new": "https://api.example.com/v1"},
        {"field": "api_key", "old": "", "new": null},
    ]);
    assert_eq!(redacted(kept.clone()), kept);
    let changes = redacted(json!([
        {"field": "api_key", "old": "abc", "new": "abd"},
        {"field": "endpoint", "old": "https://u:pass@host/x", "new": "Bearer abcdefghijklmnop"},
        {"field": "config", "old": {"a": {"password": 12345}, "b": 1}, "new": ["sk-abcdefghijklmnopqrstuv"]},
    ]));
    let text = changes.to_string();
    for secret in ["abc\"", "abd\"", "pass@", "Bearer", "12345", "sk-"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert_eq!(changes[2]["old"]["b"], 1);
    assert_ne!(changes[0]["old"], changes[0]["new"]);
}

#[test]
fn secrets_inside_urls_go_and_where_they_lead_stays() {
    let new = |url: &str| redacted(json!([{"field": "url", "old": null, "new": url}]));
    let text = |url: &str| new(url)[0]["new"].as_str().unwrap().to_owned();
    let hash = |secret: &str| Redactor::new("key").hash(secret);
    let (key, hook) = (hash("qqqwwweee"), hash("T000/B000/XXXXyyyy"));
    for (url, stored) in [
        (
            "https://x/?api_key=qqqwwweee",
            format!("https://x/?api_key={key}"),
        ),
        (
            "wss://x/a?v=1&Access-Token=qqqwwweee&page=2#end",
            format!("wss://x/a?v=1&Access-Token={key}&page=2#end"),
        ),
        (
            "see https://x/?sig=qqqwwweee or https://x/?client%5Fsecret=qqqwwweee",
            format!("see https://x/?sig={key} or https://x/?client%5Fsecret={key}"),
        ),
        (
            "https://hooks.slack.com/services/T000/B000/XXXXyyyy",
            format!("https://hooks.slack.com/services/{hook}"),
        ),
        (
            "https://canary.discord.com/api/v10/webhooks/T000/B000/XXXXyyyy?wait=true",
            format!("https://canary.discord.com/api/v10/webhooks/{hook}?wait=true"),
        ),
        (
            "https://corp.webhook.office.com/webhookb2/T000/B000/XXXXyyyy",
            format!("https://corp.webhook.office.com/webhookb2/{hook}"),
        ),
        (
            "https://outlook.office365.com/webhook/T000/B000/XXXXyyyy",
            format!("https://outlook.office365.com/webhook/{hook}"),
        ),
    ] {
        assert_eq!(text(url), stored);
        assert_eq!(text(&stored), stored, "sent again it stays");
    }
    for kept in [
        "https://x/?page=2&max_tokens=100&sort=key",
        "https://discord.com/channels/1/2",
        "https://hooks.slack.com/",
        "what is api_key=? a&key=b",
    ] {
        assert_eq!(text(kept), kept);
    }
    let changed = redacted(json!([{"field": "notify", "old": null, "new": {
        "to": ["https://hooks.slack.com/services/T000/B000/XXXXyyyy"], "on": true,
    }}]));
    assert!(!changed.to_string().contains("XXXXyyyy"), "{changed}");
}

#[test]
fn equal_secrets_stay_equal_and_what_was_replaced_stays() {
    let once = redacted(json!([{"field": "token", "old": "x", "new": "x"}]));
    assert_eq!(once[0]["old"], once[0]["new"]);
    assert_eq!(redacted(once.clone()), once);
    let other = Redactor::new("another key").hash("x");
    assert_ne!(once[0]["old"], json!(other));
}

fn redacted_text(text: &str) -> String {
    let mut value = json!(text);
    Redactor::new("key").value(false, &mut value);
    value.as_str().unwrap().to_owned()
}

fn hash(secret: &str) -> String {
    Redactor::new("key").hash(secret)
}

#[test]
fn what_is_named_beside_its_name_goes() {
    let value = json!([
        {"name": "OPENAI_API_KEY", "value": "hunter2"},
        {"key": "password", "value": "hunter2", "enabled": true},
        {"header_name": "X-Api-Key", "header_value": "hunter2"},
        {"op": "replace", "path": "/config/client_secret", "value": "hunter2"},
        {"field": "totp_seed", "before": null, "after": "hunter2"},
        ["Authorization", "hunter2"],
        [["password", "hunter"], ["Accept", "json"]],
    ]);
    let changes = redacted(json!([
        {"field": "env", "old": null, "new": value},
        {"field": "header", "old": ["x-api-key", "hunter2"], "new": ["Cookie", 4711]},
    ]));
    let text = changes.to_string();
    assert!(!text.contains("hunter") && !text.contains("4711"), "{text}");
    let new = &changes[0]["new"];
    assert_eq!(
        new[0],
        json!({"name": "OPENAI_API_KEY", "value": hash("hunter2")})
    );
    assert_eq!(new[1]["enabled"], true);
    assert_eq!(new[3]["op"], "replace");
    assert_eq!(new[6][1], json!(["Accept", "json"]));
    assert_eq!(redacted(changes.clone()), changes);
}

#[test]
fn pairs_without_a_secret_stay() {
    let kept = json!([{"field": "sign_in", "old": ["password", "passkey"], "new": {
        "grants": ["authorization_code", "refresh_token"],
        "limits": [{"name": "max_tokens", "value": 100}, {"name": "token_limit", "value": "200"}],
        "ids": [{"name": "api_key_id", "value": "k1"}, {"key": "region", "value": "eu"}],
        "policy": {"password_policy": {"min_length": 12, "kind": "strict"}},
        "sampling": {"seed": 42, "stop_token": "END"},
    }}]);
    assert_eq!(redacted(kept.clone()), kept);
}

#[test]
fn json_as_text_is_read_and_written_again() {
    let text = r#" {"password":"hunter2","b":[1,{"name":"api_key","value":"x"}]}"#;
    let expected =
        json!({"password": hash("hunter2"), "b": [1, {"name": "api_key", "value": hash("x")}]});
    assert_eq!(redacted_text(text), expected.to_string());
    assert_eq!(redacted_text(&expected.to_string()), expected.to_string());
    let twice = json!({"config": text}).to_string();
    let found: Value = serde_json::from_str(&redacted_text(&twice)).unwrap();
    assert_eq!(found["config"], expected.to_string());
    let keyed = redacted_text(r#"{"sk-abcdefghijklmnopqrstuv": {"limit": 5}}"#);
    assert_eq!(
        keyed,
        json!({hash("sk-abcdefghijklmnopqrstuv"): {"limit": 5}}).to_string()
    );
}

#[test]
fn hostile_texts_take_no_long_time() {
    const BYTES: usize = 1 << 18;
    let begun = std::time::Instant::now();
    for piece in [
        "a=",
        "a:",
        "=",
        ":",
        "password=",
        "password=?",
        "password=;",
        "password= ",
        "password:\"",
        "password='",
        "password='''",
        "\"password:a\" ",
        "'password=a;",
        "password=\\\"",
        "password=a,a ",
        ";a b",
        "password=a;a b ",
        "[",
        "{\"a\":",
        "[\"\\\"",
        "password\n",
        "&password",
        "hmac:",
        "?api_key=a",
        "é=",
        "password=é ",
        "-",
        "-- ",
        "--password ",
        "--password \t",
        "--password x ",
        "<",
        ">",
        "<password",
        "<password>",
        "<password>x ",
        "<password> ",
        "<password></",
        "<password><![CDATA[",
        "password: |\n ",
        "password: |\n\n",
        "\npassword: |\n  x",
        "\npassword: !a ",
        "name=",
        "name=password value=",
        "key='password' value='",
    ] {
        redacted_text(&format!("x {}", piece.repeat(BYTES / piece.len())));
    }
    let mut nested = json!({"password": "hunter2"}).to_string();
    while nested.len() < BYTES {
        nested = json!([nested]).to_string();
    }
    assert!(!redacted_text(&nested).contains("hunter2"));
    let mut deep = json!({"password": "hunter2"});
    for _ in 0..2 * DEPTH_MAX {
        deep = json!([deep]);
    }
    Redactor::new("key").value(false, &mut deep);
    assert!(!deep.to_string().contains("hunter2"));
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

proptest::proptest! {
    #[test]
    fn what_was_replaced_stays_whatever_stands_around_it(
        pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..16),
    ) {
        let text = pieces.concat();
        let once = redacted_text(&text);
        proptest::prop_assert_eq!(redacted_text(&once), once.clone(), "{}", text);
        let changes = json!([{"field": "f", "old": [text.clone(), "x", 1], "new": {"note": text}}]);
        let mut event = Event::new(Stream::Audit);
        event.set_json("changes", changes.to_string());
        let redactor = Redactor::new("key");
        redactor.redact(&mut event);
        let again = event.clone();
        redactor.redact(&mut event);
        proptest::prop_assert_eq!(event.json("changes"), again.json("changes"));
    }
}

/// What random texts are made of.
const PIECES: &[&str] = &[
    "password",
    "api_key",
    "X-Api-Key",
    "token",
    "user",
    "limit",
    "=",
    ":",
    ": ",
    " = ",
    ":=",
    "=>",
    ";",
    ",",
    "&",
    "?",
    "/",
    "://",
    "@",
    "#",
    " ",
    "\n",
    "\t",
    "\"",
    "'",
    "`",
    "\\",
    "\\\"",
    "{",
    "}",
    "[",
    "]",
    "hunter2",
    "x",
    "true",
    "é",
    "密码",
    "https://",
    "export ",
    "-H ",
    "-",
    "--",
    "--password ",
    "<",
    ">",
    "</",
    "<password>",
    "</password>",
    "<![CDATA[",
    "|",
    "\n  ",
    "name",
    "value",
    "Bearer abcdefghijklmnop",
    "hmac:0123456789abcdef01234567",
];
