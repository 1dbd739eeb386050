//! A server without a network, and requests in one line.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use daybook_model::LogStore;
use daybook_server::control::{Actor, Control, NewKey, NewLink, Role, Scope};
use daybook_server::{App, Options, Peer, Rates};
use daybook_testkit::MemoryStore;
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;

pub(crate) const EMAIL: &str = "ana@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) control: Control,
    /// A key that may do everything.
    pub(crate) key: String,
    pub(crate) dir: TempDir,
    pub(crate) store: Arc<dyn LogStore>,
}

/// An account that is signed in.
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) cookie: String,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of an error.
    #[track_caller]
    pub(crate) fn error(&self) -> (u16, String) {
        let code = self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        (self.status.as_u16(), code)
    }
}

/// For tests of everything but how much may be sent.
pub(crate) fn unlimited() -> Options {
    Options {
        rates: Rates {
            anonymous_per_minute: 0,
            reads_per_minute: 0,
        },
        ..Options::default()
    }
}

pub(crate) async fn server() -> Server {
    server_with(unlimited(), Arc::new(MemoryStore::default())).await
}

pub(crate) async fn server_with(options: Options, store: Arc<dyn LogStore>) -> Server {
    server_in(tempfile::tempdir().unwrap(), options, store).await
}

async fn server_in(dir: TempDir, options: Options, store: Arc<dyn LogStore>) -> Server {
    let control = Control::open(dir.path()).await.unwrap();
    let control = control.delivering_to(Arc::clone(&store));
    let scopes = [Scope::Ingest, Scope::Read, Scope::Admin];
    let key = make_key(&control, "everything", &scopes).await;
    let app = App::new(Arc::clone(&store), control.clone(), options);
    Server {
        store,
        router: app.clone().router(),
        app,
        control,
        key,
        dir,
    }
}

/// A server over the embedded store, whose events move into partitions at once.
pub(crate) async fn server_on_disk(options: Options) -> Server {
    let dir = tempfile::tempdir().unwrap();
    let store = daybook_store::Store::open(daybook_store::Options {
        head_events_max: 1_000,
        head_age_max: Duration::from_millis(5),
        head_bytes_max: 4 << 20,
        ..daybook_store::Options::new(dir.path().join("events"))
    });
    server_in(dir, options, Arc::new(store.unwrap())).await
}

pub(crate) async fn make_key(control: &Control, name: &str, scopes: &[Scope]) -> String {
    let new = NewKey {
        name: name.into(),
        scopes: scopes.into(),
        ..NewKey::default()
    };
    control
        .create_key(&Actor::system("test"), new)
        .await
        .unwrap()
        .1
}

impl Server {
    /// Sends a request as it is.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        if request.extensions().get::<Peer>().is_none() {
            request
                .extensions_mut()
                .insert(Peer([203, 0, 113, 8].into()));
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap().to_vec(),
        }
    }

    /// A request with these headers and without a key.
    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Reads with the key that may do everything.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        self.request(Method::GET, path, &[("authorization", &bearer)], ())
            .await
    }

    /// Sends events with the key that may do everything.
    pub(crate) async fn post_events(
        &self,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut all = vec![("authorization", bearer.as_str())];
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        all.extend(headers);
        self.request(Method::POST, "/api/v1/events", &all, body)
            .await
    }

    /// Signs in and answers the cookie.
    pub(crate) async fn sign_in(&self) -> String {
        self.control
            .bootstrap(EMAIL, PASSWORD.into())
            .await
            .unwrap();
        let answer = self.try_sign_in(EMAIL, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.header("set-cookie");
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Makes an account of a role and signs it in; its password is that of the first account.
    pub(crate) async fn account(&self, role: Role) -> Account {
        self.sign_in().await;
        let (id, email) = (format!("account-{role}"), format!("{role}@example.com"));
        self.sql(&format!(
            "INSERT INTO users (id, email, role, password_hash, created_at) \
             SELECT '{id}', '{email}', '{role}', password_hash, created_at FROM users \
             WHERE email = '{EMAIL}'"
        ))
        .await;
        let answer = self.try_sign_in(&email, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie = answer.header("set-cookie").split(';').next().unwrap();
        Account {
            id,
            cookie: cookie.to_owned(),
        }
    }

    /// Says which events are an account's own: pairs of origin and user.
    pub(crate) async fn link(&self, account: &Account, owners: &[(&str, &str)]) {
        let links = owners.iter().map(|(origin, user_id)| NewLink {
            origin: (*origin).into(),
            user_id: (*user_id).into(),
        });
        let actor = Actor::system("test");
        let links = links.collect();
        let set = self.control.set_links(&actor, &account.id, links).await;
        set.unwrap();
    }

    /// Changes the control plane behind its back.
    pub(crate) async fn sql(&self, statement: &str) {
        let file = self.dir.path().join("control.db");
        let mut db = SqliteConnection::connect(&format!("sqlite://{}", file.display()))
            .await
            .unwrap();
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        sqlx::raw_sql(statement).execute(&mut db).await.unwrap();
    }

    /// Ends the server and starts it again over the same data.
    pub(crate) async fn restart(self) -> Self {
        self.restart_with(Options::default()).await
    }

    /// The same with other options. The key that may do everything stays.
    pub(crate) async fn restart_with(self, options: Options) -> Self {
        self.control.close().await;
        let key = self.key;
        let server = server_in(self.dir, options, self.store).await;
        Self { key, ..server }
    }

    /// Reads as an account.
    pub(crate) async fn get_as(&self, account: &Account, path: &str) -> Answer {
        let cookie = [("cookie", account.cookie.as_str())];
        self.request(Method::GET, path, &cookie, ()).await
    }

    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        let body = serde_json::json!({"email": email, "password": password}).to_string();
        let headers = [
            ("content-type", "application/json"),
            ("user-agent", "test browser"),
        ];
        self.request(Method::POST, "/api/v1/session", &headers, body)
            .await
    }

    /// How many events of a stream pass these parameters. To ask is on record itself, and left
    /// out.
    pub(crate) async fn total(&self, stream: &str, parameters: &str) -> u64 {
        let left_out = match stream {
            "audit" => "&action.ne=log.read",
            _ => "",
        };
        let answer = self
            .get(&format!("/api/v1/logs/{stream}?{parameters}{left_out}"))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["total"].as_u64().unwrap()
    }
}

/// Serves over a real socket until the test ends.
pub(crate) async fn listen(server: &Server) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = server.app.clone();
    tokio::spawn(daybook_server::serve(listener, app, std::future::pending()));
    address
}
