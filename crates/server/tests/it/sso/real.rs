//! The whole journey with a real provider, in a process of its own: `tests/sso/provider.mjs`.

use super::rogue::arrive;
use super::{Browser, admin, change_provider, events, make_provider};
use crate::support::{Server, server};
use axum::http::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

/// Where the provider lives, or why these tests cannot run here.
fn home() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sso");
    let node = Command::new("node").arg("--version").output();
    let missing = match (node, home.join("node_modules/oidc-provider").exists()) {
        (Ok(node), true) if node.status.success() => return Some(home),
        (Ok(node), false) if node.status.success() => "run npm ci in tests/sso",
        _ => "node is missing: apt-get install nodejs npm",
    };
    let required = std::env::var_os("CI").or_else(|| std::env::var_os("DAYBOOK_REQUIRE_SSO"));
    assert!(
        required.is_none(),
        "the tests with a real provider cannot run: {missing}"
    );
    eprintln!("skipped: no real provider here: {missing}");
    None
}

/// A provider's process, ended with the test.
struct Provider {
    process: Child,
    /// Open, for what it writes must have somewhere to go.
    _output: BufReader<ChildStdout>,
    issuer: String,
    people: PathBuf,
    http: reqwest::Client,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}

impl Provider {
    fn start(home: &Path, port: &str, people: PathBuf) -> Self {
        let mut process = Command::new("node")
            .args(["provider.mjs", port])
            .arg(&people)
            .current_dir(home)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut issuer = String::new();
        while !issuer.starts_with("http://") {
            issuer.clear();
            assert_ne!(output.read_line(&mut issuer).unwrap(), 0, "it ended");
        }
        let policy = reqwest::redirect::Policy::none();
        let _chosen = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(policy).no_proxy();
        Self {
            process,
            _output: output,
            issuer: issuer.trim().into(),
            people,
            http: http.build().unwrap(),
        }
    }

    /// Who can sign in there, with which claims.
    fn know(&self, people: &Value) {
        std::fs::write(&self.people, people.to_string()).unwrap();
    }

    /// Registers Daybook as a client, as an administrator does.
    async fn register(&self, server: &Server, id: &str) {
        let callback = format!("http://daybook.test/api/v1/sso/{id}/callback");
        let request = self.http.post(format!("{}/reg", self.issuer));
        let client = request
            .header("content-type", "application/json")
            .body(json!({"redirect_uris": [callback]}).to_string());
        let client = client.send().await.unwrap().bytes().await.unwrap();
        let client: Value = serde_json::from_slice(&client).unwrap();
        let more =
            json!({"client_id": client["client_id"], "client_secret": client["client_secret"]});
        change_provider(server, id, more).await;
    }

    /// Plays the browser at the provider. Answers the address that it sends back to.
    async fn visit(&self, location: &str, form: &str) -> String {
        let mut cookies: HashMap<String, String> = HashMap::new();
        let mut next = location.to_owned();
        for _ in 0..10 {
            let url = match next.strip_prefix('/') {
                Some(path) => format!("{}/{path}", self.issuer),
                None => next.clone(),
            };
            if url.starts_with("http://daybook.test/") {
                return url;
            }
            let request = match url.contains("/interaction/") {
                true => self
                    .http
                    .post(&url)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form.to_owned()),
                false => self.http.get(&url),
            };
            let pairs = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            let sent = request.header("cookie", pairs.collect::<Vec<_>>().join("; "));
            let answer = sent.send().await.unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let pair = cookie.to_str().unwrap().split(';').next().unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.into(), value.into());
            }
            let to = answer.headers().get("location");
            next = to
                .unwrap_or_else(|| panic!("{url}: {}", answer.status()))
                .to_str()
                .unwrap()
                .into();
        }
        panic!("lost at the provider: {next}");
    }

    /// Signs somebody in from the first click to the last redirect. Answers where it ended.
    async fn sign_in(
        &self,
        server: &Server,
        browser: &mut Browser,
        id: &str,
        form: &str,
    ) -> String {
        let path = format!("/api/v1/sso/{id}/start?return_to=/usage");
        let answer = browser.get(server, &path).await;
        let location = answer.header("location");
        if location.starts_with('/') {
            return location.to_owned();
        }
        let back = self.visit(location, form).await;
        let (_, query) = back.split_once('?').unwrap();
        let answer = arrive(server, browser, id, query).await;

        answer.header("location").to_owned()
    }
}

/// A provider, and Daybook as its client.
async fn both(home: &Path, more: Value) -> (Provider, Server, String, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let provider = Provider::start(home, "0", dir.path().join("people.json"));
    provider.know(&json!({
        "ana": {"email": "ana@example.com", "email_verified": true, "groups": ["admins"], "amr": ["mfa"]},
        "bo": {"email": "bo@example.com", "email_verified": true, "groups": ["staff"], "platform_ids": ["7"]},
    }));
    let server = server().await;
    let id = make_provider(&server, &provider.issuer, more).await;
    provider.register(&server, &id).await;
    (provider, server, id, dir)
}

