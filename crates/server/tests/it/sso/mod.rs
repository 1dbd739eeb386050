//! Single sign-on: over a provider of ours that lies on demand, and over a real one.

mod admission;
mod attacks;
mod claims;
mod outages;
mod real;
mod rogue;
mod second_factor;
mod settings;
mod turned_out;

use crate::support::{Answer, Server};
use axum::http::{Method, Request};
use daybook_server::Peer;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};

const HOST: (&str, &str) = ("host", "daybook.test");

/// A browser at an address of its own, with its cookies for Daybook.
#[derive(Debug, Clone)]
struct Browser {
    ip: IpAddr,
    cookies: HashMap<String, String>,
}

impl Default for Browser {
    fn default() -> Self {
        static BROWSERS: AtomicU8 = AtomicU8::new(1);
        let last = BROWSERS.fetch_add(1, Ordering::Relaxed);
        Self {
            ip: [198, 51, 100, last].into(),
            cookies: HashMap::new(),
        }
    }
}

impl Browser {
    async fn ask(
        &mut self,
        server: &Server,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        let cookies = self.header();
        for (name, value) in [HOST, ("cookie", &cookies)].iter().chain(headers) {
            request = request.header(*name, *value);
        }
        let request = request.extension(Peer(self.ip)).body(body.into()).unwrap();
        let answer = server.send(request).await;
        self.keep(&answer);
        answer
    }

    fn keep(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.into(), value.into()),
            };
        }
    }

    fn header(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    fn signed_in(&self) -> bool {
        self.cookies.contains_key("daybook_session")
    }

    async fn get(&mut self, server: &Server, path: &str) -> Answer {
        let nothing = String::new();
        self.ask(server, Method::GET, path, &[], nothing).await
    }

    async fn send(&mut self, server: &Server, method: Method, path: &str, body: &Value) -> Answer {
        let headers = [
            ("x-daybook-csrf", "1"),
            ("content-type", "application/json"),
        ];
        self.ask(server, method, path, &headers, body.to_string())
            .await
    }

    /// Who is signed in.
    async fn session(&mut self, server: &Server) -> Value {
        self.get(server, "/api/v1/session").await.json()
    }
}

/// Calls the administration with the key that may do everything.
async fn admin(server: &Server, method: Method, path: &str, body: &Value) -> Answer {
    let bearer = format!("Bearer {}", server.key);
    let headers = [
        HOST,
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    server
        .request(method, path, &headers, body.to_string())
        .await
}

/// Makes a provider and answers its id.
async fn make_provider(server: &Server, issuer: &str, more: Value) -> String {
    let mut settings = json!({
        "name": "Example", "issuer": issuer, "client_id": "daybook", "client_secret": "hunter2",
        "create_accounts": true, "default_role": "user",
    });
    let fields = settings.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    let path = "/api/v1/identity-providers";
    let made = admin(server, Method::POST, path, &settings).await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()["id"].as_str().unwrap().to_owned()
}

/// Changes some settings of a provider.
async fn change_provider(server: &Server, id: &str, more: Value) {
    let path = format!("/api/v1/identity-providers/{id}");
    let mut settings = admin(server, Method::GET, &path, &json!({})).await.json();
    let fields = settings.as_object_mut().unwrap();
    for answered in ["id", "has_client_secret", "callback_url", "created_at"] {
        fields.remove(answered);
    }
    fields.extend(more.as_object().unwrap().clone());
    let changed = admin(server, Method::PUT, &path, &settings).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
}

/// The newest events of a stream that pass these parameters.
async fn events(server: &Server, stream: &str, parameters: &str) -> Vec<Value> {
    let answer = server
        .get(&format!("/api/v1/logs/{stream}?{parameters}"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

/// The parameters of an address.
fn parameters(location: &str) -> HashMap<String, String> {
    let query = location.split_once('?').map_or("", |(_, query)| query);
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.into_owned().collect()
}

fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
