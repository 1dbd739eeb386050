//! Every operation that changes something leaves exactly its audit events. The operations come from
//! the API document: one that is missing here fails the test.

use crate::browser::{Authenticator, Browser};
use crate::people::token_of;
use crate::support::{Answer, EMAIL, PASSWORD, Server, server, server_on_disk, unlimited};
use axum::http::Method;
use daybook_server::App;
use daybook_server::control::{Client, Mailer, Proof, Role};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

type Left = &'static [(&'static str, &'static str)];

const SIGNED_IN: (&str, &str) = ("session.created", "login");

/// What an operation leaves: actions with their operation types, if they have one, by name. One that can mean several
/// things has a row for each, in the order in which the walk does them.
#[rustfmt::skip]
const LEAVES: &[(&str, Left)] = &[
    ("complete_setup", &[SIGNED_IN, ("user.created", "create")]),
    ("create_session", &[SIGNED_IN]),
    ("delete_session", &[("session.deleted", "delete")]),
    ("end_own_session", &[("session.deleted", "delete")]),
    ("end_own_sessions", &[("user.sessions_ended", "modify")]),
    ("change_password", &[("user.password_changed", "modify_password")]),
    ("begin_mfa", &[("user.mfa_bound", "bind_2fa")]),
    ("confirm_mfa", &[("user.backup_codes_generated", "generate_backup_code"), ("user.mfa_enabled", "enable_2fa")]),
    ("renew_backup_codes", &[("user.backup_codes_generated", "generate_backup_code")]),
    ("verify_mfa", &[("session.mfa_verified", "modify")]),
    ("disable_mfa", &[("user.mfa_disabled", "disable_2fa")]),
    ("create_personal_api_key", &[("api_key.created", "create")]),
    ("revoke_personal_api_key", &[("api_key.revoked", "delete")]),
    ("unbind_identity", &[("identity.unbound", "modify")]),
    ("request_account", &[("user.signed_up", "create")]),
    ("request_password_reset", &[("user.reset_sent", "modify")]),
    ("invite_user", &[("user.invited", "invite")]),
    ("repeat_invitation", &[("user.invited_again", "modify")]),
    ("use_ticket", &[SIGNED_IN, ("user.invitation_accepted", "modify")]),
    ("use_ticket", &[SIGNED_IN, ("user.verified", "modify")]),
    ("use_ticket", &[SIGNED_IN, ("user.password_reset", "modify_password")]),
    ("change_user", &[("user.role_changed", "modify_access")]),
    ("change_user", &[("user.disabled", "disable")]),
    ("change_user", &[("user.enabled", "enable")]),
    ("set_user_links", &[("user.links_changed", "modify_access")]),
    ("unlock_user", &[("user.unlocked", "enable")]),
    ("send_password_reset", &[("user.reset_sent", "modify")]),
    ("reset_user_mfa", &[("user.mfa_reset", "disable_2fa")]),
    ("end_user_sessions", &[("user.sessions_ended", "modify")]),
    ("delete_user", &[("user.deleted", "delete")]),
    ("create_api_key", &[("api_key.created", "create")]),
    ("rotate_api_key", &[("api_key.rotated", "modify")]),
    ("revoke_api_key", &[("api_key.revoked", "delete")]),
    ("create_view", &[("view.created", "create")]),
    ("change_view", &[("view.changed", "modify")]),
    ("delete_view", &[("view.deleted", "delete")]),
    ("create_export", &[("export.created", "export")]),
    ("delete_export", &[("export.deleted", "delete")]),
    ("set_retention", &[("retention.modified", "modify_configuration")]),
    ("confirm_clock", &[("retention.clock_confirmed", "modify_configuration")]),
    ("set_sign_in_settings", &[("sign_in.modified", "modify_configuration")]),
    ("create_hold", &[("hold.created", "create")]),
    ("release_hold", &[("hold.released", "modify")]),
    ("create_erasure", &[("erasure.requested", "delete")]),
    ("create_identity_provider", &[("identity_provider.created", "create")]),
    ("set_identity_provider", &[("identity_provider.modified", "modify_configuration")]),
    ("test_identity_provider", &[("identity_provider.tested", "")]),
    ("delete_identity_provider", &[("identity_provider.deleted", "delete")]),
    ("verify_ledger", &[("ledger.verification_started", ""), ("ledger.verified", "")]),
];

