//! What anybody may ask for. Nobody learns from it which addresses have an account.

use crate::people::{PASSWORD, token_of};
use crate::support::{Answer, Server, server};
use axum::http::Method;
use daybook_server::control::{Actor, Role, UserChange};
use serde_json::{Value, json};

const SIGN_UP: &str = "/api/v1/sign-up";
const RESET: &str = "/api/v1/password-reset";

async fn allow(server: &Server, sign_up: bool, domains: &[&str]) {
    let admin = server.person("admin@example.com", Role::SuperAdmin).await;
    let settings = "/api/v1/settings/sign-in";
    let mut body = server
        .as_person(&admin, Method::GET, settings, None)
        .await
        .json();
    assert_eq!(body["sign_up"], false, "off unless somebody turns it on");
    body["sign_up"] = json!(sign_up);
    body["sign_up_domains"] = json!(domains);
    let set = server
        .as_person(&admin, Method::PUT, settings, Some(&body))
        .await;
    assert_eq!(set.status, 200, "{}", set.text());
}

/// What a caller sees, without what differs between any two requests.
fn seen(answer: &Answer) -> (u16, Value, Vec<String>) {
    let mut body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    if let Some(error) = body.get_mut("error") {
        error["request_id"] = Value::Null;
    }
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id");
    let headers = headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()));
    (answer.status.as_u16(), body, headers.collect())
}

async fn state(server: &Server, email: &str) -> String {
    server
        .control
        .user_by_email(email)
        .await
        .unwrap()
        .state
        .to_string()
}

#[tokio::test]
async fn nobody_signs_up_unless_it_is_allowed() {
    let server = server().await;
    let body = json!({"email": "bo@example.com"});
    assert_eq!(
        server.post(SIGN_UP, &body).await.error(),
        (403, "sign_up_off".into())
    );
    allow(&server, true, &["example.com"]).await;
    let elsewhere = json!({"email": "bo@example.org"});
    let refused = server.post(SIGN_UP, &elsewhere).await;
    assert_eq!(refused.json()["error"]["field"], "email");
    for trick in [
        "bo@notexample.com",
        "bo@example.com.evil.example",
        "bo@a@example.com",
    ] {
        let body = json!({"email": trick});
        assert_eq!(
            server.post(SIGN_UP, &body).await.error(),
            (400, "invalid".into()),
            "{trick}"
        );
    }
    let chosen = json!({"email": "bo@example.com", "password": PASSWORD});
    let refused = server.post(SIGN_UP, &chosen).await;
    assert!(
        refused.status == 400 && refused.text().contains("password"),
        "who signs up chooses no password: {}",
        refused.text()
    );
    assert_eq!(server.post(SIGN_UP, &body).await.status, 202);
    server
        .wait_for("auth", "event=sign_up&result=success", 1)
        .await;
    assert_eq!(state(&server, "bo@example.com").await, "unverified");
    let user = server
        .control
        .user_by_email("bo@example.com")
        .await
        .unwrap();
    assert_eq!(user.role, Role::User);
    let sign_in = server.try_sign_in("bo@example.com", PASSWORD).await;
    assert_eq!(sign_in.error(), (401, "wrong_credentials".into()));

    // Without a way out for mails an administrator hands the link over.
    let actor = Actor::system("test");
    let site = "https://logs.example";
    let link = server.control.invite_again(&actor, &user.id, site).await;
    let token = token_of(&link.unwrap().unwrap());
    let verify = json!({"token": token, "password": PASSWORD});
    let verified = server.post("/api/v1/tickets/use", &verify).await;
    assert_eq!(verified.json()["role"], "user", "{}", verified.text());
    assert_ne!(verified.header("set-cookie"), "", "it opens a session");
    assert_eq!(
        server.try_sign_in("bo@example.com", PASSWORD).await.status,
        200
    );
    assert_eq!(
        server
            .total("auth", "event=verify&user_name=bo@example.com")
            .await,
        1
    );
}

/// Accounts in every state, named after it.
async fn one_of_each(server: &Server) {
    allow(server, true, &[]).await;
    let actor = Actor::system("test");
    server.person("active@example.com", Role::User).await;
    server.invite("invited@example.com", Role::User).await;
    let disabled = server.person("disabled@example.com", Role::User).await;
    let change = UserChange {
        disabled: Some(true),
        role: None,
    };
    server
        .control
        .change_user(&actor, &disabled.id, change)
        .await
        .unwrap();
    let waiting = json!({"email": "unverified@example.com"});
    server.post(SIGN_UP, &waiting).await;
    server.wait_for("auth", "event=sign_up", 1).await;
}

