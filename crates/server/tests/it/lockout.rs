//! Guessing: it is slowed, it locks, and it keeps no owner out.

use crate::browser::{Browser, Jar};
use crate::support::{Answer, EMAIL, PASSWORD, Server, server};
use daybook_server::control::{Actor, LOCK_US, Role};
use serde_json::{Value, json};

const STRANGER: [u8; 4] = [198, 51, 100, 66];

async fn with_admin() -> Server {
    let server = server().await;
    let made = server.control.bootstrap(EMAIL, PASSWORD.into()).await;
    made.unwrap();
    server
}

/// Five wrong passwords, as many as pass without a delay. A restart forgets the delay, not the
/// failures.
async fn guess(server: Server, jar: Option<&Jar>, name: &str) -> Server {
    for _ in 0..5 {
        let browser = match jar {
            Some(jar) => jar.open(&server),
            None => Browser::at(&server, STRANGER),
        };
        let answer = browser.sign_in(name, "wrong password").await;
        assert_eq!(answer.error(), (401, "wrong_credentials".into()));
    }
    server.restart().await
}

async fn lock(server: Server) -> Server {
    let server = guess(server, None, EMAIL).await;
    guess(server, None, EMAIL).await
}

async fn sign_in(server: &Server) -> Answer {
    Browser::at(server, STRANGER).sign_in(EMAIL, PASSWORD).await
}

#[tokio::test]
async fn ten_failures_lock_strangers_out_and_nobody_else() {
    let server = with_admin().await;
    let owner = Browser::new(&server);
    owner.sign_in(EMAIL, PASSWORD).await;
    let jar = owner.jar();
    let signed_out = owner.copied();
    signed_out.sign_in(EMAIL, PASSWORD).await;
    signed_out.delete("/api/v1/session", Value::Null).await;
    let signed_out = signed_out.jar();
    owner.sign_in(EMAIL, PASSWORD).await;
    let in_session = owner.jar();

    let server = lock(server).await;
    assert_eq!(
        sign_in(&server).await.status,
        401,
        "not even with the password"
    );
    let locked = server.auth_events("event=lockout").await;
    assert_eq!((locked.len(), &locked[0]["user_name"]), (1, &json!(EMAIL)));
    assert_eq!(locked[0]["details"]["minutes"], 30);
    assert_eq!(
        server
            .total("audit", "action=user.locked&operation=disable")
            .await,
        1
    );

    assert!(
        in_session.open(&server).is_in().await,
        "open sessions go on"
    );
    for jar in [&jar, &signed_out] {
        let known = jar.open(&server).sign_in(EMAIL, PASSWORD).await;
        assert_eq!(known.status, 200, "a browser the account was used from");
    }
    assert_eq!(
        sign_in(&server).await.status,
        401,
        "which unlocks it for nobody else"
    );
    let reasons = server
        .auth_events("event=sign_in&reason.contains=locked")
        .await;
    assert_eq!(reasons[0]["reason"], "locked account, right password");
}

#[tokio::test]
async fn a_lock_ends_in_time_whatever_the_clock_does() {
    let server = lock(with_admin().await).await;
    let user = server.control.user_by_email(EMAIL).await.unwrap();
    let profile = server.control.user(&user.id).await.unwrap();
    assert!(profile.locked_until.is_some() && !profile.mfa_enabled);
    assert_eq!(sign_in(&server).await.status, 401);
    server
        .sql(&format!(
            "UPDATE lockouts SET locked_until = locked_until - {LOCK_US}"
        ))
        .await;
    assert_eq!(sign_in(&server).await.status, 200, "after half an hour");

    let server = lock(server).await;
    assert_eq!(sign_in(&server).await.status, 401);
    let year_us = 365 * 24 * 3_600_000_000_i64;
    server
        .sql(&format!(
            "UPDATE lockouts SET locked_until = locked_until + {year_us}"
        ))
        .await;
    assert_eq!(sign_in(&server).await.status, 200, "the clock was set back");
}

#[tokio::test]
async fn an_administrator_or_a_new_password_unlocks() {
    let server = with_admin().await;
    server.add_user("bo@example.com", Role::SuperAdmin).await;
    let server = lock(server).await;
    let admin = Browser::new(&server);
    admin.sign_in("bo@example.com", PASSWORD).await;
    let id = server.control.user_by_email(EMAIL).await.unwrap().id;
    let path = format!("/api/v1/users/{id}/unlock");
    assert_eq!(admin.post(&path, Value::Null).await.status, 204);
    assert_eq!(sign_in(&server).await.status, 200);
    let unlocked = server.auth_events("event=unlock").await;
    assert_eq!(unlocked[0]["reason"], "unlocked by bo@example.com");
    assert_eq!(server.total("audit", "action=user.unlocked").await, 1);

    let server = lock(server).await;
    let actor = Actor::system("test");
    let new = server
        .control
        .reset_password(&actor, EMAIL, PASSWORD.into());
    new.await.unwrap();
    assert_eq!(sign_in(&server).await.status, 200);
    assert_eq!(server.auth_events("event=unlock").await.len(), 2);
}

