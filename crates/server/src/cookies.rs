//! The two cookies: the token of a session, and the token by which a browser is known again. Over
//! TLS their names bind them to this host. Scripts see neither.

use crate::client::From;
use crate::control::{DEVICE_LIFE_US, Session, SignedIn};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::AppendHeaders;
use daybook_model::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};

/// One of our cookies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Holds a session's token.
    Session,
    /// Holds a known browser's token.
    Device,
}

/// Headers that set cookies.
pub(crate) type SetCookies = AppendHeaders<Vec<(HeaderName, String)>>;

impl Cookie {
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-daybook_session",
            (Self::Session, false) => "daybook_session",
            (Self::Device, true) => "__Host-daybook_device",
            (Self::Device, false) => "daybook_device",
        }
    }

    /// What a request brought.
    pub(crate) fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        value(headers, self.name(secure))
    }

    /// The header's text that sets it, or removes it when it has no time to live.
    pub(crate) fn write(self, secure: bool, token: &str, life_us: i64) -> String {
        let (name, max_age_s) = (self.name(secure), life_us.max(0) / Timestamp::SECOND_US);
        let secure = if secure { "; Secure" } else { "" };
        format!("{name}={token}; Path=/; Max-Age={max_age_s}; HttpOnly; SameSite=Lax{secure}")
    }

    /// Whether an answer sets this cookie.
    pub(crate) fn is_set(self, headers: &HeaderMap) -> bool {
        let set = headers.get_all(header::SET_COOKIE).iter();
        let mut set = set.filter_map(|cookie| cookie.to_str().ok());
        let names = [false, true].map(|secure| self.name(secure));
        set.any(|cookie| {
            let name = cookie.split('=').next().unwrap_or_default();
            names.contains(&name)
        })
    }
}

/// The value of a cookie.
pub(crate) fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Where a request keeps the cookie of a session whose token was replaced meanwhile, until
/// [`crate::envelope`] adds it to the answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Renewal(Arc<Mutex<Option<String>>>);

impl Renewal {
    /// Notes the new token for the answer.
    pub(crate) fn note(parts: &Parts, from: &From, session: &Session, token: &str) {
        if let Some(Self(slot)) = parts.extensions.get() {
            let life_us = session.expires_at.us() - Timestamp::now().us();
            let cookie = Cookie::Session.write(from.secure, token, life_us);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(cookie);
        }
    }

    /// Adds the new cookie to an answer that does not set the session's cookie itself.
    pub(crate) fn complete(self, headers: &mut HeaderMap) {
        let cookie = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let cookie = cookie.and_then(|cookie| HeaderValue::try_from(cookie).ok());
        if let Some(cookie) = cookie.filter(|_| !Cookie::Session.is_set(headers)) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
}

/// The cookies of a session that was opened or has a new token.
pub(crate) fn of(from: &From, signed_in: &SignedIn) -> Vec<String> {
    let life_us = signed_in.session.expires_at.us() - Timestamp::now().us();
    let session = Cookie::Session.write(from.secure, &signed_in.token, life_us);
    let device = signed_in.device.as_ref();
    let device = device.map(|token| Cookie::Device.write(from.secure, token, DEVICE_LIFE_US));
    std::iter::once(session).chain(device).collect()
}

/// The headers that set them.
pub(crate) fn set(from: &From, signed_in: &SignedIn) -> SetCookies {
    let cookies = of(from, signed_in).into_iter();
    AppendHeaders(cookies.map(|cookie| (header::SET_COOKIE, cookie)).collect())
}

/// Removes the session's cookie.
pub(crate) fn remove(from: &From) -> SetCookies {
    let cookie = Cookie::Session.write(from.secure, "", 0);
    AppendHeaders(vec![(header::SET_COOKIE, cookie)])
}
