//! API keys: how they end, how they are rotated, who owns them, how much they may send, and what is
//! put on record when one is refused.

use crate::control::database;
use crate::support::{EMAIL, JSON, PASSWORD, Server, server, server_with};
use axum::http::Method;
use daybook_model::Timestamp;
use daybook_server::control::{Actor, Key, NewKey, Role, Scope};
use daybook_server::{Options, Rates};
use daybook_testkit::MemoryStore;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

impl Server {
    async fn admin(&self, method: Method, path: &str, body: Value) -> crate::support::Answer {
        let headers = [("x-api-key", self.key.as_str()), JSON];
        self.request(method, path, &headers, body.to_string()).await
    }

    /// Reads with a key: status and code.
    async fn try_key(&self, key: &str) -> (u16, String) {
        let headers = [("x-api-key", key)];
        let answer = self.request(Method::GET, "/api/v1/logs/usage", &headers, ());
        let answer = answer.await;
        match answer.status.as_u16() {
            200 => (200, String::new()),
            _ => answer.error(),
        }
    }

    async fn new_key(&self, new: NewKey) -> (Key, String) {
        let actor = Actor::system("test");
        self.control.create_key(&actor, new).await.unwrap()
    }
}

fn reader(name: &str) -> NewKey {
    NewKey {
        name: name.into(),
        scopes: vec![Scope::Read],
        ..NewKey::default()
    }
}

#[tokio::test]
async fn a_key_ends_when_its_time_is_over() {
    let server = server().await;
    let soon = Timestamp::now().plus_us(400_000);
    let (_, key) = server
        .new_key(NewKey {
            expires_at: Some(soon),
            ..reader("short")
        })
        .await;
    assert_eq!(server.try_key(&key).await.0, 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(server.try_key(&key).await, (401, "expired_key".into()));

    let create = async |extra: Value| {
        let mut body = json!({"name": "x", "scopes": ["read"]});
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        server.admin(Method::POST, "/api/v1/api-keys", body).await
    };
    let made = create(json!({"expires_at": "2100-01-01T00:00:00Z", "rate_per_minute": 9})).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["expires_at"], "2100-01-01T00:00:00Z");
    assert_eq!(made["rate_per_minute"], 9);
    for (wrong, field) in [
        (json!({"expires_at": "2000-01-01T00:00:00Z"}), "expires_at"),
        (json!({"expires_at": "soon"}), "expires_at"),
        (json!({"rate_per_minute": 0}), "rate_per_minute"),
        (json!({"rate_per_minute": 1_000_001}), "rate_per_minute"),
    ] {
        let answer = create(wrong.clone()).await;
        assert_eq!(answer.status, 400, "{wrong}");
        assert_eq!(answer.json()["error"]["field"], field);
    }
    assert_eq!(
        create(json!({"user_id": "u"})).await.status,
        400,
        "nobody else's"
    );
}

#[tokio::test]
async fn a_rotated_key_keeps_all_but_its_secret() {
    let server = server().await;
    let (key, old) = server
        .new_key(NewKey {
            origin: Some("platform".into()),
            ..reader("gateway")
        })
        .await;
    let path = format!("/api/v1/api-keys/{}/rotate", key.id);
    let rotated = server.admin(Method::POST, &path, json!({})).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text());
    let rotated = rotated.json();
    assert_eq!(rotated["id"], key.id.as_str());
    assert_eq!(rotated["origin"], "platform");
    let new = rotated["key"].as_str().unwrap().to_owned();
    assert!(new != old && new.ends_with(rotated["last_four"].as_str().unwrap()));
    assert_eq!(server.try_key(&old).await, (401, "invalid_key".into()));
    assert_eq!(server.try_key(&new).await.0, 200);

    let with_grace = json!({"grace_minutes": 5});
    let newest = server.admin(Method::POST, &path, with_grace).await.json();
    let newest = newest["key"].as_str().unwrap().to_owned();
    assert_eq!(server.try_key(&new).await.0, 200, "for five minutes");
    assert_eq!(server.try_key(&newest).await.0, 200);
    let third = server.admin(Method::POST, &path, json!({})).await.json();
    let third = third["key"].as_str().unwrap();
    assert_eq!(server.try_key(&new).await.0, 401, "one old secret at most");
    assert_eq!(server.try_key(&newest).await.0, 401);

    let week = json!({"grace_minutes": 7 * 24 * 60 + 1});
    assert_eq!(server.admin(Method::POST, &path, week).await.status, 400);
    let none = server
        .admin(Method::POST, "/api/v1/api-keys/none/rotate", json!({}))
        .await;
    assert_eq!(none.status, 404);
    let grace = json!({"grace_minutes": 60});
    let fourth = server.admin(Method::POST, &path, grace).await.json();
    server
        .control
        .revoke_key(&Actor::system("test"), &key.id)
        .await
        .unwrap();
    let fourth = fourth["key"].as_str().unwrap();
    for secret in [third, fourth] {
        assert_eq!(server.try_key(secret).await, (401, "revoked_key".into()));
    }
    assert_eq!(
        server.admin(Method::POST, &path, json!({})).await.status,
        400
    );
    for (result, count) in [("success", 4), ("failure", 3)] {
        let told = format!("action=api_key.rotated&result={result}");
        assert_eq!(server.total("audit", &told).await, count, "{result}");
    }
}

