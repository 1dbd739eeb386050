use super::*;
use axum::http::Request;

fn seen(peer: &str, trusted: &str, headers: &[(&str, &str)]) -> From {
    let mut request = Request::get("/");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.extension(Peer(peer.parse().unwrap()));
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let trusted = trusted.split_whitespace().map(|text| text.parse().unwrap());
    let trusted: Vec<Network> = trusted.collect();
    From::of(&parts, |ip| {
        trusted.iter().any(|network| network.contains(ip))
    })
}

fn ip(from: &From) -> String {
    from.client.ip.unwrap().to_string()
}

const PROXIES: &str = "127.0.0.0/8 10.0.0.0/8";

#[test]
fn the_client_is_the_rightmost_address_that_is_not_trusted() {
    let xff = |peer: &str, value: &str| ip(&seen(peer, PROXIES, &[("x-forwarded-for", value)]));
    assert_eq!(xff("127.0.0.1", "203.0.113.5"), "203.0.113.5");
    assert_eq!(xff("127.0.0.1", "203.0.113.5, 10.0.0.3"), "203.0.113.5");
    assert_eq!(
        xff("127.0.0.1", "1.1.1.1, 203.0.113.5, 10.0.0.3"),
        "203.0.113.5",
        "what the client wrote itself is not believed"
    );
    assert_eq!(
        xff("127.0.0.1", "203.0.113.5, 1.1.1.1, 10.0.0.3"),
        "1.1.1.1"
    );
    assert_eq!(xff("203.0.113.9", "1.1.1.1"), "203.0.113.9", "no proxy");
    assert_eq!(
        xff("127.0.0.1", "1.1.1.1, nonsense, 10.0.0.3"),
        "10.0.0.3",
        "nothing is known beyond a word that is no address"
    );
    assert_eq!(xff("127.0.0.1", "10.0.0.9, 10.0.0.3"), "10.0.0.9");
    assert_eq!(xff("::ffff:127.0.0.1", "203.0.113.5:4711"), "203.0.113.5");
    assert_eq!(xff("127.0.0.1", "[2001:db8::1]:443"), "2001:db8::1");
}

#[test]
fn header_lines_add_up_in_order() {
    let from = seen(
        "127.0.0.1",
        PROXIES,
        &[
            ("x-forwarded-for", "1.1.1.1"),
            ("x-forwarded-for", "203.0.113.5"),
        ],
    );
    assert_eq!(ip(&from), "203.0.113.5");
}

#[test]
fn scheme_and_host_are_the_word_of_the_outermost_trusted_proxy() {
    let chain = [
        ("host", "daybook:7070"),
        ("x-forwarded-for", "6.6.6.6, 203.0.113.5, 10.0.0.3"),
        ("x-forwarded-proto", "http, https, http"),
        ("x-forwarded-host", "evil.example, Logs.example, inner"),
    ];
    let from = seen("127.0.0.1", PROXIES, &chain);
    assert_eq!(
        (ip(&from).as_str(), from.secure, from.host.as_deref()),
        ("203.0.113.5", true, Some("logs.example"))
    );
    assert_eq!(from.base_url().unwrap(), "https://logs.example");

    let once = [
        ("x-forwarded-for", "203.0.113.5, 10.0.0.3"),
        ("x-forwarded-proto", "https"),
    ];
    assert!(seen("127.0.0.1", PROXIES, &once).secure);
    let spoofed = [
        ("x-forwarded-for", "6.6.6.6, 203.0.113.5"),
        ("x-forwarded-proto", "https, http"),
        ("x-forwarded-host", "evil.example, logs.example"),
    ];
    let from = seen("127.0.0.1", PROXIES, &spoofed);
    assert_eq!(
        (from.secure, from.host.as_deref()),
        (false, Some("logs.example"))
    );
    let stranger = seen("203.0.113.9", PROXIES, &chain);
    assert_eq!(
        (stranger.secure, stranger.host.as_deref()),
        (false, Some("daybook:7070"))
    );
}

#[test]
fn forwarded_is_read_where_no_older_header_came() {
    let value = r#"for=1.1.1.1;proto=http, for="[2001:db8::1]:8443";proto=https;host="logs.example", for=10.0.0.3"#;
    let from = seen("127.0.0.1", PROXIES, &[("forwarded", value)]);
    assert_eq!(
        (ip(&from).as_str(), from.secure, from.host.as_deref()),
        ("2001:db8::1", true, Some("logs.example"))
    );
    let both = [
        ("forwarded", "for=6.6.6.6;proto=https;host=evil.example"),
        ("x-forwarded-for", "203.0.113.5"),
    ];
    let from = seen("127.0.0.1", PROXIES, &both);
    assert_eq!((ip(&from).as_str(), from.secure), ("203.0.113.5", false));
    let hidden = [("forwarded", "for=unknown;proto=https")];
    let from = seen("127.0.0.1", PROXIES, &hidden);
    assert_eq!((ip(&from).as_str(), from.secure), ("127.0.0.1", true));
}

#[test]
fn a_host_that_could_leave_its_place_makes_no_address() {
    let from = seen("203.0.113.9", "", &[("host", "a.example/\"<b>")]);
    assert_eq!(from.base_url(), None);
}

#[test]
fn an_ipv6_network_is_one_sender() {
    let of = |text: &str| sender(text.parse().unwrap()).to_string();
    assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
}
