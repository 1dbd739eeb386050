//! The second factor: setting it up, giving it, losing it, having to have it.

use crate::browser::Browser;
use crate::support::{EMAIL, PASSWORD, Server, server};
use axum::http::Method;
use daybook_server::control::{Client, Proof, Role};
use serde_json::{Value, json};

const MFA: &str = "/api/v1/account/mfa";

async fn with_admin() -> Server {
    let server = server().await;
    let made = server.control.bootstrap(EMAIL, PASSWORD.into()).await;
    made.unwrap();
    server
}

async fn signed_in(server: &Server) -> Browser<'_> {
    let browser = Browser::new(server);
    let answer = browser.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    browser
}

/// Lets a code of the last minute count again, as time would.
async fn wait_a_minute(server: &Server) {
    let sql = "UPDATE second_factors SET last_step = last_step - 3";
    server.sql(sql).await;
}

async fn require_of(server: &Server, roles: &[Role]) {
    let mut settings = server.control.sign_in_settings().await.unwrap();
    settings.mfa_required_roles = roles.into();
    let actor = daybook_server::control::Actor::system("test");
    let set = server.control.set_sign_in_settings(&actor, settings);
    set.await.unwrap();
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_works_once() {
    let server = with_admin().await;
    let (here, there) = (signed_in(&server).await, signed_in(&server).await);
    let stolen = here.copied();
    let (authenticator, codes) = here.set_up_mfa().await;
    assert_eq!(codes.len(), 10);
    assert!(here.is_in().await && here.session().await["mfa_enabled"] == true);
    assert!(!there.is_in().await, "other sessions ended");
    assert!(!stolen.is_in().await, "this one has another token");

    let browser = Browser::new(&server);
    let answer = browser.sign_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.error(), (401, "mfa_required".into()));
    assert_eq!(answer.header("set-cookie"), "");
    let replayed = browser.sign_in_with(EMAIL, &authenticator.first).await;
    assert_eq!(replayed.error(), (401, "wrong_code".into()));
    assert_eq!(browser.sign_in_with(EMAIL, "000000").await.status, 401);

    wait_a_minute(&server).await;
    let code = authenticator.code(0);
    let typed = format!("{} {}", &code[..3], &code[3..]);
    assert_eq!(
        browser.sign_in_with(EMAIL, &typed).await.status,
        200,
        "typed in two halves"
    );
    let again = Browser::new(&server).sign_in_with(EMAIL, &code).await;
    assert_eq!(again.error(), (401, "wrong_code".into()));
    assert_eq!(
        again.json()["error"]["message"],
        replayed.json()["error"]["message"]
    );

    let reasons: Vec<_> = server
        .auth_events("event=sign_in&result=failure")
        .await
        .iter()
        .map(|event| event["reason"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        reasons,
        [
            "the code was used before",
            "wrong code",
            "the code was used before"
        ]
    );
    let asked = server.auth_events("event=mfa_requested").await;
    assert_eq!(asked.len(), 1, "{asked:?}");
    let methods = server
        .get("/api/v1/logs/auth/values/method?event=sign_in&result=success")
        .await;
    assert!(
        methods.text().contains("password+totp"),
        "{}",
        methods.text()
    );
}

#[tokio::test]
async fn a_code_comes_a_step_early_or_late_and_no_more() {
    let server = with_admin().await;
    let (authenticator, _) = signed_in(&server).await.set_up_mfa().await;
    for (steps, status) in [(-3, 401), (3, 401), (1, 200)] {
        wait_a_minute(&server).await;
        let code = authenticator.code(steps);
        let answer = Browser::new(&server).sign_in_with(EMAIL, &code).await;
        assert_eq!(answer.status, status, "{steps}");
    }
    let earlier = authenticator.code(0);
    let answer = Browser::new(&server).sign_in_with(EMAIL, &earlier).await;
    assert_eq!(
        answer.status, 401,
        "what came before a code that was used is used"
    );
}

#[tokio::test]
async fn backup_codes_work_once_and_end_with_new_ones() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let (authenticator, codes) = browser.set_up_mfa().await;
    let first = Browser::new(&server);
    let typed = codes[0].to_uppercase();
    assert_eq!(first.sign_in_with(EMAIL, &typed).await.status, 200);
    let again = Browser::new(&server).sign_in_with(EMAIL, &codes[0]).await;
    assert_eq!(again.error(), (401, "wrong_code".into()));
    let used = server.auth_events("event=backup_code_used").await;
    assert_eq!((used.len(), &used[0]["details"]["left"]), (1, &json!(9)));
    let sign_in = server
        .auth_events("event=sign_in&method=password%2Bbackup_code&result=success")
        .await;
    assert_eq!(sign_in.len(), 1);

    wait_a_minute(&server).await;
    let body = json!({"code": authenticator.code(0)});
    let renewed = browser.post(&format!("{MFA}/backup-codes"), body).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    let new = renewed.json()["backup_codes"][0]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        Browser::new(&server)
            .sign_in_with(EMAIL, &codes[1])
            .await
            .status,
        401
    );
    assert_eq!(
        Browser::new(&server).sign_in_with(EMAIL, &new).await.status,
        200
    );
    let generated = "operation=generate_backup_code";
    assert_eq!(
        server.total("audit", generated).await,
        2,
        "with the factor, and now"
    );
}

