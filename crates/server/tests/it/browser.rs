//! A browser: keeps its cookies, sends what the UI sends. And an authenticator.

use crate::support::{Answer, PASSWORD, Server};
use axum::body::Body;
use axum::http::{Method, Request, header};
use daybook_server::Peer;
use daybook_server::control::{Actor, Role};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::SystemTime;

pub(crate) struct Browser<'s> {
    pub(crate) server: &'s Server,
    address: [u8; 4],
    cookies: RefCell<BTreeMap<String, String>>,
}

/// The cookies of a browser.
pub(crate) struct Jar(BTreeMap<String, String>);

impl Jar {
    pub(crate) fn open<'s>(&self, server: &'s Server) -> Browser<'s> {
        let browser = Browser::new(server);
        browser.cookies.replace(self.0.clone());
        browser
    }
}

impl<'s> Browser<'s> {
    pub(crate) fn new(server: &'s Server) -> Self {
        Self::at(server, [203, 0, 113, 8])
    }

    pub(crate) fn at(server: &'s Server, address: [u8; 4]) -> Self {
        Self {
            server,
            address,
            cookies: RefCell::default(),
        }
    }

    /// Another browser with the same cookies.
    pub(crate) fn copied(&self) -> Self {
        self.jar().open(self.server)
    }

    /// Its cookies, for after a restart of the server.
    pub(crate) fn jar(&self) -> Jar {
        Jar(self.cookies.borrow().clone())
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub(crate) fn set_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.borrow_mut();
        cookies.insert(name.into(), value.into());
    }

    /// Sends a request as a page of ours does, and keeps the cookies of the answer.
    pub(crate) async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(Peer(self.address.into()))
            .header("x-daybook-csrf", "1")
            .header("sec-fetch-site", "same-origin")
            .header("user-agent", "test browser");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
        };
        let answer = self.server.send(request.body(body).unwrap()).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap();
            let (name, rest) = set.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            match set.contains("Max-Age=0;") {
                true => self.cookies.borrow_mut().remove(name),
                false => self.cookies.borrow_mut().insert(name.into(), value.into()),
            };
        }
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, &body).await
    }

    pub(crate) async fn delete(&self, path: &str, body: Value) -> Answer {
        self.call(Method::DELETE, path, &body).await
    }

    pub(crate) async fn sign_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.post("/api/v1/session", body).await
    }

    pub(crate) async fn sign_in_with(&self, email: &str, code: &str) -> Answer {
        let body = json!({"email": email, "password": PASSWORD, "code": code});
        self.post("/api/v1/session", body).await
    }

    /// What `GET /api/v1/session` answers.
    pub(crate) async fn session(&self) -> Value {
        self.get("/api/v1/session").await.json()
    }

    /// Whether the session opens what a signed-in administrator may read.
    pub(crate) async fn is_in(&self) -> bool {
        self.get("/api/v1/api-keys").await.status == 200
    }

    /// Sets a second factor up; answers its authenticator and the backup codes.
    pub(crate) async fn set_up_mfa(&self) -> (Authenticator, Vec<String>) {
        let body = json!({"password": PASSWORD});
        let setup = self.post("/api/v1/account/mfa", body).await;
        assert_eq!(setup.status, 200, "{}", setup.text());
        let authenticator = Authenticator::new(setup.json()["secret"].as_str().unwrap());
        let body = json!({"code": authenticator.first});
        let confirmed = self.post("/api/v1/account/mfa/confirm", body).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.text());
        let codes = serde_json::from_value(confirmed.json()["backup_codes"].clone());
        (authenticator, codes.unwrap())
    }
}

impl Server {
    /// Makes an account with the usual password.
    pub(crate) async fn add_user(&self, email: &str, role: Role) -> String {
        let id = format!("id-of-{email}");
        self.sql(&format!(
            "INSERT INTO users (id, email, role, created_at, state) \
             VALUES ('{id}', '{email}', '{role}', 1, 'active')"
        ))
        .await;
        let actor = Actor::system("test");
        let set = self.control.reset_password(&actor, email, PASSWORD.into());
        set.await.unwrap();
        id
    }

    /// The events of the authentication log that pass these parameters, the oldest first.
    pub(crate) async fn auth_events(&self, parameters: &str) -> Vec<Value> {
        let path = format!("/api/v1/logs/auth?sort=time&page_size=1000&{parameters}");
        let answer = self.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["items"].as_array().unwrap().clone()
    }
}

/// What makes codes on a telephone.
pub(crate) struct Authenticator {
    key: Vec<u8>,
    /// The code of when it was set up.
    pub(crate) first: String,
}

impl Authenticator {
    pub(crate) fn new(base32: &str) -> Self {
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits: String = base32
            .chars()
            .map(|digit| format!("{:05b}", digits.find(digit).unwrap()))
            .collect();
        let bytes = bits.as_bytes().chunks_exact(8);
        let byte = |bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
        let mut new = Self {
            key: bytes.map(byte).collect(),
            first: String::new(),
        };
        new.first = new.code(0);
        new
    }

    /// The code of now, or of so many steps later.
    pub(crate) fn code(&self, steps: i64) -> String {
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let step = i64::try_from(now / 30).unwrap() + steps;
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.key).unwrap();
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 0xf);
        let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap());
        format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
    }
}
