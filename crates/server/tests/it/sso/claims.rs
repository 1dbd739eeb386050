//! Which rights a provider's claims give: role and own data, renewed at every sign-in.

use super::admission::{both, by_password};
use super::{Browser, admin, events, make_provider};
use axum::http::Method;
use daybook_server::control::UserQuery;
use serde_json::{Value, json};

#[tokio::test]
async fn the_claim_gives_the_role_at_every_sign_in_and_at_once() {
    let (server, rogue) = both().await;
    let rules = json!([
        {"value": "admins", "role": "super_admin"}, {"value": "audit", "role": "auditor"},
    ]);
    let more = json!({"role_claim": "realm_access.roles", "role_map": rules, "default_role": null});
    let id = make_provider(&server, &rogue.issuer, more).await;
    by_password(&server).await;
    let (mut first, mut second) = (Browser::default(), Browser::default());
    let of = |roles: Value| json!({"realm_access": {"roles": roles}});
    let end = rogue
        .sign_in(&server, &mut first, &id, of(json!(["x"])))
        .await;
    assert_eq!(end, "/sign-in#sso_error=not_allowed");
    let end = rogue
        .sign_in(&server, &mut first, &id, of(json!(["audit", "admins"])))
        .await;
    assert_eq!(end, "/usage");
    assert_eq!(first.session(&server).await["role"], "super_admin");
    rogue
        .sign_in(&server, &mut second, &id, of(json!(["audit"])))
        .await;
    for browser in [&mut first, &mut second] {
        assert_eq!(
            browser.session(&server).await["role"],
            "auditor",
            "also the open session"
        );
    }
    let end = rogue.sign_in(&server, &mut second, &id, json!({})).await;
    assert_eq!(end, "/sign-in#sso_error=not_allowed", "no role any more");
    let changed = events(&server, "audit", "action=user.role_changed").await;
    assert_eq!(changed.len(), 1);
    let change = json!([{"field": "role", "old": "super_admin", "new": "auditor"}]);
    assert_eq!(changed[0]["changes"], change);
    assert_eq!(changed[0]["actor_name"], "single sign-on: Example");
}

#[tokio::test]
async fn a_claim_cannot_take_the_role_of_the_last_super_admin() {
    let (server, rogue) = both().await;
    let rules = json!([{"value": "admins", "role": "super_admin"}]);
    let more = json!({"role_claim": "groups", "role_map": rules, "default_role": "user"});
    let id = make_provider(&server, &rogue.issuer, more).await;
    let mut browser = Browser::default();
    let end = rogue
        .sign_in(&server, &mut browser, &id, json!({"groups": ["admins"]}))
        .await;
    assert_eq!(end, "/usage");
    let end = rogue
        .sign_in(&server, &mut browser, &id, json!({"groups": []}))
        .await;
    assert_eq!(end, "/usage");
    assert_eq!(browser.session(&server).await["role"], "super_admin");
    let denied = events(&server, "audit", "action=user.role_changed&result=denied").await;
    assert_eq!(denied.len(), 1);
}

#[tokio::test]
async fn own_data_follows_the_claim() {
    let (server, rogue) = both().await;
    let more = json!({"link_claim": "platform_ids", "link_origin": "gateway"});
    let id = make_provider(&server, &rogue.issuer, more).await;
    let mut browser = Browser::default();
    let links = async || {
        let query = UserQuery {
            limit: 10,
            ..UserQuery::default()
        };
        let (users, _) = server.control.users(query).await.unwrap();
        let links = users[0].links.iter();
        let mut links: Vec<_> = links
            .map(|it| (it.origin.clone(), it.user_id.clone()))
            .collect();
        links.sort();
        links
    };
    let pair = |id: &str| ("gateway".to_owned(), id.to_owned());
    rogue
        .sign_in(
            &server,
            &mut browser,
            &id,
            json!({"platform_ids": ["7", 8, "7"]}),
        )
        .await;
    assert_eq!(links().await, [pair("7"), pair("8")]);
    rogue
        .sign_in(
            &server,
            &mut browser,
            &id,
            json!({"platform_ids": ["7", 8]}),
        )
        .await;
    rogue
        .sign_in(&server, &mut browser, &id, json!({"platform_ids": "9"}))
        .await;
    assert_eq!(links().await, [pair("9")]);
    rogue.sign_in(&server, &mut browser, &id, json!({})).await;
    assert_eq!(links().await, []);
    let changed = events(&server, "audit", "action=user.links_changed").await;
    assert_eq!(changed.len(), 3, "what stays the same is no change");
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let end = rogue
        .sign_in(&server, &mut browser, &id, json!({"platform_ids": many}))
        .await;
    assert_eq!(end, "/sign-in#sso_error=not_allowed");

    rogue
        .sign_in(&server, &mut browser, &id, json!({"platform_ids": "9"}))
        .await;
    let path = format!("/api/v1/identity-providers/{id}");
    let deleted = admin(&server, Method::DELETE, &path, &json!({})).await;
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    assert_eq!(links().await, [], "they end with their provider");
}