#[tokio::test]
async fn whoever_has_an_account_shows_in_no_answer() {
    let server = server().await;
    one_of_each(&server).await;
    let mut answers = Vec::new();
    for name in ["unknown", "active", "invited", "disabled", "unverified"] {
        let email = format!("{name}@example.com");
        let reset = server.post(RESET, &json!({"email": email})).await;
        let sign_in = server.try_sign_in(&email, "not the password").await;
        let body = json!({"email": email});
        let sign_up = server.post(SIGN_UP, &body).await;
        assert_eq!(reset.status, 202, "{}", reset.text());
        answers.push([seen(&reset), seen(&sign_in), seen(&sign_up)]);
    }
    assert!(
        answers.iter().all(|other| *other == answers[0]),
        "{answers:#?}"
    );

    // What became of each, administrators can read.
    server
        .wait_for("auth", "event=password_reset_requested", 5)
        .await;
    server.wait_for("auth", "event=sign_up", 6).await;
    for (parameters, count) in [
        (
            "event=password_reset_requested&reason.contains=unknown account",
            1,
        ),
        (
            "event=password_reset_requested&reason.contains=mails cannot be sent",
            1,
        ),
        (
            "event=password_reset_requested&reason.contains=disabled account",
            1,
        ),
        (
            "event=password_reset_requested&reason.contains=invitation not accepted",
            1,
        ),
        (
            "event=password_reset_requested&reason.contains=e-mail not verified",
            1,
        ),
        ("event=sign_up&result=success", 2),
        (
            "event=sign_up&reason.contains=waits for its verification",
            1,
        ),
        ("event=sign_up&reason.contains=account exists", 1),
        ("event=sign_up&reason.contains=disabled account", 1),
        ("event=sign_up&reason.contains=invitation not accepted", 1),
    ] {
        let parameters = parameters.replace(' ', "%20");
        assert_eq!(
            server.total("auth", &parameters).await,
            count,
            "{parameters}"
        );
    }
    for name in ["active", "invited", "disabled", "unverified"] {
        assert_eq!(state(&server, &format!("{name}@example.com")).await, name);
    }
    assert_eq!(
        server
            .try_sign_in("active@example.com", PASSWORD)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn whoever_holds_the_link_chooses_the_password_and_a_repeated_sign_up_changes_nothing() {
    let server = server().await;
    allow(&server, true, &[]).await;
    let sign_up = async |count| {
        let body = json!({"email": "bo@example.com"});
        assert_eq!(server.post(SIGN_UP, &body).await.status, 202);
        server.wait_for("auth", "event=sign_up", count).await;
    };
    sign_up(1).await;
    let find = server.control.user_by_email("bo@example.com");
    let user = find.await.unwrap();
    let actor = Actor::system("test");
    let site = "https://logs.example";
    let link = server.control.invite_again(&actor, &user.id, site).await;
    let token = token_of(&link.unwrap().unwrap());
    assert!(!server.control.user(&user.id).await.unwrap().has_password);

    sign_up(2).await;
    let same = server.control.user(&user.id).await.unwrap();
    assert!(same.user == user && !same.has_password);
    let body = json!({"token": token, "password": PASSWORD});
    let used = server.post("/api/v1/tickets/use", &body).await;
    assert_eq!(used.json()["email"], "bo@example.com", "{}", used.text());
    sign_up(3).await;
    let sign_in = server.try_sign_in("bo@example.com", PASSWORD).await;
    assert_eq!(sign_in.status, 200);
    for (reason, count) in [
        ("waits%20for%20its%20verification", 1),
        ("account%20exists", 1),
    ] {
        let parameters = format!("event=sign_up&result=failure&reason.contains={reason}");
        assert_eq!(server.total("auth", &parameters).await, count, "{reason}");
    }
}

#[tokio::test]
async fn a_sign_up_that_an_administrator_closes_and_opens_is_an_invitation() {
    let server = server().await;
    one_of_each(&server).await;
    let email = "unverified@example.com";
    let user = server.control.user_by_email(email).await.unwrap();
    let actor = Actor::system("test");
    for disabled in [true, false] {
        let change = UserChange {
            disabled: Some(disabled),
            role: None,
        };
        let changed = server.control.change_user(&actor, &user.id, change);
        changed.await.unwrap();
    }
    assert_eq!(state(&server, email).await, "invited");
}
