//! Where a request comes from: the sender's address, whether TLS protected its way, and the host it
//! was sent to. Headers of proxies are believed as far as every hop behind them is trusted, never
//! further: whoever is not trusted can write anything into them.

use crate::control::{Client, token_hash};
use crate::cookies::Cookie;
use crate::envelope::RequestId;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

mod hops;
mod network;

pub use network::Network;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Marks requests of a connection that is encrypted up to here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls;

/// Marks requests that name no host or several (RFC 9112, §3.2): who routes by it and who answers
/// might take them for different ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoOneHost;

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct From {
    pub(crate) client: Client,
    /// Whether the client reached us, or the outermost trusted proxy, over TLS.
    pub(crate) secure: bool,
    /// Host and port as the client wrote them, in lower case.
    pub(crate) host: Option<String>,
    /// The `Host` of this very connection, which differs behind some proxies.
    pub(crate) inner_host: Option<String>,
}

impl From {
    /// Reads a request's head.
    pub(crate) fn of(parts: &Parts, trusts: impl Fn(IpAddr) -> bool) -> Self {
        let text = |name: &str| text(&parts.headers, name);
        let peer = parts.extensions.get::<Peer>();
        let peer = peer.map(|peer| peer.0.to_canonical());
        let authority = parts.uri.authority().map(|authority| authority.as_str());
        let inner_host = authority.or(text(header::HOST.as_str())).map(lower);
        let mut from = Self {
            client: Client {
                ip: peer,
                user_agent: text(header::USER_AGENT.as_str()).unwrap_or_default().into(),
                request_id: parts
                    .extensions
                    .get::<RequestId>()
                    .map(|id| id.0.clone())
                    .unwrap_or_default(),
                ..Client::default()
            },
            secure: parts.extensions.get::<OverTls>().is_some(),
            host: inner_host.clone(),
            inner_host,
        };
        if peer.is_some_and(&trusts) {
            from.follow(&parts.headers, trusts);
        }
        let hash = |cookie: Cookie| {
            let token = cookie.read(&parts.headers, from.secure);
            token.map(token_hash).unwrap_or_default()
        };
        (from.client.device, from.client.session) = (hash(Cookie::Device), hash(Cookie::Session));
        from
    }

    /// Goes back hop by hop while the one that tells of the next is trusted.
    fn follow(&mut self, headers: &HeaderMap, trusts: impl Fn(IpAddr) -> bool) {
        for hop in hops::of(headers) {
            if let Some(scheme) = hop.scheme {
                self.secure = scheme.eq_ignore_ascii_case("https");
            }
            if let Some(host) = hop.host {
                self.host = Some(lower(&host));
            }
            let Some(ip) = hop.ip else {
                return;
            };
            self.client.ip = Some(ip);
            if !trusts(ip) {
                return;
            }
        }
    }

    /// The address under which the sender reaches us, for answers to this very sender only:
    /// whoever sends a request can choose its `Host`.
    pub(crate) fn base_url(&self) -> Option<String> {
        let scheme = if self.secure { "https" } else { "http" };
        let host = self.host.as_ref().filter(|host| is_host(host))?;
        Some(format!("{scheme}://{host}"))
    }
}

impl<S: Sync> FromRequestParts<S> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(from(parts))
    }
}

/// What [`crate::envelope`] found out about a request.
pub(crate) fn from(parts: &Parts) -> From {
    parts.extensions.get::<From>().cloned().unwrap_or_default()
}

/// A header's text.
pub(crate) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What counts as one sender where senders are counted: people with IPv6 have whole networks.
pub(crate) fn sender(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        ip @ IpAddr::V4(_) => ip,
    }
}

fn lower(text: &str) -> String {
    text.trim().to_ascii_lowercase()
}

fn is_host(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

/// Whether a host, with or without a port, is an address or this machine itself.
pub(crate) fn is_no_name(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    address(host).is_some() || name.eq_ignore_ascii_case("localhost")
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let ip = text.parse::<IpAddr>().ok().or_else(bare).or_else(with_port);
    ip.map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests;