#[tokio::test]
async fn two_requests_with_one_code_are_one_sign_in() {
    let server = with_admin().await;
    let (authenticator, codes) = signed_in(&server).await.set_up_mfa().await;
    wait_a_minute(&server).await;
    for code in [authenticator.code(0), codes[3].clone()] {
        let (one, other) = (Browser::new(&server), Browser::new(&server));
        let both = tokio::join!(
            one.sign_in_with(EMAIL, &code),
            other.sign_in_with(EMAIL, &code)
        );
        let mut statuses = [both.0.status.as_u16(), both.1.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401]);
    }
}

#[tokio::test]
async fn secrets_are_shown_once_and_stand_in_no_event() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let wrong = json!({"password": "wrong password"});
    let refused = browser.post(MFA, wrong).await;
    assert_eq!(refused.error(), (403, "wrong_password".into()));
    let body = json!({"password": PASSWORD});
    let setup = browser.post(MFA, body.clone()).await.json();
    let secret = setup["secret"].as_str().unwrap();
    assert!(setup["uri"].as_str().unwrap().contains(secret));
    assert!(setup["qr_svg"].as_str().unwrap().contains("<svg"));
    let nothing = browser.session().await;
    assert_eq!(nothing["mfa_enabled"], false, "not before it is confirmed");
    let wrong = browser
        .post(&format!("{MFA}/confirm"), json!({"code": "123456"}))
        .await;
    assert_eq!(wrong.error(), (403, "wrong_code".into()));

    let (authenticator, codes) = browser.set_up_mfa().await;
    let again = browser.post(MFA, body).await;
    assert_eq!(again.status, 409, "{}", again.text());
    let confirm = json!({"code": authenticator.code(1)});
    let again = browser.post(&format!("{MFA}/confirm"), confirm).await;
    assert_eq!(again.status, 404);
    for stream in ["audit", "auth"] {
        let events = server
            .get(&format!("/api/v1/logs/{stream}?page_size=1000"))
            .await;
        let events = events.text();
        for code in codes.iter().chain([&secret.to_owned()]) {
            assert!(!events.contains(code.as_str()), "{stream}");
        }
    }
    for operation in ["bind_2fa", "enable_2fa", "generate_backup_code"] {
        let found = server
            .total("audit", &format!("operation={operation}"))
            .await;
        assert!(found > 0, "{operation}");
    }
}

