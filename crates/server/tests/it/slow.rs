//! Clients that are slow on purpose, over real sockets: each loses its connection or gets 408, and
//! the server goes on for others.

use crate::support::{Server, listen, server_with};
use crate::tool;
use daybook_server::{ConnectionLimits, Options, Pace, Patience};
use daybook_testkit::MemoryStore;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const SHORT: Duration = Duration::from_millis(300);
/// Longer than anything here may take; nothing is measured by it.
const LONG: Duration = Duration::from_secs(20);

fn short() -> Options {
    Options {
        patience: Patience {
            handshake: SHORT,
            first_byte: SHORT,
            head: SHORT,
            idle: SHORT,
            write: SHORT,
        },
        pace: Pace {
            silence_max: SHORT,
            grace: 2 * SHORT,
            bytes_per_s: 1 << 10,
        },
        trusted_proxies: Vec::new(),
        ..Options::default()
    }
}

/// Long times but the one in question, so that nothing else can be what ended a connection.
fn patient() -> Options {
    Options {
        patience: Patience {
            handshake: LONG,
            first_byte: LONG,
            head: LONG,
            idle: LONG,
            write: LONG,
        },
        ..short()
    }
}

async fn start(options: Options) -> (Server, SocketAddr) {
    let server = server_with(options, Arc::new(MemoryStore::default())).await;
    let address = listen(&server).await;
    (server, address)
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

/// What arrives until the server closes; it must close.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is a way to close, too.
    let read = tokio::time::timeout(LONG, stream.read_to_end(&mut bytes)).await;
    let _ = read.expect("the server closes the connection");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends text a byte at a time until the connection ends.
async fn trickle(stream: &mut TcpStream, text: &str) -> bool {
    let began = Instant::now();
    for byte in text.as_bytes().iter().cycle() {
        if stream.write_all(&[*byte]).await.is_err() {
            return true;
        }
        if began.elapsed() > LONG {
            return false;
        }
        tokio::time::sleep(SHORT / 10).await;
    }
    true
}

/// Whether a connection was closed for this reason; it is counted a moment after.
async fn closed(server: &Server, reason: &str) -> bool {
    let counted = format!("daybook_connections_closed_total{{reason=\"{reason}\"}}");
    let began = Instant::now();
    while began.elapsed() < LONG {
        if server.get("/metrics").await.text().contains(&counted) {
            return true;
        }
        tokio::time::sleep(SHORT / 10).await;
    }
    false
}

#[tokio::test]
async fn who_sends_nothing_is_closed() {
    let mut options = patient();
    options.patience.first_byte = SHORT;
    let (server, address) = start(options).await;
    let mut silent = connect(address).await;
    assert_eq!(rest(&mut silent).await, "");
    assert!(closed(&server, "first_byte").await);
}

#[tokio::test]
async fn a_head_that_trickles_is_closed() {
    let mut options = patient();
    options.patience.head = SHORT;
    let (server, address) = start(options).await;
    let mut slow = connect(address).await;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        .await
        .unwrap();
    assert!(trickle(&mut slow, "x-a: b\r\n").await, "it was let go on");
    assert!(closed(&server, "head").await);
}

#[tokio::test]
async fn the_next_head_on_a_kept_connection_has_the_same_time() {
    let mut options = patient();
    options.patience.head = SHORT;
    let (server, address) = start(options).await;
    let mut slow = connect(address).await;
    let whole = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    for _ in 0..3 {
        slow.write_all(whole).await.unwrap();
        let mut answer = [0; 2048];
        let read = slow.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
        // Waiting between requests is not sending a head.
        tokio::time::sleep(2 * SHORT).await;
    }
    assert!(trickle(&mut slow, "GET /healthz HTTP/1.1\r\n").await);
    assert!(closed(&server, "head").await);
}

#[tokio::test]
async fn an_idle_connection_is_closed_in_the_end() {
    let mut options = patient();
    options.patience.idle = SHORT;
    let (server, address) = start(options).await;
    let mut idle = connect(address).await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(rest(&mut idle).await.starts_with("HTTP/1.1 200"));
    assert!(closed(&server, "idle").await);
}

fn post(key: &str, length: usize) -> String {
    format!(
        "POST /api/v1/events HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n["
    )
}

#[tokio::test]
async fn a_body_that_stops_gets_408_and_the_connection_ends() {
    let (server, address) = start(Options {
        patience: patient().patience,
        ..short()
    })
    .await;
    for head in [
        post(&server.key, 1_000),
        "POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         content-length: 100\r\n\r\n{"
            .into(),
        format!(
            "POST /api/v1/events HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\n\
             content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n[\r\n",
            server.key
        ),
    ] {
        let mut slow = connect(address).await;
        slow.write_all(head.as_bytes()).await.unwrap();
        let answer = rest(&mut slow).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("\"timeout\""), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_trickles_gets_408_although_it_never_stops() {
    let (server, address) = start(Options {
        patience: patient().patience,
        ..short()
    })
    .await;
    let slow = connect(address).await;
    let (mut answers, mut sender) = slow.into_split();
    sender
        .write_all(post(&server.key, 1_000_000).as_bytes())
        .await
        .unwrap();
    let sending = tokio::spawn(async move {
        while sender.write_all(b" ").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await;
        }
    });
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(LONG, answers.read(&mut answer)).await;
    let read = read.expect("an answer comes").unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    sending.abort();
}

#[tokio::test]
async fn a_body_at_a_fair_pace_is_taken_however_long_it_is() {
    let (server, address) = start(Options {
        patience: patient().patience,
        ..short()
    })
    .await;
    let mut slow = connect(address).await;
    let chunks = 20;
    slow.write_all(post(&server.key, 1 + chunks * 1_000 + 1).as_bytes())
        .await
        .unwrap();
    for _ in 0..chunks {
        tokio::time::sleep(SHORT / 4).await;
        slow.write_all(&[b' '; 1_000]).await.unwrap();
    }
    slow.write_all(b"]").await.unwrap();
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
}

#[tokio::test]
async fn who_does_not_read_its_answer_is_closed() {
    let mut options = patient();
    options.patience.write = SHORT;
    let (server, address) = start(options).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(1 << 10).unwrap();
    let mut deaf = socket.connect(address).await.unwrap();
    // Many answers on one connection, more than any buffer on the way takes.
    let asking = async {
        let ask = b"GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
        while deaf.write_all(ask).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let ended = tokio::time::timeout(LONG, asking).await;
    assert!(ended.is_ok(), "it was let go on");
    assert!(closed(&server, "write").await);
}

#[tokio::test]
async fn one_address_has_so_many_connections_and_no_more() {
    let options = Options {
        connections: ConnectionLimits {
            max: 100,
            per_address_max: 3,
        },
        ..patient()
    };
    let (server, address) = start(options).await;
    let mut held = Vec::new();
    let ask = b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    for _ in 0..3 {
        let mut stream = connect(address).await;
        stream.write_all(ask).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        held.push(stream);
    }
    let mut other = connect(address).await;
    assert_eq!(rest(&mut other).await, "");
    assert!(closed(&server, "too_many").await);
    held.pop();
    let began = Instant::now();
    loop {
        let mut next = connect(address).await;
        let mut answer = [0; 12];
        let asked = next.write_all(ask).await;
        if asked.is_ok() && next.read_exact(&mut answer).await.is_ok() {
            assert_eq!(&answer, b"HTTP/1.1 200");
            break;
        }
        assert!(began.elapsed() < LONG, "a place is given back");
        tokio::time::sleep(SHORT / 10).await;
    }
}

#[tokio::test]
async fn trusted_proxies_may_have_more_connections() {
    let options = Options {
        connections: ConnectionLimits {
            max: 100,
            per_address_max: 1,
        },
        trusted_proxies: Options::default().trusted_proxies,
        ..patient()
    };
    let (_server, address) = start(options).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        let mut stream = connect(address).await;
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        held.push(stream);
    }
}

#[tokio::test]
async fn heads_have_a_size() {
    let (_server, address) = start(patient()).await;
    let large = format!("x-large: {}\r\n", "x".repeat(100 << 10));
    let many = "x-a: b\r\n".repeat(200);
    for (name, headers) in [("large", large), ("many", many)] {
        let mut stream = connect(address).await;
        let head =
            format!("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
        // The server may answer before it has read all.
        let _ = stream.write_all(head.as_bytes()).await;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 431", "{name}");
    }
}

/// Runs an attack of the real tool. It must end by itself, because all connections were closed,
/// while the service was available all along.
async fn attack(address: SocketAddr, path: &str, mode: &[&str]) {
    let url = format!("http://{address}{path}");
    let mut command = Command::new("slowhttptest");
    command
        .args(mode)
        .args(["-c", "60", "-r", "60", "-l", "40", "-p", "3", "-u", &url]);
    let run = tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap();
    let Ok(output) = run else {
        tool::skip(
            "the attacks of slowhttptest",
            "slowhttptest is missing: apt-get install slowhttptest",
        );
        return;
    };
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        told.contains("No open connections left"),
        "{mode:?}: {told}"
    );
    assert!(
        !told.contains("service available:   NO"),
        "{mode:?}: {told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_attacks_of_slowhttptest_end() {
    let patience = Duration::from_secs(2);
    let options = Options {
        patience: Patience {
            handshake: patience,
            first_byte: patience,
            head: patience,
            idle: patience,
            write: patience,
        },
        pace: Pace {
            silence_max: patience,
            grace: patience,
            bytes_per_s: 1 << 10,
        },
        ..short()
    };
    let (_server, address) = start(options).await;
    attack(address, "/", &["-H", "-i", "1", "-x", "24"]).await;
    let body = ["-B", "-i", "1", "-s", "8192", "-f", "application/json"];
    attack(address, "/api/v1/session", &body).await;
    // It reads what has arrived before it sees that the connection is gone.
    let read = [
        "-X", "-k", "5", "-n", "1", "-w", "1", "-y", "64", "-z", "512",
    ];
    attack(address, "/api/v1/openapi.json", &read).await;
}
