//! Counts what comes from nobody we know, before anything is done for it: requests without a key or
//! a session, and changes that need neither, whatever they carry.

use crate::app::App;
use crate::auth;
use crate::client::From;
use crate::control::{AuthEvent, AuthKind, Client};
use crate::error::ApiError;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// Supervisors ask these often, and nothing is done for them.
const FREE: [&str; 3] = ["/healthz", "/health", "/readyz"];

/// What the gate knows.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    app: App,
    /// Changes that anybody may ask for, such as signing in: method and route.
    public: Arc<HashSet<(String, String)>>,
}

impl Gate {
    /// Reads the public changes from the API document: they are those without a security scheme.
    pub(crate) fn new(app: App, document: &str) -> Self {
        let document: Value = serde_json::from_str(document).expect("the document is JSON");
        let mut public = HashSet::new();
        for (path, operations) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in operations.as_object().into_iter().flatten() {
                if operation.get("security").is_none() && method != "get" {
                    public.insert((method.to_ascii_uppercase(), path.clone()));
                }
            }
        }
        let public = Arc::new(public);
        Self { app, public }
    }

    fn counts(&self, request: &Request) -> bool {
        // The UI's files are no route; many people may load them through one address.
        let Some(route) = request.extensions().get::<MatchedPath>() else {
            return false;
        };
        let route = route.as_str();
        if FREE.contains(&route) {
            return false;
        }
        let operation = (request.method().to_string(), route.to_owned());
        self.public.contains(&operation) || !auth::has_credentials(request.headers())
    }
}

/// Puts on record that somebody was refused before it was looked at what they sent.
pub(crate) async fn tell(
    app: &App,
    route: Option<&MatchedPath>,
    client: &Client,
    refused: &ApiError,
) {
    let kind = match route.map(MatchedPath::as_str) {
        Some("/api/v1/session") => AuthKind::SignIn,
        Some("/api/v1/sign-up") => AuthKind::SignUp,
        Some("/api/v1/password-reset") => AuthKind::PasswordResetRequested,
        Some("/api/v1/tickets/use" | "/api/v1/setup") => AuthKind::TicketRefused,
        _ => return,
    };
    let event = AuthEvent::failure(client, kind, &refused.message);
    if let Err(error) = app.control.record_repeated(event).await {
        tracing::warn!(%error, "a refusal cannot be put on record");
    }
}

pub(crate) async fn count(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    if gate.counts(&request) {
        let from = request.extensions().get::<From>();
        let client = from.map(|from| from.client.clone()).unwrap_or_default();
        if let Err(refused) = gate.app.rates.anonymous(client.ip) {
            if request.method() == Method::POST {
                let route = request.extensions().get::<MatchedPath>().cloned();
                tell(&gate.app, route.as_ref(), &client, &refused).await;
            }
            return refused.into_response();
        }
    }
    next.run(request).await
}
