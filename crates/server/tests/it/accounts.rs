//! The life of accounts: invited, active, changed, closed, removed.

use crate::people::{PASSWORD, token_of};
use crate::support::server;
use axum::http::Method;
use daybook_server::control::{Actor, Role, UserChange};
use serde_json::json;

const USERS: &str = "/api/v1/users";

#[tokio::test]
async fn an_invitation_becomes_an_account() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    let link = json!({"origin": "gateway", "user_id": "7"});
    let new = json!({"email": " Bo@Example.com", "role": "auditor", "links": [link]});
    let invited = server
        .as_person(&admin, Method::POST, USERS, Some(&new))
        .await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    let (user, link) = (&invited.json()["user"], invited.json()["link"].clone());
    assert_eq!(
        (
            &user["email"],
            &user["state"],
            &user["has_password"],
            &user["links"][0]["user_id"]
        ),
        (
            &json!("bo@example.com"),
            &json!("invited"),
            &json!(false),
            &json!("7")
        )
    );
    let again = server
        .as_person(&admin, Method::POST, USERS, Some(&new))
        .await;
    assert_eq!(again.error(), (409, "exists".into()));
    let too_early = server.try_sign_in("bo@example.com", PASSWORD).await;
    assert_eq!(too_early.error(), (401, "wrong_credentials".into()));

    let token = token_of(link.as_str().unwrap());
    let checked = server
        .post("/api/v1/tickets/check", &json!({"token": token}))
        .await;
    assert_eq!(
        (&checked.json()["kind"], &checked.json()["email"]),
        (&json!("invitation"), &json!("bo@example.com"))
    );
    let use_it = json!({"token": token, "password": PASSWORD});
    let accepted = server.post("/api/v1/tickets/use", &use_it).await;
    assert_eq!(accepted.json()["role"], "auditor", "{}", accepted.text());
    assert_eq!(
        server.try_sign_in("bo@example.com", PASSWORD).await.status,
        200
    );
    let replayed = server.post("/api/v1/tickets/use", &use_it).await;
    assert_eq!(replayed.error(), (404, "ticket_invalid".into()));

    let audit = server
        .newest("audit", "action=user.invited&resource_name=bo@example.com")
        .await;
    assert_eq!(
        (&audit["actor_name"], &audit["operation"]),
        (&json!(admin.email), &json!("invite"))
    );
    assert_eq!(
        server
            .total("auth", "event=invitation_accepted&user_name=bo@example.com")
            .await,
        1
    );
    assert_eq!(
        server
            .total("audit", "action=user.invitation_accepted")
            .await,
        2
    );
}

#[tokio::test]
async fn a_disabled_account_ends_at_once_and_comes_back() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    let user = server.person("bo@example.com", Role::User).await;
    let path = format!("{USERS}/{}", user.id);
    let reset = server
        .as_person(
            &admin,
            Method::POST,
            &format!("{path}/reset"),
            Some(&json!({})),
        )
        .await;
    let reset = token_of(reset.json()["link"].as_str().unwrap());
    let session = async || {
        let answer = server
            .as_person(&user, Method::GET, "/api/v1/session", None)
            .await;
        answer.json()
    };
    assert!(session().await.is_object());

    let patch = async |change| {
        let answer = server
            .as_person(&admin, Method::PATCH, &path, Some(&change))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["state"].clone()
    };
    assert_eq!(patch(json!({"disabled": true})).await, "disabled");
    assert!(session().await.is_null(), "its session ended");
    let sign_in = server.try_sign_in(&user.email, PASSWORD).await;
    assert_eq!(sign_in.error(), (401, "wrong_credentials".into()));
    let failed = server.newest("auth", "result=failure").await;
    assert_eq!(failed["reason"], "disabled account");
    let body = json!({"token": reset, "password": "another sentence"});
    let used = server.post("/api/v1/tickets/use", &body).await;
    assert_eq!(
        used.error(),
        (404, "ticket_invalid".into()),
        "its tickets ended"
    );

    assert_eq!(patch(json!({"disabled": false})).await, "active");
    assert!(session().await.is_null(), "no session comes back");
    assert_eq!(server.try_sign_in(&user.email, PASSWORD).await.status, 200);
    let before = server.total("audit", "").await;
    patch(json!({"disabled": false, "role": "user"})).await;
    assert_eq!(
        server.total("audit", "").await,
        before,
        "nothing changed, nothing is told"
    );
    for (action, operation) in [("user.disabled", "disable"), ("user.enabled", "enable")] {
        let audit = server.newest("audit", &format!("action={action}")).await;
        assert_eq!(
            (&audit["operation"], &audit["resource_id"]),
            (&json!(operation), &json!(user.id))
        );
    }
}

