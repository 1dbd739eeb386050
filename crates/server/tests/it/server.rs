//! The accept loop, over a real socket.

use crate::support::server;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

#[tokio::test]
async fn requests_finish_before_the_server_ends() {
    let server = server().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(daybook_server::serve(listener, server.app.clone(), async {
        let _ = stopped.await;
    }));

    let mut idle = TcpStream::connect(address).await.unwrap();
    let mut busy = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n",
        server.key
    );
    busy.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    busy.write_all(b"[]").await.unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    tokio::time::timeout(Duration::from_secs(5), serving)
        .await
        .expect("it ends")
        .unwrap();
    let mut rest = Vec::new();
    assert_eq!(
        idle.read_to_end(&mut rest).await.unwrap(),
        0,
        "idle connections are closed"
    );
}

#[tokio::test]
async fn a_refused_sender_gets_its_answer_after_it_has_sent_all() {
    let server = server().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(daybook_server::serve(
        listener,
        server.app.clone(),
        std::future::pending(),
    ));
    let mut client = TcpStream::connect(address).await.unwrap();
    let length = 100_000_000;
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {}\r\ncontent-length: {length}\r\n\r\n",
        server.key
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let chunk = vec![b' '; 1_000_000];
    for _ in 0..length / chunk.len() {
        client
            .write_all(&chunk)
            .await
            .expect("the connection holds");
    }
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}
