//! What proxies wrote about the way of a request, the nearest one's word first. `Forwarded`
//! (RFC 7239) counts only where none of the older `X-Forwarded-…` headers came: of a proxy that
//! knows the older ones alone, it would pass through as the client wrote it.

use super::address;
use axum::http::HeaderMap;
use std::net::IpAddr;

/// More hops than any way has.
const HOPS_MAX: usize = 32;

/// One proxy's word about its own client.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) ip: Option<IpAddr>,
    pub(super) scheme: Option<String>,
    pub(super) host: Option<String>,
}

/// All of them, the nearest first.
pub(super) fn of(headers: &HeaderMap) -> Vec<Hop> {
    let older = older(headers);
    match older.is_empty() {
        true => forwarded(headers),
        false => older,
    }
}

/// From `X-Forwarded-For`, `-Proto` and `-Host`. Some proxies write the latter two only once for
/// the whole way: then that word goes for all hops behind it.
fn older(headers: &HeaderMap) -> Vec<Hop> {
    let addresses = from_right(headers, "x-forwarded-for");
    let schemes = from_right(headers, "x-forwarded-proto");
    let hosts = from_right(headers, "x-forwarded-host");
    let count = addresses.len().max(schemes.len()).max(hosts.len());
    let nth = |words: &[String], index: usize| words.get(index).or(words.last()).cloned();
    (0..count.min(HOPS_MAX))
        .map(|index| Hop {
            ip: addresses.get(index).and_then(|text| address(text)),
            scheme: nth(&schemes, index),
            host: nth(&hosts, index),
        })
        .collect()
}

fn from_right(headers: &HeaderMap, name: &str) -> Vec<String> {
    let lines = headers.get_all(name).iter();
    let words = lines.flat_map(|line| line.to_str().unwrap_or_default().split(','));
    let mut words: Vec<String> = words.map(|word| word.trim().to_owned()).collect();
    words.reverse();
    words
}

fn forwarded(headers: &HeaderMap) -> Vec<Hop> {
    let lines = headers.get_all("forwarded").iter();
    let elements = lines.flat_map(|line| split(line.to_str().unwrap_or_default(), ','));
    let mut hops: Vec<Hop> = elements.map(hop).collect();
    hops.reverse();
    hops.truncate(HOPS_MAX);
    hops
}

fn hop(element: &str) -> Hop {
    let mut hop = Hop::default();
    for pair in split(element, ';') {
        let Some((name, value)) = pair.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "for" => hop.ip = address(value),
            "proto" => hop.scheme = Some(value.into()),
            "host" => hop.host = Some(value.into()),
            _ => {}
        }
    }
    hop
}

/// Splits outside of quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}
