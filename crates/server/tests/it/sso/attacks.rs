//! Answers that must not be believed, and answers that came to the wrong place.

use super::rogue::{Rogue, arrive, come_back, eddsa, header, new_key, now, proves, token};
use super::{Browser, encode, events, make_provider};
use crate::support::{Server, server};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// What a dishonest provider, or somebody between, makes of good claims.
type Forge = fn(&Rogue, Value) -> String;

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    match value {
        Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
        value => claims[name] = value,
    }
    claims
}

/// Every forgery, and what the log says of it.
const FORGERIES: &[(&str, Forge, &str)] = &[
    (
        "signed by another key under the same name",
        |_, claims| token(&header(), &claims, eddsa(&new_key("one"))),
        "Crypto error",
    ),
    (
        "no signature",
        |_, claims| token(&json!({"alg": "none"}), &claims, |_| Vec::new()),
        "No signature found",
    ),
    (
        "signed with the client secret",
        |_, claims| {
            token(&json!({"alg": "HS256"}), &claims, |message| {
                let mut mac = Hmac::<Sha256>::new_from_slice(b"hunter2").unwrap();
                mac.update(message);
                mac.finalize().into_bytes().to_vec()
            })
        },
        "Disallowed signature algorithm",
    ),
    (
        "altered after it was signed",
        |rogue, claims| {
            let good = rogue.signed(&claims);
            let altered = rogue.signed(&with(claims, "sub", json!("somebody-else")));
            let payload = altered.split('.').nth(1).unwrap();
            let parts: Vec<&str> = good.split('.').collect();
            format!("{}.{payload}.{}", parts[0], parts[2])
        },
        "Crypto error",
    ),
    (
        "expired",
        |rogue, claims| rogue.signed(&with(claims, "exp", json!(now() - 1))),
        "Expired",
    ),
    (
        "from the future",
        |rogue, claims| rogue.signed(&with(claims, "iat", json!(now() + 600))),
        "in the future",
    ),
    (
        "not valid yet",
        |rogue, claims| rogue.signed(&with(claims, "nbf", json!(now() + 7200))),
        "(nbf): compare the clocks",
    ),
    (
        "of nobody",
        |rogue, claims| rogue.signed(&with(claims, "sub", Value::Null)),
        "it lacks sub",
    ),
    (
        "without an end",
        |rogue, claims| rogue.signed(&with(claims, "exp", Value::Null)),
        "it lacks exp",
    ),
    (
        "no token at all",
        |_, _| "x.y.z".into(),
        "the ID token is not valid",
    ),
    (
        "issued long ago",
        |rogue, claims| rogue.signed(&with(claims, "iat", json!(now() - 3600))),
        "compare the clocks",
    ),
    (
        "of another issuer",
        |rogue, claims| rogue.signed(&with(claims, "iss", json!("https://id.example.com"))),
        "Invalid issuer",
    ),
    (
        "of the same issuer with a slash",
        |rogue, claims| {
            let issuer = format!("{}/", rogue.issuer);
            rogue.signed(&with(claims, "iss", json!(issuer)))
        },
        "Invalid issuer",
    ),
    (
        "for another client",
        |rogue, claims| rogue.signed(&with(claims, "aud", json!("other"))),
        "Invalid audiences",
    ),
    (
        "for us and another client",
        |rogue, claims| rogue.signed(&with(claims, "aud", json!(["daybook", "other"]))),
        "not a trusted audience",
    ),
    (
        "made for another party",
        |rogue, claims| rogue.signed(&with(claims, "azp", json!("other"))),
        "azp",
    ),
    (
        "of another sign-in",
        |rogue, claims| rogue.signed(&with(claims, "nonce", json!("another"))),
        "Invalid nonce",
    ),
    (
        "of no sign-in",
        |rogue, claims| rogue.signed(&with(claims, "nonce", Value::Null)),
        "Invalid nonce",
    ),
    (
        "beside an access token of somebody else",
        |rogue, claims| rogue.signed(&with(claims, "at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))),
        "at_hash",
    ),
    (
        "about nobody",
        |rogue, claims| rogue.signed(&with(claims, "sub", json!(""))),
        "subject",
    ),
];

async fn forged(server: &Server, rogue: &Rogue, id: &str, forge: Forge) -> (String, Browser) {
    let mut browser = Browser::default();
    let sent = rogue.leave(server, &mut browser, id).await;
    rogue.give(&forge(rogue, rogue.claims(&sent["nonce"])));
    let end = come_back(server, &mut browser, id, &sent["state"]).await;
    (end, browser)
}

#[tokio::test]
async fn a_token_that_is_not_all_right_signs_nobody_in() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    for (what, forge, reason) in FORGERIES {
        let (end, mut browser) = forged(&server, &rogue, &id, *forge).await;
        assert_eq!(end, "/sign-in#sso_error=invalid_answer", "{what}");
        assert!(!browser.signed_in(), "{what}");
        assert_eq!(browser.session(&server).await, Value::Null, "{what}");
        let found = events(&server, "auth", "event=sign_in&result=failure").await;
        let found: Vec<_> = found.iter().map(|event| event["reason"].clone()).collect();
        let found = json!(found).to_string();
        assert!(found.contains(reason), "{what}: {found}");
    }
    let honest: Forge = |rogue, claims| rogue.signed(&claims);
    let (end, mut browser) = forged(&server, &rogue, &id, honest).await;
    assert_eq!(end, "/usage", "the same without a lie");
    let email = &browser.session(&server).await["email"];
    assert_eq!(email, "bo@example.com");
}

#[tokio::test]
async fn an_unknown_key_has_the_keys_fetched_again_once_a_minute() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let unknown: Forge = |_, claims| {
        let header = json!({"alg": "EdDSA", "kid": "two"});
        token(&header, &claims, eddsa(&new_key("two")))
    };
    for _ in 0..4 {
        let (end, _) = forged(&server, &rogue, &id, unknown).await;
        assert_eq!(end, "/sign-in#sso_error=invalid_answer");
    }
    assert_eq!(rogue.asked("jwks"), 2, "once to know them, once again");
    let found = events(&server, "auth", "event=sign_in&result=failure").await;
    assert!(found[0]["reason"].as_str().unwrap().contains("unknown key"));
}

