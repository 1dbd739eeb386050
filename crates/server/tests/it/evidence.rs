//! Evidence packages and verifications over HTTP: what they hold, who may, and that they are on record.

use crate::support::{Server, server, server_on_disk, unlimited};
use axum::http::Method;
use daybook_ledger::VerifierKey;
use daybook_ledger::evidence::verify;
use daybook_ledger::verify::Trust;
use daybook_server::control::Role;
use serde_json::{Value, json};
use std::num::NonZeroUsize;
use std::time::Duration;

const PACKAGE: &str = "/api/v1/audit/evidence?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z";
const VERIFICATION: &str = "/api/v1/ledger/verification";

async fn with_events() -> Server {
    let server = server_on_disk(unlimited()).await;
    let event = |number: usize| {
        let month = if number.is_multiple_of(3) { 2 } else { 3 };
        json!({"stream": "audit", "id": format!("e{number}"), "action": "model.disabled",
               "time": format!("2026-{month:02}-01T10:00:00Z"), "actor_name": "Ana"})
    };
    let events: Vec<Value> = (0..600).map(event).collect();
    let answer = server.post_events(&[], json!(events).to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    server
}

async fn checked(server: &Server, package: &[u8]) -> String {
    let key = server.get("/ledger/key").await.text();
    let key: VerifierKey = key.trim_end().parse().unwrap();
    let trust = Trust {
        origin: key.name(),
        keys: std::slice::from_ref(&key),
        policy: None,
        earlier: &[],
        threads: NonZeroUsize::MIN,
    };
    verify(package, &trust, None, |_| ()).to_string()
}

#[tokio::test]
async fn a_package_of_a_period_convinces_whoever_has_the_key() {
    let server = with_events().await;
    let auditor = server.account(Role::Auditor).await;
    let answer = server.get_as(&auditor, PACKAGE).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"daybook-evidence-20260301-20260401.zip\""
    );
    let said = checked(&server, &answer.body).await;
    assert!(
        said.starts_with("PASS: evidence package, 400 events of 2026-03-01T00:00:00Z to "),
        "{said}"
    );
    assert!(said.contains(", 199 of other times in between, "), "{said}");
    assert!(said.contains("; 400 bodies checked, 0 erased"), "{said}");
    for told in ["auditor@example.com", "starts_and_stops", "\"everything\""] {
        assert!(answer.text().contains(told), "{told}");
    }
    let told = server.newest("audit", "action=evidence.exported").await;
    assert_eq!(told["actor_name"], "auditor@example.com");
    assert_eq!(
        (&told["operation"], &told["details"]["events"]),
        (&json!("export"), &json!(400))
    );
    let mut changed = answer.body.clone();
    let at = changed.windows(3).position(|part| part == b"Ana").unwrap();
    changed[at] = b'B';
    let said = checked(&server, &changed).await;
    assert!(
        said.starts_with("FAIL: event ") && said.contains("the body is not"),
        "{said}"
    );
}

#[tokio::test]
async fn a_package_takes_a_period_and_nothing_else() {
    let server = with_events().await;
    for (path, code) in [
        ("/api/v1/audit/evidence?actor_name=Ana", "invalid_parameter"),
        ("/api/v1/audit/evidence?q=Ana", "invalid_parameter"),
        ("/api/v1/audit/evidence?from=soon", "invalid_parameter"),
        (
            "/api/v1/audit/evidence?from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z",
            "invalid",
        ),
    ] {
        assert_eq!(server.get(path).await.error(), (400, code.into()), "{path}");
    }
    let in_memory = crate::support::server().await;
    assert_eq!(
        in_memory.get(PACKAGE).await.error(),
        (404, "not_found".into())
    );
    for role in [Role::User, Role::BillingAdmin] {
        let account = server.account(role).await;
        assert_eq!(
            server.get_as(&account, PACKAGE).await.error().0,
            403,
            "{role}"
        );
    }
}

async fn verification(server: &Server, body: Value) -> Value {
    let bearer = format!("Bearer {}", server.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let begun = server.request(Method::POST, VERIFICATION, &headers, body.to_string());
    let begun = begun.await;
    assert_eq!(begun.status, 202, "{}", begun.text());
    for _ in 0..1_000 {
        let last = server.get(VERIFICATION).await.json()["verification"].clone();
        if last["finished_at"].is_string() {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not end");
}

#[tokio::test]
async fn a_verification_says_in_one_line_what_it_found() {
    let server = with_events().await;
    let nothing = server.get(VERIFICATION).await;
    assert_eq!(nothing.json(), json!({}));
    let passed = verification(&server, json!({})).await;
    assert_eq!(
        (&passed["result"], &passed["by"]),
        (&json!("pass"), &json!("everything"))
    );
    let line = passed["line"].as_str().unwrap();
    assert!(
        line.starts_with("PASS: ") && line.contains(", no gaps, tree size "),
        "{line}"
    );
    assert_eq!(passed["events"], passed["tree_size"]);
    let compared = format!("; {} events compared with the store", passed["events"]);
    assert!(line.contains(&compared), "{line}");
    let kept = server.get("/ledger/checkpoint").await.text();
    let passed = verification(&server, json!({"checkpoints": [kept]})).await;
    let line = passed["line"].as_str().unwrap();
    assert!(line.contains("1 earlier checkpoints contained"), "{line}");
    let other = json!({"checkpoints": ["no checkpoint"]});
    assert_eq!(verification(&server, other).await["result"], "unchecked");

    // Damage is found, and the file named.
    let bundle = server.dir.path().join("events/ledger/tile/entries/000");
    let mut bytes = std::fs::read(&bundle).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&bundle, bytes).unwrap();
    let failed = verification(&server, json!({})).await;
    assert_eq!(failed["result"], "fail");
    let line = failed["line"].as_str().unwrap();
    assert!(
        line.starts_with("FAIL: ") && line.contains("tile/entries/000"),
        "{line}"
    );
    let told = server
        .newest("audit", "action=ledger.verified&result=failure")
        .await;
    assert_eq!(told["details"]["line"], line);
    let started = server
        .total("audit", "action=ledger.verification_started")
        .await;
    assert_eq!(started, 4);
}

#[tokio::test]
async fn a_verification_takes_so_many_checkpoints() {
    let server = server().await;
    let bearer = format!("Bearer {}", server.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    for (checkpoints, expected) in [
        (vec!["x".to_owned(); 17], (400, "invalid".to_owned())),
        (vec!["x".repeat(1 << 20)], (400, "invalid".to_owned())),
        (vec![], (404, "not_found".to_owned())),
    ] {
        let body = json!({"checkpoints": checkpoints}).to_string();
        let answer = server
            .request(Method::POST, VERIFICATION, &headers, body)
            .await;
        assert_eq!(answer.error(), expected);
    }
}