#[tokio::test]
async fn a_disabled_invitation_is_one_again_when_enabled() {
    let server = server().await;
    let actor = Actor::system("test");
    let (id, token) = server.invite("bo@example.com", Role::User).await;
    for (disabled, state) in [(true, "disabled"), (false, "invited")] {
        let change = UserChange {
            disabled: Some(disabled),
            role: None,
        };
        server
            .control
            .change_user(&actor, &id, change)
            .await
            .unwrap();
        assert_eq!(
            server.control.user(&id).await.unwrap().user.state.name(),
            state
        );
    }
    assert!(server.control.check_ticket(&token).await.is_err());
    let link = server
        .control
        .invite_again(&actor, &id, "https://logs.example")
        .await;
    assert!(
        server
            .control
            .check_ticket(&token_of(&link.unwrap().unwrap()))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_role_acts_at_once_on_open_sessions() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    let other = server.person("bo@example.com", Role::User).await;
    let path = format!("{USERS}/{}", other.id);
    let tries = async || {
        server
            .as_person(&other, Method::GET, USERS, None)
            .await
            .status
    };
    for (role, status) in [
        ("auditor", 200),
        ("billing_admin", 403),
        ("super_admin", 200),
        ("user", 403),
    ] {
        let change = json!({"role": role});
        let answer = server
            .as_person(&admin, Method::PATCH, &path, Some(&change))
            .await;
        assert_eq!(answer.json()["role"], role, "{}", answer.text());
        assert_eq!(tries().await, status, "{role}");
    }
    let audit = server.newest("audit", "action=user.role_changed").await;
    assert_eq!(audit["operation"], "modify_access");
    assert_eq!(
        audit["changes"],
        json!([{"field": "role", "old": "super_admin", "new": "user"}])
    );
}

#[tokio::test]
async fn the_last_active_super_admin_stays() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    // One who cannot sign in yet is nobody to rely on.
    server.invite("bo@example.com", Role::SuperAdmin).await;
    let path = format!("{USERS}/{}", admin.id);
    for change in [json!({"role": "auditor"}), json!({"disabled": true})] {
        let answer = server
            .as_person(&admin, Method::PATCH, &path, Some(&change))
            .await;
        assert_eq!(answer.error(), (409, "last_admin".into()), "{change}");
    }
    server.person("cy@example.com", Role::SuperAdmin).await;
    let change = json!({"role": "auditor"});
    let answer = server
        .as_person(&admin, Method::PATCH, &path, Some(&change))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn of_two_admins_who_demote_each_other_one_stays() {
    for _ in 0..5 {
        let server = server().await;
        let ana = server.person("ana@example.com", Role::SuperAdmin).await;
        let bo = server.person("bo@example.com", Role::SuperAdmin).await;
        // A third keeps the protection of the last one out of this.
        server.person("cy@example.com", Role::SuperAdmin).await;
        let (to_ana, to_bo) = (format!("{USERS}/{}", ana.id), format!("{USERS}/{}", bo.id));
        let change = json!({"role": "user"});
        let (one, other) = tokio::join!(
            server.as_person(&ana, Method::PATCH, &to_bo, Some(&change)),
            server.as_person(&bo, Method::PATCH, &to_ana, Some(&change)),
        );
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 403], "{} {}", one.text(), other.text());
    }
}

#[tokio::test]
async fn only_accounts_that_were_never_active_are_deleted() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    let (id, token) = server.invite("bo@example.com", Role::User).await;
    let delete = async |id: &str| {
        let path = format!("{USERS}/{id}");
        server.as_person(&admin, Method::DELETE, &path, None).await
    };
    assert_eq!(delete(&id).await.status, 204);
    assert_eq!(delete(&id).await.error(), (404, "not_found".into()));
    assert!(server.control.check_ticket(&token).await.is_err());
    assert_eq!(delete(&admin.id).await.error(), (409, "wrong_state".into()));
    assert_eq!(
        server
            .total("audit", "action=user.deleted&resource_name=bo@example.com")
            .await,
        1
    );
}