#[tokio::test]
async fn a_token_that_names_no_key_has_the_keys_fetched_again_too() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let unnamed: Forge =
        |_, claims| token(&json!({"alg": "EdDSA"}), &claims, eddsa(&new_key("two")));
    let (end, _) = forged(&server, &rogue, &id, unnamed).await;
    assert_eq!(end, "/sign-in#sso_error=invalid_answer");
    assert_eq!(rogue.asked("jwks"), 2, "once to know them, once again");
}

#[tokio::test]
async fn an_answer_works_once() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let mut browser = Browser::default();
    let sent = rogue.leave(&server, &mut browser, &id).await;
    let thief = browser.clone();
    rogue.give(&rogue.signed(&rogue.claims(&sent["nonce"])));
    let end = come_back(&server, &mut browser, &id, &sent["state"]).await;
    assert_eq!(end, "/usage");
    for mut again in [browser, thief] {
        let asked = rogue.asked("token");
        let end = come_back(&server, &mut again, &id, &sent["state"]).await;
        assert_eq!(end, "/sign-in#sso_error=expired");
        assert_eq!(rogue.asked("token"), asked, "no code is spent on it");
    }
}

#[tokio::test]
async fn an_answer_works_in_the_browser_that_asked() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    // Somebody begins, and has a victim's browser end it: the victim would work in their account.
    let (mut mine, mut victim) = (Browser::default(), Browser::default());
    let sent = rogue.leave(&server, &mut mine, &id).await;
    rogue.give(&rogue.signed(&rogue.claims(&sent["nonce"])));
    let end = come_back(&server, &mut victim, &id, &sent["state"]).await;
    assert_eq!(end, "/sign-in#sso_error=expired");
    assert!(!victim.signed_in());
    // The same with a victim that is on its way itself.
    let mut mine = Browser::default();
    let sent = rogue.leave(&server, &mut mine, &id).await;
    rogue.leave(&server, &mut victim, &id).await;
    let end = come_back(&server, &mut victim, &id, &sent["state"]).await;
    assert_eq!(end, "/sign-in#sso_error=expired");
    assert_eq!(rogue.asked("token"), 0);
    let found = events(&server, "auth", "event=sign_in&result=failure").await;
    assert!(
        found[0]["reason"]
            .as_str()
            .unwrap()
            .contains("another browser")
    );
}