#[tokio::test]
async fn personal_keys_belong_to_their_account() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let headers = [("cookie", cookie.as_str()), ("x-daybook-csrf", "1"), JSON];
    let path = "/api/v1/account/api-keys";
    let create = async |body: Value| {
        let sent = server.request(Method::POST, path, &headers, body.to_string());
        sent.await
    };
    let made = create(json!({"name": "notebook"})).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!(
        (&made["scopes"], &made["origin"]),
        (&json!(["read"]), &json!(""))
    );
    let secret = made["key"].as_str().unwrap();
    assert_eq!(server.try_key(secret).await.0, 200);
    let send = [("x-api-key", secret), JSON];
    let sent = server
        .request(Method::POST, "/api/v1/events", &send, "[]")
        .await;
    assert_eq!(sent.error(), (403, "missing_scope".into()));

    assert_eq!(
        create(json!({"name": "x", "scopes": ["admin"]}))
            .await
            .status,
        400
    );
    let by_key = [("x-api-key", server.key.as_str()), JSON];
    let keyed = server
        .request(Method::POST, path, &by_key, "{\"name\":\"x\"}")
        .await;
    assert_eq!(keyed.status, 401, "keys make no personal keys");
    let no_csrf = [("cookie", cookie.as_str()), JSON];
    let forged = server
        .request(Method::POST, path, &no_csrf, "{\"name\":\"x\"}")
        .await;
    assert_eq!(forged.error(), (403, "csrf".into()));

    for n in 1..20 {
        assert_eq!(create(json!({"name": n.to_string()})).await.status, 201);
    }
    let full = create(json!({"name": "one too many"})).await;
    assert!(
        full.status == 400 && full.text().contains("at most 20"),
        "{}",
        full.text()
    );
    let revoke = async |id: &str| {
        let path = format!("{path}/{id}");
        let answer = server.request(Method::DELETE, &path, &headers, ()).await;
        answer.status.as_u16()
    };
    assert_eq!(revoke(made["id"].as_str().unwrap()).await, 204);
    assert_eq!(server.try_key(secret).await, (401, "revoked_key".into()));
    assert_eq!(
        create(json!({"name": "now"})).await.status,
        201,
        "there is room"
    );

    let (platform, _) = server.new_key(reader("platform")).await;
    assert_eq!(revoke(&platform.id).await, 404, "not one's own");
    let own = server.request(Method::GET, path, &headers, ()).await.json();
    assert_eq!(own["items"].as_array().unwrap().len(), 21);
    let all = server.get("/api/v1/api-keys").await.json();
    let owned = all["items"].as_array().unwrap().iter();
    assert_eq!(owned.filter(|key| key["user_id"].is_string()).count(), 21);
}