#[tokio::test]
async fn turning_it_off_takes_password_and_code() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    let (authenticator, codes) = browser.set_up_mfa().await;
    wait_a_minute(&server).await;
    let code = authenticator.code(0);
    let off = async |password: &str, code: &str| {
        browser
            .delete(MFA, json!({"password": password, "code": code}))
            .await
    };
    assert_eq!(
        off("wrong password", &code).await.error(),
        (403, "wrong_password".into())
    );
    assert_eq!(
        off(PASSWORD, "000000").await.error(),
        (403, "wrong_code".into())
    );
    require_of(&server, &[Role::SuperAdmin]).await;
    assert_eq!(
        off(PASSWORD, &code).await.error(),
        (403, "mfa_required_by_role".into())
    );
    require_of(&server, &[]).await;
    let stolen = browser.copied();
    assert_eq!(off(PASSWORD, &code).await.status, 204);
    assert!(browser.is_in().await && !stolen.is_in().await);
    assert_eq!(
        Browser::new(&server).sign_in(EMAIL, PASSWORD).await.status,
        200
    );
    let with_old = Browser::new(&server).sign_in_with(EMAIL, &codes[0]).await;
    assert_eq!(
        with_old.status, 200,
        "a code that nobody asks for is not looked at"
    );
    for (result, count) in [("success", 1), ("failure", 3)] {
        let told = format!("operation=disable_2fa&result={result}");
        assert_eq!(server.total("audit", &told).await, count, "{result}");
    }
    assert_eq!(server.auth_events("event=mfa_disabled").await.len(), 1);
}

#[tokio::test]
async fn who_must_have_one_may_only_set_it_up() {
    let server = with_admin().await;
    let browser = signed_in(&server).await;
    require_of(&server, &[Role::SuperAdmin]).await;
    let session = browser.session().await;
    assert_eq!(
        (
            &session["mfa_setup_required"],
            &session["mfa_code_required"]
        ),
        (&json!(true), &json!(false)),
        "at once, in an open session"
    );
    let allowed = [
        "/api/v1/session",
        "/api/v1/account",
        "/api/v1/account/mfa",
        "/api/v1/account/mfa/confirm",
        "/api/v1/account/mfa/verify",
    ];
    let document: Value = serde_json::from_str(&daybook_server::openapi_document()).unwrap();
    let mut refused = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let schemes = operation["security"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let by_session = schemes.iter().any(|scheme| scheme.get("session").is_some());
            if !by_session || allowed.contains(&path.as_str()) {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let path = path
                .replace("{stream}", "usage")
                .replace("{field}", "user_id");
            let path = path.replace("{id}", "x").replace("{provider_id}", "x");
            let answer = browser.call(method.clone(), &path, &Value::Null).await;
            let told = answer.error();
            assert_eq!(told, (403, "mfa_setup_required".into()), "{method} {path}");
            refused += 1;
        }
    }
    assert!(refused > 20, "{refused}");
    browser.set_up_mfa().await;
    assert!(browser.is_in().await);
    assert_eq!(browser.session().await["mfa_setup_required"], false);
}

#[tokio::test]
async fn a_session_without_the_second_factor_gives_it_first() {
    let server = with_admin().await;
    let (authenticator, _) = signed_in(&server).await.set_up_mfa().await;
    wait_a_minute(&server).await;
    let user = server.control.user_by_email(EMAIL).await.unwrap();
    let open = async |mfa: bool| {
        let (control, client) = (&server.control, Client::default());
        let opened = control.open_session(&client, user.clone(), Proof::sso("idp", mfa));
        let browser = Browser::new(&server);
        browser.set_cookie("daybook_session", &opened.await.unwrap().token);
        browser
    };
    assert!(
        open(true).await.is_in().await,
        "the provider vouched for one"
    );
    let browser = open(false).await;
    let answer = browser.get("/api/v1/api-keys").await;
    assert_eq!(answer.error(), (403, "mfa_code_required".into()));
    assert_eq!(browser.session().await["mfa_code_required"], true);
    let sneaky = browser.post(MFA, json!({"password": PASSWORD})).await;
    assert_eq!(sneaky.status, 409, "no second second factor");
    let verify = format!("{MFA}/verify");
    let wrong = browser.post(&verify, json!({"code": "000000"})).await;
    assert_eq!(wrong.error(), (403, "wrong_code".into()));
    let before = browser.copied();
    let verified = browser
        .post(&verify, json!({"code": authenticator.code(0)}))
        .await;
    assert_eq!(verified.status, 200, "{}", verified.text());
    assert!(browser.is_in().await && !before.is_in().await);
    assert_eq!(server.auth_events("event=mfa_verified").await.len(), 1);
}

