//! A provider's word that a second factor was used: it counts where the settings name it, in
//! whatever form the provider writes it; otherwise the session waits for Daybook's own.

use super::rogue::Rogue;
use super::{Browser, admin, events, make_provider};
use crate::support::{Server, server};
use axum::http::Method;
use serde_json::{Value, json};

/// A server on which the role `user` must have a second factor.
async fn strict() -> Server {
    let server = server().await;
    let path = "/api/v1/settings/sign-in";
    let mut settings = admin(&server, Method::GET, path, &json!({})).await.json();
    settings["mfa_required_roles"] = json!(["user"]);
    let set = admin(&server, Method::PUT, path, &settings).await;
    assert_eq!(set.status, 200, "{}", set.text());
    server
}

/// Signs in with some claims; answers whether the session may do anything.
async fn is_enough(server: &Server, rogue: &Rogue, id: &str, claims: &Value) -> bool {
    let mut browser = Browser::default();
    let end = rogue.sign_in(server, &mut browser, id, claims.clone());
    assert_eq!(end.await, "/usage", "{claims}");
    let waits = browser.session(server).await["mfa_setup_required"] == true;
    let asked = browser.get(server, "/api/v1/account/sessions").await;
    let expected = if waits { 403 } else { 200 };
    assert_eq!(asked.status, expected, "{claims}: {}", asked.text());
    if waits {
        assert_eq!(asked.json()["error"]["code"], "mfa_setup_required");
    }
    !waits
}

#[tokio::test]
async fn the_words_that_the_settings_name_are_enough() {
    let (server, rogue) = (strict().await, Rogue::start().await);
    let settings = json!({"mfa_amr": ["mfa", "hwk"], "mfa_acr": ["gold", "2"]});
    let id = make_provider(&server, &rogue.issuer, settings).await;
    for (claims, enough) in [
        (json!({}), false),
        (json!({"amr": ["pwd"]}), false),
        (json!({"amr": ["pwd", "mfa"]}), true),
        (json!({"amr": ["hwk"]}), true),
        (json!({"amr": "mfa"}), true),
        (json!({"amr": "pwd"}), false),
        (json!({"amr": "pwd mfa"}), false),
        (json!({"amr": {"mfa": true}}), false),
        (json!({"amr": []}), false),
        (json!({"acr": "gold"}), true),
        (json!({"acr": "silver"}), false),
        (json!({"acr": ["silver", "gold"]}), true),
        (json!({"acr": 2}), true),
        (json!({"amr": ["pwd"], "acr": "gold"}), true),
        // Each setting speaks of its own claim.
        (json!({"amr": ["gold"], "acr": "mfa"}), false),
    ] {
        let is = is_enough(&server, &rogue, &id, &claims).await;
        assert_eq!(is, enough, "{claims}");
    }
    // How somebody signed in, only the signed token says.
    rogue.script().userinfo = json!({"sub": "person-1", "amr": ["mfa"], "acr": "gold"});
    let claims = json!({"email": null});
    assert!(!is_enough(&server, &rogue, &id, &claims).await);
}

#[tokio::test]
async fn without_settings_no_word_is_enough() {
    let (server, rogue) = (strict().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    for amr in [json!(["mfa"]), json!("mfa"), json!("")] {
        let claims = json!({"amr": amr, "acr": "gold"});
        assert!(!is_enough(&server, &rogue, &id, &claims).await, "{claims}");
    }
}

#[tokio::test]
async fn claims_that_nobody_asked_for_may_be_sloppy() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let claims = json!({
        "amr": "simulator", "acr": 1, "auth_time": "today", "address": "1 Main Street",
        "updated_at": "yesterday", "phone_number_verified": "no", "locale": 7, "picture": {},
    });
    let mut browser = Browser::default();
    let end = rogue.sign_in(&server, &mut browser, &id, claims).await;
    assert_eq!(end, "/usage");
    // What is checked may not.
    for (name, value) in [
        ("exp", json!("never")),
        ("iat", json!([])),
        ("aud", json!({})),
        ("azp", json!(["daybook"])),
        ("nonce", json!(1)),
        ("sub", json!(["person-1"])),
        ("iss", json!(7)),
    ] {
        let end = rogue.sign_in(&server, &mut browser, &id, json!({name: value}));
        assert_eq!(end.await, "/sign-in#sso_error=invalid_answer", "{name}");
    }
    let found = events(&server, "auth", "event=sign_in&result=failure").await;
    let reason = found[0]["reason"].as_str().unwrap();
    assert!(reason.contains("cannot be read"), "{reason}");
}