#[tokio::test]
async fn accounts_are_found_page_by_page() {
    let server = server().await;
    let auditor = server.person("ana@example.com", Role::Auditor).await;
    for (email, role) in [
        ("bo_1@example.com", Role::User),
        ("bo21@example.org", Role::BillingAdmin),
    ] {
        server.invite(email, role).await;
    }
    let list = async |parameters: &str| {
        let path = format!("{USERS}?{parameters}");
        server.as_person(&auditor, Method::GET, &path, None).await
    };
    for (parameters, total, first) in [
        ("", 3, "ana@example.com"),
        ("page=2&page_size=1", 3, "bo21@example.org"),
        ("q=BO_", 1, "bo_1@example.com"),
        ("q=example.com", 2, "ana@example.com"),
        ("role=billing_admin", 1, "bo21@example.org"),
        ("state=invited&q=1@", 2, "bo21@example.org"),
    ] {
        let page = list(parameters).await.json();
        assert_eq!(
            (&page["total"], &page["items"][0]["email"]),
            (&json!(total), &json!(first)),
            "{parameters}"
        );
    }
    for wrong in [
        "role=boss",
        "state=gone",
        "page=0",
        "page_size=1001",
        "color=red",
    ] {
        let name = wrong.split('=').next().unwrap();
        assert_eq!(list(wrong).await.json()["error"]["field"], name, "{wrong}");
    }
}

#[tokio::test]
async fn fields_that_nobody_may_set_are_refused() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    let user = format!("{USERS}/{}", admin.id);
    let link = json!({"origin": "a", "user_id": "b", "source": "claim:x"});
    #[rustfmt::skip]
    let attempts = [
        ("POST", USERS.to_owned(), json!({"email": "x@example.com", "role": "user", "state": "active"})),
        ("POST", USERS.to_owned(), json!({"email": "x@example.com", "role": "user", "password_hash": "x"})),
        ("POST", USERS.to_owned(), json!({"email": "x@example.com", "role": "owner"})),
        ("POST", USERS.to_owned(), json!({"email": "x@example.com"})),
        ("PATCH", user.clone(), json!({"email": "x@example.com"})),
        ("PATCH", user.clone(), json!({"role": "user", "state": "active"})),
        ("PUT", format!("{user}/links"), json!({"links": [link]})),
        ("POST", format!("{user}/reset"), json!({"link": "https://evil.example"})),
        ("POST", "/api/v1/account/password".into(), json!({"current": "a", "new": "b", "user_id": "c"})),
        ("PUT", "/api/v1/settings/sign-in".into(), json!({"sign_up": true, "sign_up_role": "super_admin"})),
        ("POST", "/api/v1/sign-up".into(), json!({"email": "x@example.com", "role": "super_admin"})),
        ("POST", "/api/v1/tickets/use".into(), json!({"token": "x", "password": PASSWORD, "email": "x@example.com"})),
        ("POST", "/api/v1/password-reset".into(), json!({"email": "x@example.com", "site": "https://evil.example"})),
    ];
    for (method, path, body) in attempts {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = server.as_person(&admin, method, &path, Some(&body)).await;
        assert_eq!(
            answer.error(),
            (400, "invalid_body".into()),
            "{path} {body}"
        );
    }
}

#[tokio::test]
async fn an_invitation_names_what_is_wrong_with_it() {
    let server = server().await;
    let admin = server.person("ana@example.com", Role::SuperAdmin).await;
    let many: Vec<_> = (0..101)
        .map(|n| json!({"origin": "a", "user_id": n.to_string()}))
        .collect();
    for (new, field) in [
        (json!({"email": "nobody", "role": "user"}), "email"),
        (json!({"email": "a@b@c", "role": "user"}), "email"),
        (json!({"email": "a@[127.0.0.1]", "role": "user"}), "email"),
        (
            json!({"email": "\u{ff41}na@example.com", "role": "user"}),
            "email",
        ),
        (
            json!({"email": "a@b.example\r\nBcc: c@d.example", "role": "user"}),
            "email",
        ),
        (
            json!({"email": "x@example.com", "role": "user", "links": many}),
            "links",
        ),
        (
            json!({"email": "x@example.com", "role": "user", "links": [{"origin": "daybook", "user_id": "a"}]}),
            "origin",
        ),
        (
            json!({"email": "x@example.com", "role": "user", "links": [{"origin": "a", "user_id": ""}]}),
            "user_id",
        ),
    ] {
        let answer = server
            .as_person(&admin, Method::POST, USERS, Some(&new))
            .await;
        assert_eq!(answer.error(), (400, "invalid".into()), "{new}");
        assert_eq!(answer.json()["error"]["field"], field);
    }
    let list = server
        .as_person(&admin, Method::GET, USERS, None)
        .await
        .json();
    assert_eq!(list["total"], 1, "nothing was made half");
}