#[tokio::test]
async fn a_known_browser_is_locked_for_itself_and_of_its_own_account_only() {
    let server = with_admin().await;
    server.add_user("bo@example.com", Role::User).await;
    let (bo, ana) = (Browser::new(&server), Browser::new(&server));
    bo.sign_in("bo@example.com", PASSWORD).await;
    ana.sign_in(EMAIL, PASSWORD).await;
    let (bo, ana) = (bo.jar(), ana.jar());
    // Bo's browser is a stranger to Ana's account.
    let server = guess(server, Some(&bo), EMAIL).await;
    let server = guess(server, Some(&bo), EMAIL).await;
    assert_eq!(sign_in(&server).await.status, 401);
    assert_eq!(ana.open(&server).sign_in(EMAIL, PASSWORD).await.status, 200);

    let server = guess(server, Some(&ana), EMAIL).await;
    let server = guess(server, Some(&ana), EMAIL).await;
    let answer = ana.open(&server).sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.status, 401, "ten failures of its own");
    assert_eq!(server.auth_events("event=lockout").await.len(), 2);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_one() {
    let server = with_admin().await;
    let names = ["unverified", "disabled", "invited"];
    for state in names {
        server
            .add_user(&format!("{state}@example.com"), Role::User)
            .await;
        let sql = format!("UPDATE users SET state = '{state}' WHERE email LIKE '{state}%'");
        server.sql(&sql).await;
    }
    server.add_user("sso@example.com", Role::User).await;
    server
        .sql("UPDATE users SET password_hash = NULL WHERE email LIKE 'sso%'")
        .await;
    server.add_user("bo@example.com", Role::User).await;
    let server = lock(server).await;
    let mut told = Vec::new();
    for (name, password) in [
        ("bo@example.com", "wrong password"),
        ("nobody@example.com", PASSWORD),
        ("no e-mail", PASSWORD),
        ("unverified@example.com", PASSWORD),
        ("disabled@example.com", PASSWORD),
        ("invited@example.com", PASSWORD),
        ("sso@example.com", PASSWORD),
        (EMAIL, PASSWORD),
        (EMAIL, "wrong password"),
    ] {
        let answer = Browser::at(&server, STRANGER).sign_in(name, password).await;
        let mut body = answer.json();
        body["error"]["request_id"] = Value::Null;
        let headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        told.push((answer.status, headers, body));
    }
    for other in &told[1..] {
        assert_eq!(*other, told[0]);
    }
    let events = server.auth_events("event=sign_in&result=failure").await;
    assert!(
        !events
            .iter()
            .any(|event| event.to_string().contains("no e-mail\""))
    );
    let reasons: Vec<_> = events[events.len() - 9..]
        .iter()
        .map(|event| event["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        reasons,
        [
            "wrong password",
            "unknown account",
            "no e-mail address: the name is not recorded",
            "e-mail not verified",
            "disabled account",
            "invitation not accepted",
            "account without password",
            "locked account, right password",
            "locked account, wrong password",
        ]
    );
}

#[tokio::test]
async fn names_without_an_account_are_slowed_alike() {
    let server = with_admin().await;
    for name in [EMAIL, "nobody@example.com"] {
        for _ in 0..5 {
            let answer = Browser::at(&server, STRANGER)
                .sign_in(name, "wrong password")
                .await;
            assert_eq!(answer.status, 401);
        }
        let answer = Browser::at(&server, STRANGER).sign_in(name, PASSWORD).await;
        assert_eq!(answer.error(), (429, "throttled".into()), "{name}");
        assert_eq!(answer.header("retry-after"), "1");
    }
    let server = server.restart().await;
    let sums = server.auth_events("").await;
    let waited = |sum: &&Value| sum["details"]["reasons"]["too many failures: has to wait"] == 1;
    assert_eq!(
        sums.iter().filter(waited).count(),
        2,
        "as every failure, it is on record"
    );
}

#[tokio::test]
async fn many_guesses_at_once_are_no_way_round() {
    let server = with_admin().await;
    let browsers: Vec<_> = (0..40).map(|_| Browser::at(&server, STRANGER)).collect();
    let guesses = browsers
        .iter()
        .map(|it| it.sign_in(EMAIL, "wrong password"));
    let answers = futures_util::future::join_all(guesses).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 401);
    assert_eq!(looked_at.count(), 5);
}

#[tokio::test]
async fn spraying_one_password_is_noticed_and_slows_its_address() {
    let server = with_admin().await;
    for n in 0..12_u8 {
        let name = format!("user{n}@example.com");
        // From many addresses, each of which tries once.
        let answer = Browser::at(&server, [192, 0, 2, n])
            .sign_in(&name, "Winter2026!")
            .await;
        assert_eq!(answer.status, 401);
    }
    let noticed = server.auth_events("event=password_spraying").await;
    assert_eq!(
        (noticed.len(), &noticed[0]["details"]["accounts"]),
        (1, &json!(10))
    );
    assert!(!noticed[0].to_string().contains("Winter2026!"));

    let mut tries = 0;
    loop {
        let name = format!("more{tries}@example.com");
        let answer = Browser::at(&server, STRANGER)
            .sign_in(&name, "Winter2026!")
            .await;
        if answer.status == 429 {
            break;
        }
        tries += 1;
    }
    assert!(tries < 10, "sooner than the twenty an address has: {tries}");
    let other = Browser::new(&server).sign_in(EMAIL, PASSWORD).await;
    assert_eq!(other.status, 200, "other addresses go on");
}

#[tokio::test]
async fn wrong_codes_lock_like_wrong_passwords() {
    let server = with_admin().await;
    let owner = Browser::new(&server);
    owner.sign_in(EMAIL, PASSWORD).await;
    owner.set_up_mfa().await;
    let mut server = server;
    for _ in 0..2 {
        for code in ["000000", "000001", "000002", "000003", "000004"] {
            let answer = Browser::at(&server, STRANGER)
                .sign_in_with(EMAIL, code)
                .await;
            assert_eq!(answer.error(), (401, "wrong_code".into()));
        }
        server = server.restart().await;
    }
    let answer = sign_in(&server).await;
    assert_eq!(answer.error(), (401, "wrong_credentials".into()), "locked");
}
