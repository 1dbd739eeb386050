//! Requests to providers: no redirects, bounded in time and size, to allowed addresses only.

use super::address;
use crate::outgoing::{cause, client};
use openidconnect::url::Url;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

/// For a whole exchange: people wait for it.
const EXCHANGE_TIME_MAX: Duration = Duration::from_secs(10);
/// The largest answers are key sets of some 20 KiB.
const ANSWER_BYTES_MAX: usize = 256 << 10;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum HttpError {
    #[error("{url} cannot be called: it {problem}")]
    Address { url: String, problem: String },
    #[error("no answer within {} s", EXCHANGE_TIME_MAX.as_secs())]
    TimedOut,
    #[error("no connection: {0}")]
    NoConnection(String),
    #[error("the answer is larger than {ANSWER_BYTES_MAX} bytes")]
    TooLarge,
    #[error("no answer: {0}")]
    Failed(String),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TimedOut;
        }
        match error.is_connect() {
            true => Self::NoConnection(cause(&error)),
            false => Self::Failed(cause(&error)),
        }
    }
}

/// The client, made when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Http(OnceLock<Result<reqwest::Client, String>>);

impl Http {
    /// The way to one issuer and what it names.
    pub(super) fn door(&self, issuer: &str) -> Door {
        let plain = Url::parse(issuer).is_ok_and(|url| address::is_plain_here(&url));
        Door {
            client: self.0.get_or_init(|| client(EXCHANGE_TIME_MAX)).clone(),
            plain,
        }
    }
}

/// The way to one issuer and what it names.
#[derive(Debug)]
pub(super) struct Door {
    client: Result<reqwest::Client, String>,
    plain: bool,
}

impl Door {
    /// Whether an address that the issuer names may be called.
    pub(super) fn check(&self, url: &Url) -> Result<(), HttpError> {
        address::check(url, self.plain).map_err(|problem| HttpError::Address {
            url: super::printable(url.as_str()),
            problem,
        })
    }

    pub(super) async fn get(&self, url: &Url, bearer: Option<&str>) -> Result<Fetched, HttpError> {
        self.check(url)?;
        let client = self.client.as_ref();
        let client = client.map_err(|error| HttpError::Failed(error.clone()))?;
        let mut request = client.get(url.clone()).header("accept", "application/json");
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        read(request.send().await?).await
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let failed = |error: &dyn Error| HttpError::Failed(error.to_string());
        let request = reqwest::Request::try_from(request).map_err(|error| failed(&error))?;
        self.check(request.url())?;
        let client = self.client.as_ref();
        let client = client.map_err(|error| HttpError::Failed(error.clone()))?;
        let fetched = read(client.execute(request).await?).await?;
        let mut response = HttpResponse::new(fetched.body);
        *response.status_mut() = fetched.status;
        *response.headers_mut() = fetched.headers;
        Ok(response)
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) status: reqwest::StatusCode,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Vec<u8>,
}

async fn read(mut response: reqwest::Response) -> Result<Fetched, HttpError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(HttpError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body,
    })
}

impl<'c> AsyncHttpClient<'c> for Door {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
