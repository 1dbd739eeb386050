//! Which usage events are an account's own.

use crate::support::{EMAIL, server};
use daybook_server::control::{Actor, NewLink};
use serde_json::json;

fn link(origin: &str, user_id: &str) -> NewLink {
    NewLink {
        origin: origin.into(),
        user_id: user_id.into(),
    }
}

#[tokio::test]
async fn links_are_set_as_a_whole_and_tell_of_old_and_new() {
    let server = server().await;
    server.sign_in().await;
    let id = server.control.user_by_email(EMAIL).await.unwrap().id;
    let set = async |links: Vec<NewLink>| {
        let actor = Actor::system("test");
        server.control.set_links(&actor, &id, links).await
    };
    let (one, other) = (link("gateway", "7"), link("dify", "ana"));
    set(vec![one.clone(), one.clone()]).await.unwrap();
    set(vec![one.clone(), other.clone()]).await.unwrap();
    let held = server.control.links(&id).await.unwrap();
    let held: Vec<_> = held
        .iter()
        .map(|it| (it.origin.as_str(), it.user_id.as_str(), it.source.as_str()))
        .collect();
    assert_eq!(held, [("dify", "ana", "admin"), ("gateway", "7", "admin")]);
    let audit = server
        .get("/api/v1/logs/audit?action=user.links_changed&sort=-time")
        .await
        .json();
    assert_eq!(
        audit["items"][0]["changes"],
        json!([{"field": "links", "old": [one], "new": [other, one]}])
    );

    for wrong in [
        link("", "7"),
        link("daybook", "7"),
        link("gateway", ""),
        link("gateway", &"x".repeat(100_000)),
    ] {
        assert!(set(vec![wrong]).await.is_err());
    }
    let many = (0..101).map(|n| link("gateway", &n.to_string())).collect();
    assert!(set(many).await.is_err());
    assert_eq!(server.control.links(&id).await.unwrap().len(), 2);
}
