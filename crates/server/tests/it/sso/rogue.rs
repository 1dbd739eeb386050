//! A provider that says whatever a test wants, with keys of its own.

use super::{Browser, encode, parameters};
use crate::support::{Answer, Server};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// What it answers, and what it was asked.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// Instead of or on top of its true metadata.
    pub(super) metadata: serde_json::Map<String, Value>,
    /// Whole answers in place of the true ones, by path.
    pub(super) instead: HashMap<&'static str, (u16, &'static str, String)>,
    pub(super) keys: Vec<Value>,
    pub(super) token: Value,
    pub(super) userinfo: Value,
    /// How often each path was asked.
    pub(super) asked: HashMap<String, usize>,
    /// The form that the token endpoint was sent last.
    pub(super) form: HashMap<String, String>,
    pub(super) authorization: String,
}

pub(super) struct Rogue {
    pub(super) issuer: String,
    pub(super) script: Arc<Mutex<Script>>,
    key: CoreEdDsaPrivateSigningKey,
}

/// A new Ed25519 key.
pub(super) fn new_key(kid: &str) -> CoreEdDsaPrivateSigningKey {
    // RFC 8410: PKCS #8 around 32 random bytes.
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    der.extend(seed);
    let body = STANDARD.encode(der);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(kid.into()))).unwrap()
}

pub(super) fn now() -> i64 {
    daybook_model::Timestamp::now().us() / 1_000_000
}

fn segment(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token as it is, signed by anything.
pub(super) fn token(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", segment(header), segment(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

pub(super) fn eddsa(key: &CoreEdDsaPrivateSigningKey) -> impl Fn(&[u8]) -> Vec<u8> {
    |message| key.sign(&CoreJwsSigningAlgorithm::EdDsa, message).unwrap()
}

pub(super) const HEADER: &str = r#"{"alg":"EdDSA","kid":"one"}"#;

pub(super) fn header() -> Value {
    serde_json::from_str(HEADER).unwrap()
}

type Scripted = Arc<Mutex<Script>>;

fn answer(script: &Scripted, path: &str, honest: impl FnOnce(&mut Script) -> Value) -> Response {
    let mut script = script.lock().unwrap();
    *script.asked.entry(path.into()).or_default() += 1;
    if let Some((status, kind, body)) = script.instead.get(path).cloned() {
        let status = StatusCode::from_u16(status).unwrap();
        if status.is_redirection() {
            return (status, [(header::LOCATION, body)]).into_response();
        }
        return (status, [(header::CONTENT_TYPE, kind)], body).into_response();
    }
    Json(honest(&mut script)).into_response()
}

impl Rogue {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let key = new_key("one");
        let public = json!(key.as_verification_key());
        let script: Scripted = Arc::new(Mutex::new(Script {
            keys: vec![public],
            userinfo: json!({"sub": "person-1"}),
            ..Script::default()
        }));
        let named = issuer.clone();
        let metadata = move |State(script): State<Scripted>| async move {
            answer(&script, "metadata", |script| {
                let mut metadata = json!({
                    "issuer": named, "authorization_endpoint": format!("{named}/authorize"),
                    "token_endpoint": format!("{named}/token"), "jwks_uri": format!("{named}/jwks"),
                    "userinfo_endpoint": format!("{named}/me"), "response_types_supported": ["code"],
                    "id_token_signing_alg_values_supported": ["EdDSA"],
                    "code_challenge_methods_supported": ["S256"],
                });
                metadata
                    .as_object_mut()
                    .unwrap()
                    .extend(script.metadata.clone());
                metadata
            })
        };
        let jwks = async |State(script): State<Scripted>| {
            answer(&script, "jwks", |script| json!({"keys": script.keys}))
        };
        let tokens =
            async |State(script): State<Scripted>, headers: axum::http::HeaderMap, body: String| {
                answer(&script, "token", |script| {
                    script.form = form_urlencoded::parse(body.as_bytes())
                        .into_owned()
                        .collect();
                    let sent = headers.get("authorization").map(|it| it.to_str().unwrap());
                    script.authorization = sent.unwrap_or_default().into();
                    script.token.clone()
                })
            };
        let me = async |State(script): State<Scripted>| {
            answer(&script, "me", |script| script.userinfo.clone())
        };
        let elsewhere =
            async |State(script): State<Scripted>| answer(&script, "elsewhere", |_| json!({}));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/token", post(tokens))
            .route("/me", get(me))
            .route("/elsewhere", get(elsewhere))
            .with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            issuer,
            script,
            key,
        }
    }

    pub(super) fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }

    pub(super) fn asked(&self, path: &str) -> usize {
        self.script().asked.get(path).copied().unwrap_or(0)
    }

    /// Claims that are all right.
    pub(super) fn claims(&self, nonce: &str) -> Value {
        json!({
            "iss": self.issuer, "sub": "person-1", "aud": "daybook", "exp": now() + 300,
            "iat": now(), "nonce": nonce, "email": "bo@example.com", "email_verified": true,
        })
    }

    pub(super) fn signed(&self, claims: &Value) -> String {
        token(&header(), claims, eddsa(&self.key))
    }

    /// Has the token endpoint answer this ID token.
    pub(super) fn give(&self, id_token: &str) {
        self.script().token = json!({
            "access_token": "access-1", "token_type": "Bearer", "expires_in": 300, "id_token": id_token,
        });
    }

    /// Leaves for this provider. Answers the parameters that Daybook sent along.
    pub(super) async fn leave(
        &self,
        server: &Server,
        browser: &mut Browser,
        id: &str,
    ) -> HashMap<String, String> {
        let path = format!("/api/v1/sso/{id}/start?return_to=/usage");
        let answer = browser.get(server, &path).await;
        let location = answer.header("location");
        assert_eq!(answer.status, 302);
        assert!(location.starts_with(&self.issuer), "{location}");
        parameters(location)
    }

    /// Signs somebody in, with claims on top of the good ones. Answers where it ended.
    pub(super) async fn sign_in(
        &self,
        server: &Server,
        browser: &mut Browser,
        id: &str,
        more: Value,
    ) -> String {
        let sent = self.leave(server, browser, id).await;
        let mut claims = self.claims(&sent["nonce"]);
        let fields = claims.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        fields.retain(|_, value| !value.is_null());
        self.give(&self.signed(&claims));
        come_back(server, browser, id, &sent["state"]).await
    }
}

/// Comes back with a code. Answers where it ended.
pub(super) async fn come_back(
    server: &Server,
    browser: &mut Browser,
    id: &str,
    state: &str,
) -> String {
    let answer = arrive(
        server,
        browser,
        id,
        &format!("code=code-1&state={}", encode(state)),
    )
    .await;
    answer.header("location").to_owned()
}

pub(super) async fn arrive(
    server: &Server,
    browser: &mut Browser,
    id: &str,
    query: &str,
) -> Answer {
    let path = format!("/api/v1/sso/{id}/callback?{query}");
    let answer = browser.get(server, &path).await;
    assert_eq!(answer.status, 302, "{}", answer.text());
    answer
}

/// RFC 7636: whether a verifier belongs to a challenge.
pub(super) fn proves(verifier: &str, challenge: &str) -> bool {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == challenge
}