/// Operations that bring events, look, or leave for a provider.
const NOTHING: &[&str] = &[
    "send_events",
    "send_litellm_events",
    "send_otlp_traces",
    "send_otlp_logs",
    "send_otlp_metrics",
    "send_langfuse_traces",
    "check_ticket",
    "begin_sso",
];

/// The operations that are no GET, with their routes.
fn operations() -> BTreeMap<String, (Method, String)> {
    let document: Value = serde_json::from_str(&daybook_server::openapi_document()).unwrap();
    let mut found = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            if method != Method::GET {
                let id = operation["operationId"].as_str().unwrap();
                found.insert(id.to_owned(), (method, path.clone()));
            }
        }
    }
    found
}

#[test]
fn every_operation_is_known_to_change_something_or_nothing() {
    let named: BTreeSet<String> = operations().into_keys().collect();
    let known = LEAVES
        .iter()
        .map(|row| row.0)
        .chain(NOTHING.iter().copied());
    let known: BTreeSet<String> = known.map(str::to_owned).collect();
    assert_eq!(named, known);
}

/// A walk over all operations. What each leaves is compared before the next.
struct Walk {
    operations: BTreeMap<String, (Method, String)>,
    to_do: Vec<(&'static str, Left)>,
    /// Events of the audit log that were seen.
    seen: usize,
}

impl Walk {
    fn new() -> Self {
        Self {
            operations: operations(),
            to_do: LEAVES.to_vec(),
            seen: 0,
        }
    }