#[tokio::test]
async fn a_personal_key_reads_what_its_account_may_at_that_moment() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let headers = [("cookie", cookie.as_str()), ("x-daybook-csrf", "1"), JSON];
    let path = "/api/v1/account/api-keys";
    let made = server.request(Method::POST, path, &headers, r#"{"name":"x"}"#);
    let made = made.await.json();
    let by_key = [("x-api-key", made["key"].as_str().unwrap())];
    server
        .post_events(&[], r#"[{"stream":"usage","user_id":"somebody"}]"#)
        .await;
    let read = async |path: &str| server.request(Method::GET, path, &by_key, ()).await;
    assert_eq!(read("/api/v1/logs/audit").await.status, 200);
    assert_eq!(read("/api/v1/logs/usage").await.json()["total"], 1);
    assert_eq!(
        read("/api/v1/api-keys").await.status,
        403,
        "it reads the log alone"
    );

    let mut db = database(server.dir.path()).await;
    let set = sqlx::query("UPDATE users SET role = 'user'").execute(&mut db);
    set.await.unwrap();
    assert_eq!(
        read("/api/v1/logs/audit").await.error(),
        (403, "forbidden".into())
    );
    assert_eq!(read("/api/v1/logs/usage").await.json()["total"], 0);
    assert_eq!(read("/metrics").await.status, 403);
}

#[tokio::test]
async fn a_platform_has_no_own_data() {
    let server = server().await;
    for path in [
        "logs",
        "logs/usage",
        "catalogue",
        "usage/summary?from=-1d",
        "logs/audit",
    ] {
        let answer = server.get(&format!("/api/v1/me/{path}")).await;
        assert_eq!(answer.error(), (403, "forbidden".into()), "{path}");
    }
}

#[tokio::test]
async fn personal_keys_end_with_their_account() {
    let server = server().await;
    let cookie = server.sign_in().await;
    let headers = [("cookie", cookie.as_str()), ("x-daybook-csrf", "1"), JSON];
    let path = "/api/v1/account/api-keys";
    let made = server.request(Method::POST, path, &headers, r#"{"name":"x"}"#);
    let made = made.await.json();
    let secret = made["key"].as_str().unwrap();
    assert_eq!(server.try_key(secret).await.0, 200);
    let mut db = database(server.dir.path()).await;
    for (state, status) in [("disabled", 401), ("active", 200), ("unverified", 401)] {
        let set = sqlx::query("UPDATE users SET state = $1").bind(state);
        set.execute(&mut db).await.unwrap();
        assert_eq!(server.try_key(secret).await.0, status, "{state}");
    }
    let refused = &server.auth_events("event=key_refused").await[0];
    assert_eq!(refused["reason"], "its account cannot sign in");
    let gone = sqlx::query("DELETE FROM users").execute(&mut db);
    gone.await.unwrap();
    assert_eq!(server.try_key(secret).await, (401, "invalid_key".into()));
}

#[tokio::test]
async fn a_closed_account_that_opens_again_has_no_personal_keys() {
    let server = server().await;
    let (account, admin) = (server.account(Role::Auditor).await, server.sign_in().await);
    let change = |cookie: String| [("cookie", cookie), ("x-daybook-csrf", "1".into())];
    let (own, admins) = (change(account.cookie.clone()), change(admin));
    let call = async |method: Method, path: &str, who: &[(&str, String)], body: &str| {
        let who = who.iter().map(|(name, value)| (*name, value.as_str()));
        let headers: Vec<_> = who.chain([JSON]).collect();
        let body = body.to_owned();
        server.request(method, path, &headers, body).await
    };
    let path = "/api/v1/account/api-keys";
    let made = call(Method::POST, path, &own, r#"{"name":"x"}"#).await;
    let secret = made.json()["key"].as_str().unwrap().to_owned();
    assert_eq!(server.try_key(&secret).await.0, 200);
    let path = format!("/api/v1/users/{}", account.id);
    for disabled in [true, false] {
        let body = json!({"disabled": disabled}).to_string();
        let changed = call(Method::PATCH, &path, &admins, &body).await;
        assert!(changed.status.is_success(), "{}", changed.text());
        assert_eq!(server.try_key(&secret).await.0, 401, "{disabled}");
    }
}

#[tokio::test]
async fn a_key_sends_no_more_than_it_may() {
    let server = server().await;
    let (_, key) = server
        .new_key(NewKey {
            rate_per_minute: Some(3),
            ..reader("slow")
        })
        .await;
    let (_, other) = server
        .new_key(NewKey {
            rate_per_minute: Some(3),
            ..reader("other")
        })
        .await;
    for _ in 0..3 {
        assert_eq!(server.try_key(&key).await.0, 200);
    }
    let headers = [("x-api-key", key.as_str())];
    let answer = server
        .request(Method::GET, "/api/v1/logs/usage", &headers, ())
        .await;
    assert_eq!(answer.error(), (429, "rate_limited".into()));
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=21).contains(&wait), "{wait}");
    assert!(
        answer.text().contains("3 requests a minute"),
        "{}",
        answer.text()
    );
    assert_eq!(server.try_key(&other).await.0, 200, "each has its own");
    assert!(
        server.auth_events("event=key_refused").await.is_empty(),
        "this is no refusal of the key"
    );
}

fn rates(anonymous_per_minute: u32, reads_per_minute: u32) -> Options {
    Options {
        rates: Rates {
            anonymous_per_minute,
            reads_per_minute,
        },
        ..Options::default()
    }
}

#[tokio::test]
async fn nobody_we_know_sends_no_more_than_an_address_may() {
    let server = server_with(rates(5, 0), Arc::new(MemoryStore::default())).await;
    let bogus = [("x-api-key", "dbk_bogus")];
    let bogus_cookie = [("cookie", "daybook_session=bogus")];
    let sign_in = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let mut codes = Vec::new();
    for _ in 0..3 {
        let answer = server
            .request(Method::GET, "/api/v1/status", &bogus, ())
            .await;
        codes.push(answer.status.as_u16());
        let answer = server
            .request(Method::GET, "/api/v1/status", &bogus_cookie, ())
            .await;
        codes.push(answer.status.as_u16());
        let headers = [("x-api-key", server.key.as_str()), JSON];
        let answer = server.request(Method::POST, "/api/v1/session", &headers, sign_in.clone());
        codes.push(answer.await.status.as_u16());
    }
    assert_eq!(codes, [401, 401, 401, 401, 401, 429, 429, 429, 429]);
    let setup = server.request(Method::GET, "/api/v1/setup", &[], ()).await;
    assert_eq!(setup.error(), (429, "rate_limited".into()));
    assert_eq!(
        server.request(Method::GET, "/", &[], ()).await.status,
        200,
        "a file"
    );
    assert_eq!(
        server
            .request(Method::GET, "/healthz", &[], ())
            .await
            .status,
        200
    );
    assert_eq!(
        server.get("/api/v1/status").await.status,
        200,
        "a key goes on"
    );
}

#[tokio::test]
async fn callers_read_no_more_than_they_may() {
    let server = server_with(rates(0, 4), Arc::new(MemoryStore::default())).await;
    let (_, key) = server.new_key(reader("eager")).await;
    for _ in 0..4 {
        assert_eq!(server.try_key(&key).await.0, 200);
    }
    assert_eq!(server.try_key(&key).await, (429, "rate_limited".into()));
    assert_eq!(server.get("/api/v1/logs/usage").await.status, 200);
    assert_eq!(
        server.post_events(&[], "[]").await.status,
        200,
        "sending is not reading"
    );
}

#[tokio::test]
async fn refused_keys_are_on_record_and_never_flood() {
    let server = server().await;
    let (gone, secret) = server.new_key(reader("gone")).await;
    server
        .control
        .revoke_key(&Actor::system("test"), &gone.id)
        .await
        .unwrap();
    for _ in 0..50 {
        assert_eq!(server.try_key(&secret).await.0, 401);
        assert_eq!(server.try_key("dbk_nobodys").await.0, 401);
    }
    let headers = [("x-api-key", secret.as_str()), ("user-agent", "old script")];
    server
        .request(Method::GET, "/api/v1/status", &headers, ())
        .await;
    let events = server.auth_events("event=key_refused").await;
    assert_eq!(events.len(), 2, "{events:?}");
    let [revoked, unknown] = [&events[0], &events[1]];
    assert_eq!(revoked["reason"], "revoked");
    assert_eq!(revoked["user_name"], "gone");
    assert_eq!(revoked["method"], "api_key");
    assert_eq!(revoked["result"], "failure");
    assert_eq!(revoked["ip"], "203.0.113.8");
    assert_eq!(revoked["details"]["key_id"], gone.id.as_str());
    assert_eq!(unknown["reason"], "unknown key");
    assert!(
        unknown["user_name"]
            .as_str()
            .unwrap()
            .starts_with("unknown key ")
    );
    assert!(
        !format!("{events:?}").contains("nobodys"),
        "not even a part of it"
    );
    // What is summed comes when its minute is over, or when the server ends.
    server.control.close().await;
}