#[tokio::test]
async fn a_code_is_bound_to_its_sign_in_by_pkce() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let (mut one, mut other) = (Browser::default(), Browser::default());
    let of_one = rogue.leave(&server, &mut one, &id).await;
    let of_other = rogue.leave(&server, &mut other, &id).await;
    assert_eq!(of_one["code_challenge_method"], "S256");
    assert_eq!(of_one["response_type"], "code");
    let callback = format!("http://daybook.test/api/v1/sso/{id}/callback");
    assert_eq!(of_one["redirect_uri"], callback);
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(of_one[name], of_other[name]);
        assert!(of_one[name].len() >= 43, "256 bits: {}", of_one[name]);
    }
    rogue.give(&rogue.signed(&rogue.claims(&of_one["nonce"])));
    come_back(&server, &mut one, &id, &of_one["state"]).await;
    let script = rogue.script();
    assert!(proves(
        &script.form["code_verifier"],
        &of_one["code_challenge"]
    ));
    assert!(!proves(
        &script.form["code_verifier"],
        &of_other["code_challenge"]
    ));
    assert_eq!(script.form["redirect_uri"], callback);
    assert!(
        script.authorization.starts_with("Basic "),
        "no secret in the form"
    );
    assert!(!script.form.contains_key("client_secret"));
}

#[tokio::test]
async fn one_provider_cannot_pass_off_the_code_of_another() {
    let (server, honest, rogue) = (server().await, Rogue::start().await, Rogue::start().await);
    honest.script().metadata = json!({"authorization_response_iss_parameter_supported": true})
        .as_object()
        .unwrap()
        .clone();
    let id = make_provider(&server, &honest.issuer, json!({})).await;
    let other = make_provider(&server, &rogue.issuer, json!({"name": "Other"})).await;
    // Begun at one, answered at the address of the other.
    let mut browser = Browser::default();
    let sent = honest.leave(&server, &mut browser, &id).await;
    let end = come_back(&server, &mut browser, &other, &sent["state"]).await;
    assert_eq!(end, "/sign-in#sso_error=expired");
    // A provider that names itself must be the one that was asked.
    for sender in ["", &rogue.issuer] {
        let sent = honest.leave(&server, &mut browser, &id).await;
        honest.give(&honest.signed(&honest.claims(&sent["nonce"])));
        let mut query = format!("code=x&state={}", encode(&sent["state"]));
        if !sender.is_empty() {
            query.push_str(&format!("&iss={}", encode(sender)));
        }
        let answer = arrive(&server, &mut browser, &id, &query).await;
        assert_eq!(
            answer.header("location"),
            "/sign-in#sso_error=invalid_answer"
        );
    }
    assert_eq!((honest.asked("token"), rogue.asked("token")), (0, 0));
    let sent = honest.leave(&server, &mut browser, &id).await;
    honest.give(&honest.signed(&honest.claims(&sent["nonce"])));
    let (state, sender) = (encode(&sent["state"]), encode(&honest.issuer));
    let query = format!("code=x&state={state}&iss={sender}");
    let answer = arrive(&server, &mut browser, &id, &query).await;
    assert_eq!(answer.header("location"), "/usage");
}

#[tokio::test]
async fn the_userinfo_endpoint_may_only_speak_of_the_same_person() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let nothing = json!({"email": null, "email_verified": null});
    let mut browser = Browser::default();
    let of =
        |subject: &str| json!({"sub": subject, "email": "bo@example.com", "email_verified": true});
    rogue.script().userinfo = of("person-2");
    let end = rogue
        .sign_in(&server, &mut browser, &id, nothing.clone())
        .await;
    assert_eq!(end, "/sign-in#sso_error=invalid_answer");
    rogue.script().userinfo = of("person-1");
    let end = rogue.sign_in(&server, &mut browser, &id, nothing).await;
    assert_eq!(end, "/usage");
}

#[tokio::test]
async fn the_cookie_of_a_sign_in_is_bound_to_the_host_and_out_of_reach() {
    let (server, rogue) = (server().await, Rogue::start().await);
    let id = make_provider(&server, &rogue.issuer, json!({})).await;
    let path = format!("/api/v1/sso/{id}/start?return_to=//evil.example");
    let request = |forwarded: &'static str| {
        axum::http::Request::get(&path)
            .header("host", "daybook.test")
            .header("x-forwarded-proto", forwarded)
            .extension(daybook_server::Peer([127, 0, 0, 1].into()))
            .body(axum::body::Body::empty())
            .unwrap()
    };
    let plain = server.send(request("http")).await;
    let cookie = plain.header("set-cookie");
    assert!(cookie.starts_with("daybook_sso_"), "{cookie}");
    let secure = server.send(request("https")).await;
    let cookie = secure.header("set-cookie");
    assert!(cookie.starts_with("__Host-daybook_sso_"), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"),
        "{cookie}"
    );
    let sent = super::parameters(secure.header("location"));
    assert!(sent["redirect_uri"].starts_with("https://daybook.test/"));
    assert_eq!(secure.header("cache-control"), "no-store");
}
