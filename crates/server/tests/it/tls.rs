//! TLS with a certificate made for the test, and the clients people have: curl and openssl.

use crate::support::{EMAIL, PASSWORD, Server, listen, server_with};
use daybook_server::{Options, Patience, Tls};
use daybook_testkit::MemoryStore;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::json;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Certificate {
    dir: TempDir,
}

impl Certificate {
    fn new(year: i32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let made = Self { dir };
        made.write(year);
        made
    }

    fn cert(&self) -> PathBuf {
        self.dir.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.dir.path().join("key.pem")
    }

    /// Makes a new pair that ends in a year.
    fn write(&self, year: i32) {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        std::fs::write(self.key(), key.serialize_pem()).unwrap();
        std::fs::write(self.cert(), cert.pem()).unwrap();
    }

    fn open(&self) -> Tls {
        Tls::open(&self.cert(), &self.key()).unwrap()
    }
}

async fn start(tls: Tls) -> (Server, SocketAddr) {
    let options = Options {
        tls: Some(tls),
        patience: Patience {
            handshake: Duration::from_millis(500),
            ..Patience::default()
        },
        ..Options::default()
    };
    let server = server_with(options, Arc::new(MemoryStore::default())).await;
    let address = listen(&server).await;
    (server, address)
}

/// What a program prints, or nothing when it is missing and may be.
async fn run(program: &'static str, args: Vec<String>) -> Option<(bool, String)> {
    let run = tokio::task::spawn_blocking(move || {
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::null()).output()
    });
    let Ok(output) = run.await.unwrap() else {
        let required = std::env::var_os("DAYBOOK_REQUIRE_FAULTS").is_some();
        assert!(!required, "{program} is missing: apt-get install {program}");
        eprintln!("skipped: {program} is missing (apt-get install {program})");
        return None;
    };
    let mut told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.push_str(&String::from_utf8_lossy(&output.stderr));
    Some((output.status.success(), told))
}

async fn curl(address: SocketAddr, ca: &Path, path: &str, args: &[&str]) -> Option<(bool, String)> {
    let port = address.port();
    let mut all: Vec<String> = ["-sSi", "--max-time", "20", "--cacert"]
        .map(Into::into)
        .into();
    all.push(ca.display().to_string());
    all.push("--resolve".into());
    all.push(format!("localhost:{port}:127.0.0.1"));
    all.extend(args.iter().map(ToString::to_string));
    all.push(format!("https://localhost:{port}{path}"));
    run("curl", all).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_over_tls_gets_bound_cookies_and_hsts() {
    let certificate = Certificate::new(2040);
    let (server, address) = start(certificate.open()).await;
    server
        .control
        .bootstrap(EMAIL, PASSWORD.into())
        .await
        .unwrap();
    let body = json!({"email": EMAIL, "password": PASSWORD}).to_string();
    let args = ["-H", "content-type: application/json", "-d", &body];
    let Some((ended_well, answer)) =
        curl(address, &certificate.cert(), "/api/v1/session", &args).await
    else {
        return;
    };
    assert!(ended_well, "{answer}");
    assert!(answer.contains("HTTP/1.1 200"), "{answer}");
    let answer = answer.to_lowercase();
    assert!(
        answer.contains("strict-transport-security: max-age=31536000"),
        "{answer}"
    );
    assert!(
        answer.contains("set-cookie: __host-daybook_session="),
        "{answer}"
    );
    assert!(answer.contains("; secure"), "{answer}");
    let page = server.get("/metrics").await.text();
    // 2040-01-01T00:00:00Z
    assert!(
        page.contains("daybook_tls_certificate_end_seconds 2208988800"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_tls_of_today_is_spoken() {
    let certificate = Certificate::new(2040);
    let (_server, address) = start(certificate.open()).await;
    let connect = async |version: &str| {
        let target = address.to_string();
        let args = [
            "s_client",
            "-connect",
            &target,
            "-cipher",
            "ALL:@SECLEVEL=0",
            version,
        ];
        run("openssl", args.map(Into::into).into()).await
    };
    for version in ["-tls1_2", "-tls1_3"] {
        let Some((ended_well, told)) = connect(version).await else {
            return;
        };
        assert!(ended_well, "{version}: {told}");
    }
    for version in ["-tls1", "-tls1_1"] {
        let (ended_well, told) = connect(version).await.unwrap();
        assert!(!ended_well && told.contains("alert"), "{version}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_certificate_is_used_without_a_restart_and_a_bad_one_never() {
    let certificate = Certificate::new(2040);
    let tls = certificate.open();
    let watching = tokio::spawn(tls.clone().watch_forever());
    let (server, address) = start(tls.clone()).await;
    let end = async || {
        let page = server.get("/metrics").await.text();
        let line = page
            .lines()
            .find(|line| line.starts_with("daybook_tls_certificate_end_seconds"));
        line.unwrap().rsplit(' ').next().unwrap().to_owned()
    };
    assert_eq!(end().await, "2208988800");
    let old = std::fs::read(certificate.cert()).unwrap();

    std::fs::write(certificate.cert(), "no certificate").unwrap();
    assert!(tls.reload().is_err());
    let other = Certificate::new(2050);
    std::fs::copy(other.cert(), certificate.cert()).unwrap();
    let error = tls.reload().unwrap_err().to_string();
    assert!(error.contains("cert.pem"), "the pair does not fit: {error}");
    let ca = certificate.dir.path().join("old.pem");
    std::fs::write(&ca, old).unwrap();
    if let Some((ended_well, told)) = curl(address, &ca, "/healthz", &[]).await {
        assert!(ended_well, "the old one stays in use: {told}");
    }

    std::fs::copy(other.key(), certificate.key()).unwrap();
    let began = Instant::now();
    while end().await != "2524608000" {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "the files are watched"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    if let Some((ended_well, told)) = curl(address, &certificate.cert(), "/healthz", &[]).await {
        assert!(ended_well, "{told}");
        let (ended_well, _) = curl(address, &ca, "/healthz", &[]).await.unwrap();
        assert!(!ended_well, "the old one is gone");
    }
    watching.abort();
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let certificate = Certificate::new(2040);
    let (server, address) = start(certificate.open()).await;
    let mut silent = TcpStream::connect(address).await.unwrap();
    let mut plain = TcpStream::connect(address).await.unwrap();
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    for stream in [&mut silent, &mut plain] {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes));
        let _ = read.await.expect("the server closes the connection");
        assert!(!bytes.starts_with(b"HTTP"), "nothing is said in the clear");
    }
    let counted = "daybook_connections_closed_total{reason=\"handshake\"} 2";
    let began = Instant::now();
    while !server.get("/metrics").await.text().contains(counted) {
        let waited = began.elapsed() < Duration::from_secs(20);
        assert!(waited, "both are counted");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn files_that_do_not_work_are_named() {
    let (one, other) = (Certificate::new(2040), Certificate::new(2040));
    let missing = one.dir.path().join("missing.pem");
    let error = Tls::open(&missing, &one.key()).unwrap_err().to_string();
    assert!(error.contains("missing.pem"), "{error}");
    let error = Tls::open(&one.cert(), &other.key())
        .unwrap_err()
        .to_string();
    assert!(error.contains("cannot be used with its key"), "{error}");
    let empty = one.dir.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let error = Tls::open(&empty, &one.key()).unwrap_err().to_string();
    assert!(error.contains("holds no certificate"), "{error}");
}
