//! Which addresses Daybook calls for a provider: https, or http on this machine. Private addresses
//! are allowed, for a company's provider has one; who may set an issuer may make Daybook call it.

use openidconnect::url::{Host, Url};

const ISSUER_BYTES_MAX: usize = 1024;

/// The issuer as an address, or what is wrong with it.
pub(crate) fn check_issuer(text: &str) -> Result<Url, String> {
    if text.len() > ISSUER_BYTES_MAX {
        return Err(format!("at most {ISSUER_BYTES_MAX} bytes"));
    }
    let url = Url::parse(text)
        .map_err(|_| "expected an address such as https://id.example.com".to_owned())?;
    check(&url, is_plain_here(&url))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("an issuer has neither ? nor #".into());
    }
    Ok(url)
}

/// Whether an address is http on this machine.
pub(super) fn is_plain_here(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && here
}

/// Whether an address may be called. http only for an issuer that is itself http on this machine:
/// no provider elsewhere can make Daybook speak to its neighbours.
pub(super) fn check(url: &Url, plain: bool) -> Result<(), String> {
    if !(url.scheme() == "https" || plain && is_plain_here(url)) {
        return Err("must begin with https:// (http:// only on this machine)".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine() {
        for good in [
            "https://id.example.com",
            "https://10.0.0.7/realms/main",
            "http://127.0.0.1:8080/",
            "http://localhost:8080",
            "http://[::1]:8080",
        ] {
            assert!(check_issuer(good).is_ok(), "{good}");
        }
        for bad in [
            "http://id.example.com",
            "http://10.0.0.7",
            "http://localhost.example.com",
            "http://169.254.169.254/",
            "ftp://id.example.com",
            "file:///etc/passwd",
            "https://id.example.com?x=1",
            "https://id.example.com#x",
            "https://ana:secret@id.example.com",
            "id.example.com",
            "",
        ] {
            assert!(check_issuer(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_provider_elsewhere_cannot_point_to_this_machine_over_http() {
        let here = Url::parse("http://127.0.0.1:9200/_all").unwrap();
        assert!(check(&here, false).is_err());
        assert!(check(&here, true).is_ok());
    }
}