    /// Does something as somebody; `id` stands in the path.
    async fn deed(&mut self, who: &Browser<'_>, name: &str, id: &str, body: Value) -> Answer {
        let row = self.to_do.iter().position(|row| row.0 == name);
        let (_, expected) = self
            .to_do
            .remove(row.unwrap_or_else(|| panic!("{name}: no row")));
        let (method, path) = self.operations[name].clone();
        let path = path.replace("{id}", id).replace("{provider_id}", id);
        let answer = who.call(method, &path, &body).await;
        let success = answer.status.is_success();
        assert!(success, "{name}: {} {}", answer.status, answer.text());
        let mut left = Vec::new();
        // Some is done after the answer.
        for _ in 0..400 {
            left = events(who.server).await.split_off(self.seen);
            if left.len() >= expected.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        self.seen += left.len();
        let text = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let told = left
            .iter()
            .map(|it| (text(it, "action"), text(it, "operation")));
        let mut told: Vec<_> = told.collect();
        told.sort();
        let expected = expected.iter().map(|(a, o)| ((*a).into(), (*o).into()));
        assert_eq!(told, expected.collect::<Vec<(String, String)>>(), "{name}");
        for event in left {
            assert!(!text(&event, "actor_name").is_empty(), "{event}");
            assert!(!text(&event, "request_id").is_empty(), "{event}");
            assert_eq!(event["ip"], "203.0.113.8", "{event}");
        }
        answer
    }

    /// What was done between two deeds is not compared.
    async fn pass_over(&mut self, server: &Server) {
        self.seen = events(server).await.len();
    }
}

/// The audit log without what reading it leaves, the oldest event first.
async fn events(server: &Server) -> Vec<Value> {
    let path = "/api/v1/logs/audit?sort=time&page_size=1000&action.ne=log.read";
    let page = server.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text());
    page.json()["items"].as_array().unwrap().clone()
}

fn id_of(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// The ticket that an answer hands out.
fn ticket_of(answer: &Answer) -> Value {
    json!({"token": token_of(answer.json()["link"].as_str().unwrap()), "password": PASSWORD})
}

#[tokio::test]
async fn every_change_leaves_its_audit_events_and_no_others() {
    let server = server().await;
    let mut walk = Walk::new();
    let admin = Browser::new(&server);
    let token = server.control.new_setup_token();
    let body = json!({"token": token, "email": EMAIL, "password": PASSWORD});
    walk.pass_over(&server).await;
    walk.deed(&admin, "complete_setup", "", body).await;
    settings(&mut walk, &admin).await;
    keys(&mut walk, &admin).await;
    views(&mut walk, &admin).await;
    exports(&mut walk, &admin).await;
    identities(&mut walk, &admin).await;
    let bo = people(&mut walk, &admin).await;
    requests(&mut walk, &admin, &bo).await;
    second_factor(&mut walk, &admin).await;
    sessions(&mut walk, &admin).await;

    // Without a mail server nobody gets a link by asking for one.
    let mailer = Mailer::new(
        "smtp://127.0.0.1:1",
        "daybook@example.com",
        "https://logs.example",
    );
    let control = server.control.clone().mailing(mailer.unwrap());
    let app = App::new(Arc::clone(&server.store), control, unlimited());
    let server = Server {
        router: app.router(),
        ..server
    };
    let body = json!({"email": "di@example.com"});
    let stranger = Browser::new(&server);
    walk.deed(&stranger, "request_password_reset", "", body)
        .await;
    ledger(&mut walk).await;
    assert!(walk.to_do.is_empty(), "not done: {:?}", walk.to_do);
}

/// What needs a store with a ledger.
async fn ledger(walk: &mut Walk) {
    let server = server_on_disk(unlimited()).await;
    server.sign_in().await;
    let admin = Browser::new(&server);
    admin.sign_in(EMAIL, PASSWORD).await;
    walk.pass_over(&server).await;
    walk.deed(&admin, "verify_ledger", "", json!({})).await;
}

async fn settings(walk: &mut Walk, admin: &Browser<'_>) {
    let body = json!({"usage_days": 400});
    walk.deed(admin, "set_retention", "", body).await;
    walk.deed(admin, "confirm_clock", "", Value::Null).await;
    let mut body = admin.get("/api/v1/settings/sign-in").await.json();
    body["sign_up"] = json!(true);
    walk.deed(admin, "set_sign_in_settings", "", body).await;
    let body = json!({"name": "Case 7", "reason": "court order", "streams": ["usage"]});
    let hold = walk.deed(admin, "create_hold", "", body).await;
    walk.deed(admin, "release_hold", &id_of(&hold), Value::Null)
        .await;
    let body = json!({"user_id": "7", "reason": "asked for"});
    walk.deed(admin, "create_erasure", "", body).await;
}

async fn keys(walk: &mut Walk, admin: &Browser<'_>) {
    let body = json!({"name": "gateway", "scopes": ["ingest"]});
    let key = id_of(&walk.deed(admin, "create_api_key", "", body).await);
    walk.deed(admin, "rotate_api_key", &key, json!({})).await;
    walk.deed(admin, "revoke_api_key", &key, Value::Null).await;
    let body = json!({"name": "mine"});
    let key = walk.deed(admin, "create_personal_api_key", "", body).await;
    walk.deed(admin, "revoke_personal_api_key", &id_of(&key), Value::Null)
        .await;
}

async fn views(walk: &mut Walk, admin: &Browser<'_>) {
    let body = json!({"name": "errors", "screen": "usage", "query": "outcome=error"});
    let view = id_of(&walk.deed(admin, "create_view", "", body).await);
    let body = json!({"shared": true});
    walk.deed(admin, "change_view", &view, body).await;
    walk.deed(admin, "delete_view", &view, Value::Null).await;
}

async fn exports(walk: &mut Walk, admin: &Browser<'_>) {
    let body = json!({"stream": "usage"});
    let export = id_of(&walk.deed(admin, "create_export", "", body).await);
    walk.deed(admin, "delete_export", &export, Value::Null)
        .await;
}

async fn identities(walk: &mut Walk, admin: &Browser<'_>) {
    // Nobody listens there; that a test found so is on record, too.
    let issuer = "http://127.0.0.1:1";
    let mut body = json!({"name": "Example", "issuer": issuer, "client_id": "daybook"});
    let made = walk
        .deed(admin, "create_identity_provider", "", body.clone())
        .await;
    let id = id_of(&made);
    body["name"] = json!("Renamed");
    walk.deed(admin, "set_identity_provider", &id, body).await;
    walk.deed(admin, "test_identity_provider", &id, Value::Null)
        .await;
    let bound = format!(
        "INSERT INTO identities (provider_id, subject, user_id, bound_at) \
         SELECT '{id}', 'person-1', id, 1 FROM users WHERE email = '{EMAIL}'"
    );
    admin.server.sql(&bound).await;
    walk.deed(admin, "unbind_identity", &id, Value::Null).await;
    walk.deed(admin, "delete_identity_provider", &id, Value::Null)
        .await;
}

/// Answers the account that was invited.
async fn people(walk: &mut Walk, admin: &Browser<'_>) -> String {
    let server = admin.server;
    let body = json!({"email": "bo@example.com", "role": "user"});
    let invited = walk.deed(admin, "invite_user", "", body).await;
    let bo = invited.json()["user"]["id"].as_str().unwrap().to_owned();
    let again = walk.deed(admin, "repeat_invitation", &bo, json!({})).await;
    let browser = Browser::new(server);
    walk.deed(&browser, "use_ticket", "", ticket_of(&again))
        .await;
    for change in [
        json!({"role": "auditor"}),
        json!({"disabled": true}),
        json!({"disabled": false}),
    ] {
        walk.deed(admin, "change_user", &bo, change).await;
    }
    let links = json!({"links": [{"origin": "platform", "user_id": "7"}]});
    walk.deed(admin, "set_user_links", &bo, links).await;
    walk.deed(admin, "unlock_user", &bo, Value::Null).await;
    let browser = Browser::new(server);
    browser.sign_in("bo@example.com", PASSWORD).await;
    browser.set_up_mfa().await;
    walk.pass_over(server).await;
    walk.deed(admin, "reset_user_mfa", &bo, Value::Null).await;
    browser.sign_in("bo@example.com", PASSWORD).await;
    walk.pass_over(server).await;
    walk.deed(admin, "end_user_sessions", &bo, Value::Null)
        .await;
    let (other, _) = server.invite("cy@example.com", Role::User).await;
    walk.pass_over(server).await;
    walk.deed(admin, "delete_user", &other, Value::Null).await;
    bo
}

/// What people ask for themselves.
async fn requests(walk: &mut Walk, admin: &Browser<'_>, bo: &str) {
    let server = admin.server;
    let stranger = Browser::new(server);
    let body = json!({"email": "di@example.com"});
    walk.deed(&stranger, "request_account", "", body).await;
    let di = server
        .control
        .user_by_email("di@example.com")
        .await
        .unwrap();
    let path = format!("/api/v1/users/{}/invitation", di.id);
    let link = admin.post(&path, json!({})).await;
    walk.pass_over(server).await;
    walk.deed(&stranger, "use_ticket", "", ticket_of(&link))
        .await;
    let link = walk.deed(admin, "send_password_reset", bo, json!({})).await;
    let browser = Browser::new(server);
    walk.deed(&browser, "use_ticket", "", ticket_of(&link))
        .await;
}

async fn second_factor(walk: &mut Walk, admin: &Browser<'_>) {
    let server = admin.server;
    let used = "UPDATE second_factors SET last_step = last_step - 3";
    let body = json!({"password": PASSWORD});
    let begun = walk.deed(admin, "begin_mfa", "", body).await.json();
    let authenticator = Authenticator::new(begun["secret"].as_str().unwrap());
    let body = json!({"code": authenticator.first});
    walk.deed(admin, "confirm_mfa", "", body).await;
    server.sql(used).await;
    let body = json!({"code": authenticator.code(0)});
    walk.deed(admin, "renew_backup_codes", "", body).await;
    server.sql(used).await;
    let user = server.control.user_by_email(EMAIL).await.unwrap();
    let (client, proof) = (Client::default(), Proof::sso("idp", false));
    let opened = server.control.open_session(&client, user, proof);
    let half = Browser::new(server);
    half.set_cookie("daybook_session", &opened.await.unwrap().token);
    walk.pass_over(server).await;
    let body = json!({"code": authenticator.code(0)});
    walk.deed(&half, "verify_mfa", "", body).await;
    server.sql(used).await;
    let body = json!({"password": PASSWORD, "code": authenticator.code(0)});
    walk.deed(admin, "disable_mfa", "", body).await;
}

async fn sessions(walk: &mut Walk, admin: &Browser<'_>) {
    let new = "another sentence of six words";
    let body = json!({"current": PASSWORD, "new": new});
    walk.deed(admin, "change_password", "", body).await;
    let other = Browser::new(admin.server);
    let body = json!({"email": EMAIL, "password": new});
    let opened = walk.deed(&other, "create_session", "", body).await.json();
    let id = opened["session_id"].as_str().unwrap();
    walk.deed(admin, "end_own_session", id, Value::Null).await;
    other.sign_in(EMAIL, new).await;
    walk.pass_over(admin.server).await;
    walk.deed(&other, "delete_session", "", Value::Null).await;
    walk.deed(admin, "end_own_sessions", "", Value::Null).await;
}
