//! Requests to other servers: no redirects, bounded in time and size.

use std::error::Error;
use std::time::Duration;

const CONNECT_TIME_MAX: Duration = Duration::from_secs(5);
/// For a whole exchange.
const EXCHANGE_TIME_MAX: Duration = Duration::from_secs(10);

/// The client for such requests; the error says why there is none.
pub(crate) fn client(exchange_time_max: Duration) -> Result<reqwest::Client, String> {
    // Another part of the program may have chosen already: its choice is as good.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("daybook/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIME_MAX)
        .timeout(exchange_time_max)
        .build()
        .map_err(|error| error.to_string())
}

/// What lies deepest under an error: it says what really happened.
pub(crate) fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingError {
    /// Nothing came back.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The answer is longer than its kind may be.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
}

impl From<reqwest::Error> for OutgoingError {
    fn from(error: reqwest::Error) -> Self {
        Self::NoAnswer(match error.is_timeout() {
            true => "it took too long".into(),
            false => cause(&error),
        })
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// How long to wait before asking again, if it says so.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: Vec<u8>,
}

/// Asks other servers.
#[derive(Debug, Clone)]
pub struct Outgoing(reqwest::Client);

impl Outgoing {
    /// Ready to ask.
    ///
    /// # Errors
    /// When this machine has no certificates to believe, say.
    pub fn new() -> Result<Self, OutgoingError> {
        let client = client(EXCHANGE_TIME_MAX);
        client.map(Self).map_err(OutgoingError::NoAnswer)
    }

    /// GET, with a key if there is one; an answer of more bytes is refused.
    ///
    /// # Errors
    /// [`OutgoingError`]. An answer with any status is none.
    pub async fn get(
        &self,
        url: &str,
        key: Option<&str>,
        bytes_max: usize,
    ) -> Result<Answered, OutgoingError> {
        let mut request = self.0.get(url);
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        read(request.send().await?, bytes_max).await
    }

    /// POST of a body of some media type; an answer of more bytes is refused.
    ///
    /// # Errors
    /// [`OutgoingError`]. An answer with any status is none.
    pub async fn post(
        &self,
        url: &str,
        kind: &str,
        body: Vec<u8>,
        bytes_max: usize,
    ) -> Result<Answered, OutgoingError> {
        let request = self.0.post(url).header("content-type", kind).body(body);
        read(request.send().await?, bytes_max).await
    }
}

async fn read(
    mut response: reqwest::Response,
    bytes_max: usize,
) -> Result<Answered, OutgoingError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > bytes_max {
            return Err(OutgoingError::TooLarge(bytes_max));
        }
        body.extend_from_slice(&chunk);
    }
    let retry_after = response.headers().get("retry-after");
    let seconds = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
    Ok(Answered {
        status: response.status().as_u16(),
        retry_after: seconds.map(Duration::from_secs),
        body,
    })
}