#[tokio::test]
async fn an_administrator_helps_who_lost_theirs() {
    let server = with_admin().await;
    let id = server.add_user("bo@example.com", Role::User).await;
    let bo = Browser::new(&server);
    bo.sign_in("bo@example.com", PASSWORD).await;
    bo.set_up_mfa().await;
    let admin = signed_in(&server).await;
    let path = format!("/api/v1/users/{id}/mfa");
    assert_eq!(admin.delete(&path, Value::Null).await.status, 204);
    assert_eq!(bo.session().await, Value::Null, "sessions end");
    assert_eq!(bo.sign_in("bo@example.com", PASSWORD).await.status, 200);
    assert_eq!(admin.delete(&path, Value::Null).await.status, 404);
    let event = &server.auth_events("event=mfa_disabled").await[0];
    assert_eq!(event["reason"], format!("reset by {EMAIL}"));
    assert_eq!(event["user_name"], "bo@example.com");
}

#[tokio::test]
async fn wrong_codes_lock_whichever_session_they_are_given_in() {
    let server = with_admin().await;
    let owner = signed_in(&server).await;
    let (authenticator, codes) = owner.set_up_mfa().await;
    let mut thieves = Vec::new();
    for code in &codes[..3] {
        let browser = Browser::new(&server);
        let signed_in = browser.sign_in_with(EMAIL, code).await;
        assert_eq!(signed_in.status, 200);
        thieves.push(browser);
    }
    // As if a provider had vouched for the first factor alone.
    server.sql("UPDATE sessions SET mfa = FALSE").await;
    let verify = async |browser: &Browser<'_>, code: &str| {
        let code = json!({"code": code});
        browser.post("/api/v1/account/mfa/verify", code).await
    };
    for thief in &thieves[..2] {
        for _ in 0..5 {
            let wrong = verify(thief, "000000").await;
            assert_eq!(wrong.error(), (403, "wrong_code".into()));
        }
    }
    wait_a_minute(&server).await;
    let right = verify(&thieves[2], &authenticator.code(0)).await;
    assert_eq!(right.error(), (403, "wrong_code".into()), "locked");
    let told = server.auth_events("event=lockout").await;
    assert_eq!(told.len(), 1, "{told:?}");
    let unlock = "UPDATE lockouts SET locked_until = locked_until - 1800000000";
    server.sql(unlock).await;
    let right = verify(&thieves[2], &authenticator.code(0)).await;
    assert_eq!(right.status, 200, "{}", right.text());
}

#[tokio::test]
async fn guessing_many_at_once_is_no_way_round_the_count() {
    let server = with_admin().await;
    let thief = signed_in(&server).await;
    let guesses = (0..50).map(|guess| {
        let guess = json!({"password": format!("guess number {guess}")});
        thief.post(MFA, guess)
    });
    let answers = futures_util::future::join_all(guesses).await;
    let checked = answers.iter().filter(|answer| answer.status == 403).count();
    assert!((1..=10).contains(&checked), "{checked} were checked");
    let waits = answers.iter().filter(|answer| answer.status == 429);
    assert_eq!(waits.count() + checked, 50);
}

#[tokio::test]
async fn guessing_in_an_open_session_ends_it() {
    let server = with_admin().await;
    let (thief, owner) = (signed_in(&server).await, signed_in(&server).await);
    for guess in 0..10 {
        assert!(thief.is_in().await, "{guess}");
        let guess = json!({"password": format!("guess number {guess}")});
        let answer = thief.post(MFA, guess).await;
        assert_eq!(answer.error(), (403, "wrong_password".into()));
    }
    assert!(!thief.is_in().await);
    assert!(owner.is_in().await, "only this one");
    assert_eq!(
        Browser::new(&server).sign_in(EMAIL, PASSWORD).await.status,
        200,
        "no lockout"
    );
    let ended = server
        .auth_events("event=session_revoked&result=denied")
        .await;
    assert_eq!(ended[0]["reason"], "too many wrong passwords or codes");
}
