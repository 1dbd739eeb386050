//! Mails: what they say, and the way to the server that takes them.

use super::{ControlError, Result, TicketKind};
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::fmt;
use std::time::Duration;

/// How long a server may take for each step of taking a mail.
const TIME_MAX: Duration = Duration::from_secs(20);

/// The way out for mails.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    site: String,
}

impl fmt::Debug for Mailer {
    /// Without the server's address, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer")
            .field("from", &self.from)
            .finish_non_exhaustive()
    }
}

impl Mailer {
    /// Mails through a server (`smtp://`, `smtps://`, `smtp://…?tls=required`) from an address.
    /// Links in them lead to `site`, the address under which people reach Daybook.
    ///
    /// # Errors
    /// When the server or the address cannot be used. Nothing is connected yet.
    pub fn new(smtp_url: &str, from: &str, site: &str) -> Result<Self> {
        // What the parser says may hold the password.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url).map_err(|_| {
            let message = "expected smtp://, smtps:// or smtp://…?tls=required and a host";
            ControlError::invalid("smtp_url", message)
        })?;
        let from = from.parse().map_err(|_| {
            let message = "expected an e-mail address such as Daybook <daybook@example.com>";
            ControlError::invalid("mail_from", message)
        })?;
        Ok(Self {
            transport: transport.timeout(Some(TIME_MAX)).build(),
            from,
            site: site.trim_end_matches('/').into(),
        })
    }

    /// The address under which people reach Daybook.
    pub(super) fn site(&self) -> &str {
        &self.site
    }

    /// An identifier that tells nothing about this machine.
    fn message_id(&self) -> String {
        let domain = self.from.email.domain();
        format!("<{}@{domain}>", uuid::Uuid::now_v7())
    }

    /// Hands a mail over to the server.
    pub(super) async fn send(
        &self,
        to: &str,
        kind: MailKind,
        link: &str,
    ) -> std::result::Result<(), SendError> {
        let refused = |error: &dyn fmt::Display| SendError {
            is_permanent: true,
            message: error.to_string(),
        };
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let message = Message::builder()
            .from(self.from.clone())
            .to(to.parse().map_err(|error| refused(&error))?)
            .subject(kind.subject())
            .message_id(Some(self.message_id()))
            .header(ContentType::TEXT_PLAIN)
            .raw_header(HeaderValue::new(automatic, "auto-generated".into()))
            .body(kind.text(&self.site, link))
            .map_err(|error| refused(&error))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) => Err(SendError {
                is_permanent: error.is_permanent(),
                message: full(&error),
            }),
        }
    }
}

/// An error with its causes.
fn full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SendError {
    /// Whether the server said that another attempt is of no use.
    pub(super) is_permanent: bool,
    pub(super) message: String,
}

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MailKind {
    /// It brings a ticket.
    Ticket(TicketKind),
    /// Somebody asked for an account that is there.
    AccountExists,
    /// The password is another now.
    PasswordChanged,
}

impl MailKind {
    const ALL: [Self; 5] = [
        Self::Ticket(TicketKind::Invitation),
        Self::Ticket(TicketKind::Verification),
        Self::Ticket(TicketKind::Reset),
        Self::AccountExists,
        Self::PasswordChanged,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Ticket(kind) => kind.name(),
            Self::AccountExists => "account_exists",
            Self::PasswordChanged => "password_changed",
        }
    }

    const fn subject(self) -> &'static str {
        match self {
            Self::Ticket(TicketKind::Invitation) => "Your invitation to Daybook",
            Self::Ticket(TicketKind::Verification) => "Confirm your e-mail address for Daybook",
            Self::Ticket(TicketKind::Reset) => "Set a new password for Daybook",
            Self::AccountExists => "You have an account in Daybook",
            Self::PasswordChanged => "Your Daybook password was changed",
        }
    }

    fn text(self, site: &str, link: &str) -> String {
        let (why, then, otherwise) = match self {
            Self::Ticket(TicketKind::Invitation) => (
                "You are invited to Daybook, the log center of your AI platform.",
                "Choose a password within 7 days; the link works once:",
                "If you did not expect this, ignore this mail.",
            ),
            Self::Ticket(TicketKind::Verification) => (
                "Somebody, probably you, asked for an account in Daybook with this address.",
                "If it was you, choose a password within 24 hours; the link works once:",
                "If it was not you, ignore this mail: without the link nobody gets the account.",
            ),
            Self::Ticket(TicketKind::Reset) => (
                "Somebody, probably you, asked for a new password of your Daybook account.",
                "Set it within one hour; the link works once:",
                "If it was not you, ignore this mail: your password stays as it is.",
            ),
            Self::AccountExists => (
                "Somebody, probably you, asked for an account in Daybook with this address. You \
                 have one already.",
                "Sign in, or ask for a new password there:",
                "If it was not you, ignore this mail: nothing has changed.",
            ),
            Self::PasswordChanged => (
                "The password of your Daybook account was changed, and other sessions were ended.",
                "If it was you, there is nothing to do. Daybook is at",
                "If it was not you, tell your administrator now.",
            ),
        };
        format!("{why}\n\n{then}\n\n{link}\n\n{otherwise}\n\n-- \nDaybook at {site}\n")
    }
}

impl From<TicketKind> for MailKind {
    fn from(kind: TicketKind) -> Self {
        Self::Ticket(kind)
    }
}

impl TryFrom<String> for MailKind {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == text);
        known.ok_or_else(|| format!("unknown kind of mail: {text}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_named_without_its_password() {
        let problem = |url, from| {
            let mailer = Mailer::new(url, from, "https://logs.example");
            mailer.unwrap_err().to_string()
        };
        let said = problem("ftp://me:secret@mail.example", "daybook@example.com");
        assert!(
            said.starts_with("smtp_url") && !said.contains("secret"),
            "{said}"
        );
        let said = problem("smtps://me:secret@mail.example", "daybook");
        assert!(said.starts_with("mail_from"), "{said}");
        let from = "Daybook <daybook@example.com>";
        let mailer = Mailer::new(
            "smtps://me:secret@mail.example",
            from,
            "https://logs.example/",
        );
        let mailer = mailer.unwrap();
        assert_eq!(mailer.site(), "https://logs.example");
        assert!(!format!("{mailer:?}").contains("secret"));
    }

    #[test]
    fn every_mail_names_its_link_and_the_site() {
        for kind in MailKind::ALL {
            let text = kind.text("https://logs.example", "https://logs.example/ticket#abc");
            assert!(
                text.contains("\n\nhttps://logs.example/ticket#abc\n\n"),
                "{text}"
            );
            assert!(
                text.ends_with("Daybook at https://logs.example\n"),
                "{text}"
            );
            assert_eq!(MailKind::try_from(kind.name().to_owned()), Ok(kind));
        }
    }
}
