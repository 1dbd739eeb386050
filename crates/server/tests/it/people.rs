//! Accounts for tests: people with roles, their sessions, and what they send.

use crate::support::{Answer, Server};
use axum::http::Method;
use daybook_server::control::{Actor, NewUser, Role};
use serde_json::{Value, json};

pub(crate) const PASSWORD: &str = "a sentence of six words, roughly";

/// Somebody with a session.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) cookie: String,
}

/// The ticket in a link.
#[track_caller]
pub(crate) fn token_of(link: &str) -> String {
    let (_, token) = link.split_once("/ticket#").expect("a link with a ticket");
    token.into()
}

/// The cookie that an answer sets.
#[track_caller]
pub(crate) fn cookie_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut set = answer.headers.get_all("set-cookie").iter();
    let session = set.find_map(|cookie| {
        let cookie = cookie.to_str().unwrap();
        cookie.starts_with("daybook_session=").then_some(cookie)
    });
    session.unwrap().split(';').next().unwrap().into()
}

impl Server {
    /// Sends JSON without a session.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.request(Method::POST, path, &headers, body.to_string())
            .await
    }

    /// Sends JSON, or nothing, with a session.
    pub(crate) async fn as_person(
        &self,
        person: &Person,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let headers = [
            ("cookie", person.cookie.as_str()),
            ("x-daybook-csrf", "1"),
            ("content-type", "application/json"),
        ];
        let body = body.map(Value::to_string).unwrap_or_default();
        self.request(method, path, &headers, body).await
    }

    /// Invites somebody and answers the account's id and the ticket.
    pub(crate) async fn invite(&self, email: &str, role: Role) -> (String, String) {
        let new = NewUser {
            email: email.into(),
            role,
            links: Vec::new(),
        };
        let actor = Actor::system("test");
        let site = "https://logs.example";
        let (id, link) = self.control.invite(&actor, new, site).await.unwrap();
        (id, token_of(&link.unwrap()))
    }

    /// Somebody who was invited and has accepted.
    pub(crate) async fn person(&self, email: &str, role: Role) -> Person {
        let (id, token) = self.invite(email, role).await;
        let body = json!({"token": token, "password": PASSWORD});
        let accepted = self.post("/api/v1/tickets/use", &body).await;
        Person {
            id,
            email: email.into(),
            cookie: cookie_of(&accepted),
        }
    }

    /// The newest event with this parameter.
    pub(crate) async fn newest(&self, stream: &str, parameters: &str) -> Value {
        let path = format!("/api/v1/logs/{stream}?{parameters}&page_size=1");
        self.get(&path).await.json()["items"][0].clone()
    }

    /// Waits until so many events are there: what is asked for without a session is done after
    /// its answer.
    pub(crate) async fn wait_for(&self, stream: &str, parameters: &str, count: u64) {
        for _ in 0..400 {
            if self.total(stream, parameters).await >= count {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("there never were {count} events with {parameters}");
    }
}
