//! Links that are sent to people: each works once, for a while, and until a newer one is made.

use crate::people::{PASSWORD, cookie_of, token_of};
use crate::support::{Server, server};
use axum::http::Method;
use daybook_server::control::{Actor, Role};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};

const USE: &str = "/api/v1/tickets/use";

async fn database(server: &Server) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(server.dir.path().join("control.db"));
    options.connect().await.unwrap()
}

#[tokio::test]
async fn tickets_are_secret_at_rest_and_last_as_long_as_their_kind() {
    let server = server().await;
    let (_, token) = server.invite("bo@example.com", Role::User).await;
    let mut db = database(&server).await;
    let (hash, life_h): (String, i64) =
        sqlx::query_as("SELECT token_hash, (expires_at - created_at) / 3600000000 FROM tickets")
            .fetch_one(&mut db)
            .await
            .unwrap();
    assert!(!hash.contains(&token) && hash.len() == 64);
    assert_eq!((token.len(), life_h), (43, 7 * 24), "256 bits in base 64");

    let person = server.person("cy@example.com", Role::User).await;
    let actor = Actor::system("test");
    let link = server
        .control
        .send_reset(&actor, &person.id, "https://x.example");
    link.await.unwrap();
    let life_h: i64 = sqlx::query_scalar(
        "SELECT (expires_at - created_at) / 3600000000 FROM tickets WHERE kind = 'reset'",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!(life_h, 1);
}

#[tokio::test]
async fn an_expired_or_replaced_ticket_is_as_good_as_none() {
    let server = server().await;
    let actor = Actor::system("test");
    let (id, first) = server.invite("bo@example.com", Role::User).await;
    let again = server
        .control
        .invite_again(&actor, &id, "https://logs.example")
        .await;
    let second = token_of(&again.unwrap().unwrap());
    let mut db = database(&server).await;
    let try_it = async |token: &str| {
        let body = json!({"token": token, "password": PASSWORD});
        let (checked, used) = (
            server
                .post("/api/v1/tickets/check", &json!({"token": token}))
                .await,
            server.post(USE, &body).await,
        );
        assert_eq!(checked.error().1, used.error().1);
        assert_eq!(
            checked.json()["error"]["message"],
            used.json()["error"]["message"]
        );
        used.error()
    };
    let invalid = (404, "ticket_invalid".to_owned());
    assert_eq!(try_it(&first).await, invalid, "replaced");
    sqlx::query("UPDATE tickets SET expires_at = created_at")
        .execute(&mut db)
        .await
        .unwrap();
    assert_eq!(try_it(&second).await, invalid, "expired");
    assert_eq!(try_it("never made").await, invalid);
    let told = server.auth_events("event=ticket_refused").await;
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0]["method"], "ticket");
    assert_eq!(
        server.control.user(&id).await.unwrap().user.state.name(),
        "invited"
    );
}

#[tokio::test]
async fn a_ticket_survives_a_bad_password_and_works_once_when_used_twice_at_once() {
    let server = server().await;
    let (_, token) = server.invite("bo.lee@example.com", Role::User).await;
    for (password, why) in [
        (None, "choose one"),
        (Some("short"), "at least 8"),
        (Some("iloveyou"), "tried first"),
        (Some("Daybook 2026!"), "must hold more"),
        (Some("bo.lee@example.com"), "must hold more"),
    ] {
        let refused = server
            .post(USE, &json!({"token": token, "password": password}))
            .await;
        assert_eq!(refused.error(), (400, "invalid".into()), "{password:?}");
        let message = refused.json()["error"]["message"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(message.contains(why), "{message}");
    }
    let long = "x-7u".repeat(257);
    let refused = server
        .post(USE, &json!({"token": token, "password": long}))
        .await;
    assert!(refused.text().contains("1024 bytes"), "{}", refused.text());

    let body = json!({"token": token, "password": PASSWORD});
    let (one, other) = tokio::join!(server.post(USE, &body), server.post(USE, &body));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
}

#[tokio::test]
async fn a_reset_sets_the_password_and_ends_every_other_session() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    let person = server.person("bo@example.com", Role::User).await;
    let path = format!("/api/v1/users/{}/reset", person.id);
    let sent = server
        .as_person(&admin, Method::POST, &path, Some(&json!({})))
        .await;
    let link = sent.json()["link"].as_str().unwrap().to_owned();
    for _ in 0..6 {
        server.try_sign_in(&person.email, "not the password").await;
    }
    let body = json!({"token": token_of(&link), "password": "an entirely other one"});
    let fresh = cookie_of(&server.post(USE, &body).await);
    let open = async |cookie: &str| {
        let headers = [("cookie", cookie)];
        let answer = server
            .request(Method::GET, "/api/v1/session", &headers, ())
            .await;
        answer.json()
    };
    assert_eq!(open(&fresh).await["email"], "bo@example.com");
    assert!(open(&person.cookie).await.is_null());
    assert_eq!(
        server.try_sign_in(&person.email, PASSWORD).await.status,
        401
    );
    assert_eq!(
        server
            .try_sign_in(&person.email, "an entirely other one")
            .await
            .status,
        200,
        "failures of others do not keep the owner out"
    );
    let reset = server.newest("auth", "event=password_reset").await;
    assert_eq!(
        (&reset["method"], &reset["user_id"]),
        (&json!("ticket"), &json!(person.id))
    );
    assert_eq!(server.total("audit", "operation=modify_password").await, 1);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let server = server().await;
    let person = server.person("bo@example.com", Role::User).await;
    let other = cookie_of(&server.try_sign_in(&person.email, PASSWORD).await);
    let change = async |current: &str, new: &str| {
        let body = json!({"current": current, "new": new});
        let path = "/api/v1/account/password";
        server
            .as_person(&person, Method::POST, path, Some(&body))
            .await
    };
    let wrong = change("not the password", "an entirely other one").await;
    assert_eq!(wrong.error(), (403, "wrong_password".into()));
    assert_eq!(
        change(PASSWORD, PASSWORD).await.json()["error"]["field"],
        "new"
    );
    assert_eq!(
        change(PASSWORD, "password1").await.error(),
        (400, "invalid".into())
    );
    let done = change(PASSWORD, "an entirely other one").await;
    assert_eq!(done.status, 204, "{}", done.text());
    let renewed = done
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let headers = [("cookie", other.as_str())];
    let ended = server
        .request(Method::GET, "/api/v1/session", &headers, ())
        .await;
    assert!(ended.json().is_null());
    assert_eq!(
        server.try_sign_in(&person.email, PASSWORD).await.status,
        401
    );
    let refused = server.newest("auth", "event=reauthentication").await;
    assert_eq!(refused["user_name"], "bo@example.com");
    assert_eq!(
        server
            .total("auth", "event=password_changed&result=success")
            .await,
        1
    );

    let stale = server
        .as_person(&person, Method::GET, "/api/v1/account", None)
        .await;
    assert_eq!(
        stale.error(),
        (401, "unauthorized".into()),
        "the old token ended, too"
    );
    let headers = [("cookie", renewed.as_str())];
    let account = server
        .request(Method::GET, "/api/v1/account", &headers, ())
        .await;
    assert_eq!(
        (&account.json()["email"], &account.json()["has_password"]),
        (&json!("bo@example.com"), &json!(true))
    );
}
