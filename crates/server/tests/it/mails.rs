//! Mails, taken by a server that speaks as much SMTP as is needed to see what it would deliver.

use crate::people::{PASSWORD, token_of};
use crate::support::{Server, server};
use axum::http::Method;
use daybook_server::control::{Actor, Mailer, SignInSettings};
use daybook_server::{App, Options};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const SITE: &str = "https://logs.example";

/// What was delivered, and what the server says to recipients.
#[derive(Debug, Clone)]
struct Mailbox {
    mails: Arc<Mutex<Vec<String>>>,
    to_recipients: Arc<Mutex<&'static str>>,
    port: u16,
}

impl Mailbox {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mailbox = Self {
            mails: Arc::default(),
            to_recipients: Arc::new(Mutex::new("250 OK")),
            port: listener.local_addr().unwrap().port(),
        };
        let taking = mailbox.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let taking = taking.clone();
                tokio::spawn(async move {
                    // A client that goes away early is one of the cases.
                    let _ = taking.take(stream).await;
                });
            }
        });
        mailbox
    }

    async fn take(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let (read, mut write) = stream.split();
        let mut lines = BufReader::new(read);
        write.write_all(b"220 mailbox\r\n").await?;
        loop {
            let mut line = String::new();
            lines.read_line(&mut line).await?;
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => "250-mailbox\r\n250 8BITMIME",
                "RCPT" => *self.to_recipients.lock().unwrap(),
                "DATA" => {
                    write.write_all(b"354 go on\r\n").await?;
                    let mut mail = Vec::new();
                    while !mail.ends_with(b"\r\n.\r\n") {
                        mail.push(lines.read_u8().await?);
                    }
                    self.mails
                        .lock()
                        .unwrap()
                        .push(String::from_utf8(mail).unwrap());
                    "250 taken"
                }
                "QUIT" | "" => return Ok(()),
                _ => "250 OK",
            };
            write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        }
    }

    /// The first mail to an address with a subject, once it is there.
    async fn wait_for(&self, to: &str, subject: &str) -> String {
        for _ in 0..600 {
            let mails = self.mails.lock().unwrap().clone();
            let (to, subject) = (format!("To: {to}\r\n"), format!("Subject: {subject}"));
            let fits = |mail: &&String| mail.contains(&to) && mail.contains(&subject);
            if let Some(mail) = mails.iter().find(fits) {
                return mail.clone();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!(
            "no mail {subject:?} to {to}: {:?}",
            self.mails.lock().unwrap()
        );
    }

    fn count(&self) -> usize {
        self.mails.lock().unwrap().len()
    }
}

/// The link in a mail; long lines are folded.
#[track_caller]
fn link_in(mail: &str) -> String {
    let text = mail.replace("=\r\n", "").replace("=3D", "=");
    let begin = text.find(&format!("{SITE}/ticket#")).expect("a link");
    let link = text[begin..].split_whitespace().next().unwrap();
    link.to_owned()
}

/// A server that sends mails.
async fn mailing(mailbox: &Mailbox) -> Server {
    let server = server().await;
    let url = format!("smtp://127.0.0.1:{}", mailbox.port);
    let mailer = Mailer::new(&url, "Daybook <daybook@example.com>", SITE).unwrap();
    let control = server.control.clone().mailing(mailer);
    tokio::spawn(control.clone().send_mails_forever());
    let app = App::new(
        Arc::clone(&server.store),
        control.clone(),
        Options::default(),
    );
    Server {
        router: app.router(),
        control,
        ..server
    }
}

/// How many mails wait or were given up.
async fn kept(server: &Server, condition: &str) -> i64 {
    let options = SqliteConnectOptions::new().filename(server.dir.path().join("control.db"));
    let mut db = options.connect().await.unwrap();
    let sql = format!("SELECT COUNT(*) FROM mails WHERE {condition}");
    let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
    count.fetch_one(&mut db).await.unwrap()
}

/// Invites somebody through the API, which may tell of a link or not.
async fn invite(server: &Server, email: &str) -> Value {
    let bearer = format!("Bearer {}", server.key);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        // Links in mails never lead where a request says.
        ("host", "evil.example"),
    ];
    let new = json!({"email": email, "role": "user"}).to_string();
    let path = "/api/v1/users";
    let invited = server.request(Method::POST, path, &headers, new).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    invited.json()
}

async fn waiting(server: &Server, email: &str) -> Option<String> {
    let id = server.control.user_by_email(email).await.unwrap().id;
    server.control.user(&id).await.unwrap().mail_error
}