fn rules() -> Value {
    let rules =
        json!([{"value": "admins", "role": "super_admin"}, {"value": "staff", "role": "user"}]);
    json!({"role_claim": "groups", "role_map": rules, "default_role": null,
        "link_claim": "platform_ids", "link_origin": "gateway"})
}

#[tokio::test]
async fn people_sign_in_with_a_real_provider() {
    let Some(home) = home() else { return };
    let (provider, server, id, _dir) = both(&home, rules()).await;
    let test = format!("/api/v1/identity-providers/{id}/test");
    let test = admin(&server, Method::POST, &test, &json!({})).await.json();
    assert_eq!(test["ok"], true, "{test}");
    let outcomes = test["steps"].as_array().unwrap().iter();
    assert!(
        outcomes.clone().all(|step| step["outcome"] == "ok"),
        "{test}"
    );

    let (mut ana, mut bo) = (Browser::default(), Browser::default());
    assert_eq!(
        provider.sign_in(&server, &mut ana, &id, "login=ana").await,
        "/usage"
    );
    assert_eq!(
        provider.sign_in(&server, &mut bo, &id, "login=bo").await,
        "/usage"
    );
    assert_eq!(ana.session(&server).await["role"], "super_admin");
    assert_eq!(bo.session(&server).await["role"], "user");
    let linked = events(&server, "audit", "action=user.links_changed").await;
    let link =
        json!([{"field": "links", "old": [], "new": [{"origin": "gateway", "user_id": "7"}]}]);
    assert_eq!(linked[0]["changes"], link);

    // The provider moves somebody to another group: at the next sign-in, for all their sessions.
    provider.know(&json!({
        "bo": {"email": "bo@example.com", "email_verified": true, "groups": ["admins"]},
    }));
    let mut elsewhere = Browser::default();
    assert_eq!(
        provider
            .sign_in(&server, &mut elsewhere, &id, "login=bo")
            .await,
        "/usage"
    );
    assert_eq!(bo.session(&server).await["role"], "super_admin");

    let mut nobody = Browser::default();
    let end = provider.sign_in(&server, &mut nobody, &id, "deny=1").await;
    assert_eq!(end, "/sign-in#sso_error=denied");
    assert!(!nobody.signed_in());
    let told = events(&server, "auth", "event=sign_in&result=success").await;
    assert_eq!(told.len(), 3);
    assert!(
        told.iter()
            .all(|event| event["method"] == "sso" && event["identity_provider"] == "Example")
    );
}

#[tokio::test]
async fn a_real_provider_refuses_a_wrong_secret_and_a_stolen_code() {
    let Some(home) = home() else { return };
    let (provider, server, id, _dir) = both(&home, rules()).await;
    // A code that was made for one sign-in is put into another: PKCE makes it worthless.
    let (mut thief, mut victim) = (Browser::default(), Browser::default());
    let path = format!("/api/v1/sso/{id}/start");
    let of_victim = victim
        .get(&server, &path)
        .await
        .header("location")
        .to_owned();
    let stolen = super::parameters(&provider.visit(&of_victim, "login=ana").await);
    let of_thief = thief
        .get(&server, &path)
        .await
        .header("location")
        .to_owned();
    let own = super::parameters(&of_thief);
    let issuer = super::encode(&provider.issuer);
    let query = format!(
        "code={}&state={}&iss={issuer}",
        stolen["code"], own["state"]
    );
    let answer = arrive(&server, &mut thief, &id, &query).await;
    assert_eq!(
        answer.header("location"),
        "/sign-in#sso_error=invalid_answer"
    );
    assert!(!thief.signed_in());

    change_provider(&server, &id, json!({"client_secret": "wrong"})).await;
    let end = provider
        .sign_in(&server, &mut victim, &id, "login=ana")
        .await;
    assert_eq!(end, "/sign-in#sso_error=provider_unavailable");
    let told = events(&server, "auth", "event=provider_error").await;
    assert_eq!(told[0]["reason"], "token endpoint: invalid_client");
    let test = format!("/api/v1/identity-providers/{id}/test");
    let test = admin(&server, Method::POST, &test, &json!({})).await.json();
    assert_eq!(test["ok"], false, "{test}");
}

#[tokio::test]
async fn new_keys_and_an_outage_of_a_real_provider_need_nobody() {
    let Some(home) = home() else { return };
    let (provider, server, id, _dir) = both(&home, rules()).await;
    let mut browser = Browser::default();
    assert_eq!(
        provider
            .sign_in(&server, &mut browser, &id, "login=ana")
            .await,
        "/usage"
    );

    // It starts again with other keys; its clients were forgotten, too.
    let (_, port) = provider.issuer.rsplit_once(':').unwrap();
    let (port, people) = (port.to_owned(), provider.people.clone());
    drop(provider);
    let test = format!("/api/v1/identity-providers/{id}/test");
    let down = admin(&server, Method::POST, &test, &json!({})).await.json();
    assert_eq!(down["steps"][0]["outcome"], "failed", "{down}");
    let provider = Provider::start(&home, &port, people);
    provider.register(&server, &id).await;
    assert_eq!(
        provider
            .sign_in(&server, &mut browser, &id, "login=ana")
            .await,
        "/usage"
    );
    assert_eq!(
        events(&server, "audit", "action=user.created").await.len(),
        1
    );
}