#[tokio::test]
async fn an_invitation_is_mailed_and_shown_to_nobody_else() {
    let mailbox = Mailbox::open().await;
    let server = mailing(&mailbox).await;
    let invited = invite(&server, "bo@example.com").await;
    assert!(invited["link"].is_null(), "{invited}");

    let mail = mailbox
        .wait_for("bo@example.com", "Your invitation to Daybook")
        .await;
    assert!(
        mail.contains("From: Daybook <daybook@example.com>\r\n"),
        "{mail}"
    );
    assert!(mail.contains("Auto-Submitted: auto-generated\r\n") && !mail.contains("evil"));
    assert!(
        mail.contains("Content-Type: text/plain; charset=utf-8"),
        "{mail}"
    );
    let body = json!({"token": token_of(&link_in(&mail)), "password": PASSWORD});
    let accepted = server.post("/api/v1/tickets/use", &body).await;
    assert_eq!(
        accepted.json()["email"],
        "bo@example.com",
        "{}",
        accepted.text()
    );
    assert_eq!(kept(&server, "TRUE").await, 0, "no secret stays behind");
}

#[tokio::test]
async fn sign_up_verification_and_reset_come_by_mail_and_not_too_often() {
    let mailbox = Mailbox::open().await;
    let server = mailing(&mailbox).await;
    let settings = SignInSettings {
        sign_up: true,
        ..SignInSettings::default()
    };
    let actor = Actor::system("test");
    server
        .control
        .set_sign_in_settings(&actor, settings)
        .await
        .unwrap();
    let sign_up = json!({"email": "bo@example.com"});
    server.post("/api/v1/sign-up", &sign_up).await;
    let mail = mailbox
        .wait_for("bo@example.com", "Confirm your e-mail address")
        .await;
    server.post("/api/v1/sign-up", &sign_up).await;
    server.wait_for("auth", "event=sign_up", 2).await;
    let verify = json!({"token": token_of(&link_in(&mail)), "password": PASSWORD});
    let verified = server.post("/api/v1/tickets/use", &verify).await;
    assert_eq!(
        verified.json()["email"],
        "bo@example.com",
        "{}",
        verified.text()
    );
    assert_eq!(
        server.try_sign_in("bo@example.com", PASSWORD).await.status,
        200
    );

    server.post("/api/v1/sign-up", &sign_up).await;
    mailbox
        .wait_for("bo@example.com", "You have an account")
        .await;
    let reset = json!({"email": "bo@example.com"});
    for _ in 0..3 {
        server.post("/api/v1/password-reset", &reset).await;
    }
    server
        .wait_for("auth", "event=password_reset_requested", 3)
        .await;
    let mail = mailbox
        .wait_for("bo@example.com", "Set a new password")
        .await;
    let body = json!({"token": token_of(&link_in(&mail)), "password": "an entirely other one"});
    let done = server.post("/api/v1/tickets/use", &body).await;
    assert_eq!(done.json()["email"], "bo@example.com", "{}", done.text());
    mailbox
        .wait_for("bo@example.com", "Your Daybook password was changed")
        .await;
    assert_eq!(mailbox.count(), 4, "one of each kind");
}

#[tokio::test]
async fn a_mail_that_is_not_taken_is_tried_again_until_it_is_or_is_given_up() {
    let mailbox = Mailbox::open().await;
    let server = mailing(&mailbox).await;
    *mailbox.to_recipients.lock().unwrap() = "450 mailbox busy";
    invite(&server, "bo@example.com").await;
    let until = async |email: &str, fits: fn(Option<&str>) -> bool| {
        for _ in 0..600 {
            let error = waiting(&server, email).await;
            if fits(error.as_deref()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{:?}", waiting(&server, email).await);
    };
    until("bo@example.com", |error| {
        error.is_some_and(|it| it.contains("mailbox busy"))
    })
    .await;
    *mailbox.to_recipients.lock().unwrap() = "250 OK";
    server.sql("UPDATE mails SET next_at = 0").await;
    mailbox
        .wait_for("bo@example.com", "Your invitation to Daybook")
        .await;
    until("bo@example.com", |error| error.is_none()).await;

    *mailbox.to_recipients.lock().unwrap() = "550 no such mailbox";
    invite(&server, "cy@example.com").await;
    until("cy@example.com", |error| {
        error.is_some_and(|it| it.contains("no such mailbox"))
    })
    .await;
    server
        .sql("UPDATE mails SET next_at = 0, attempts = 3, error = NULL")
        .await;
    until("cy@example.com", |error| error.is_some()).await;
    *mailbox.to_recipients.lock().unwrap() = "250 OK";
    let given_up = kept(&server, "next_at IS NULL").await;
    assert_eq!(
        given_up, 1,
        "what the server refuses for good is not tried for ever"
    );
}

#[tokio::test]
async fn the_mail_of_an_account_that_is_gone_goes_with_it() {
    let mailbox = Mailbox::open().await;
    let server = mailing(&mailbox).await;
    *mailbox.to_recipients.lock().unwrap() = "450 later";
    let invited = invite(&server, "bo@example.com").await;
    let id = invited["user"]["id"].as_str().unwrap();
    assert_eq!(kept(&server, "TRUE").await, 1);
    let actor = Actor::system("test");
    server.control.delete_user(&actor, id).await.unwrap();
    assert_eq!(kept(&server, "TRUE").await, 0);
}
