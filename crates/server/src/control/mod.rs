//! The control plane: accounts, sessions, API keys, settings, legal holds and jobs in SQLite.
//! Every change of state goes through [`Control::change`], which writes its audit event in the
//! same transaction: no audit event, no change.

mod accounts;
mod attempts;
mod auth_events;
mod backup_codes;
mod change;
mod clock;
mod codes;
mod db;
mod devices;
mod erasures;
mod exports;
mod holds;
mod identities;
mod jobs;
mod keys;
mod links;
mod lockouts;
mod mail;
mod mails;
mod mfa;
mod outbox;
mod password_rules;
mod passwords;
mod pieces;
mod proof;
mod proofs;
mod provider_settings;
mod providers;
mod reauthentication;
mod repeats;
mod roles;
mod runs;
mod secrets;
mod sessions;
mod settings;
mod setup;
mod sign_in;
mod sign_in_attempts;
mod sign_in_settings;
mod sign_up;
mod steady;
mod throttle;
mod tickets;
mod tokens;
mod totp;
mod users;
mod views;
mod visits;

pub use accounts::{NewUser, UserChange};
pub(crate) use attempts::{Asking, Reading};
pub use auth_events::{AuthEvent, AuthKind, Method};
pub use backup_codes::shown as shown_backup_code;
pub use change::{Actor, Change, Client};
pub(crate) use clock::Clock;
pub use db::copy_database;
pub use devices::DEVICE_LIFE_US;
pub(crate) use erasures::Erasure;
pub use erasures::{NewErasure, PERSONAL};
pub use exports::{Export, ExportState, Requester};
pub(crate) use exports::{ExportMark, ExportRequest, NewExport};
pub use holds::{Hold, NewHold};
pub use identities::Identity;
pub use jobs::{Job, JobKind, JobState};
pub use keys::{Ended, Key, NewKey, Scope, check_origin};
pub use links::{Link, NewLink};
pub use lockouts::LOCK_US;
pub use mail::Mailer;
pub use mfa::{MfaSetup, MfaState};
pub(crate) use outbox::ORIGIN as OWN_ORIGIN;
pub(crate) use pieces::HeldCall;
pub use proof::Proof;
pub use provider_settings::{ProviderSettings, RoleRule, Secret};
pub use providers::Provider;
pub use roles::Role;
pub use runs::Configuration;
pub use secrets::new_password;
pub(crate) use secrets::{digest, digest_hex as token_hash};
pub use sessions::{Gate, OpenSession, Session, SignedIn};
pub use settings::{OnlineWindows, Retention};
pub use setup::Bootstrap;
pub use sign_in::Credentials;
pub use sign_in_settings::SignInSettings;
pub use tickets::{Ticket, TicketKind};
pub use tokens::Found;
pub(crate) use users::normal_email;
pub use users::{User, UserProfile, UserQuery, UserState};
pub use views::{NewView, Screen, View, ViewChange};
pub(crate) use visits::{Purpose, Visitor};

use daybook_model::LogStore;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// What the control plane answers.
pub type Result<T> = std::result::Result<T, ControlError>;

/// Why the control plane refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The data directory cannot be used.
    #[error("cannot use the data directory {path}: {cause}")]
    DataDir {
        /// The directory.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The database failed.
    #[error("the control database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The database is of a newer Daybook, or damaged.
    #[error("the control database cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Something Daybook wrote itself is not valid: a fault of the program.
    #[error("the control plane failed: {0}")]
    Internal(String),
    /// An input that cannot be used.
    #[error("{field}: {message}")]
    Invalid {
        /// Its name.
        field: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// No such thing.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// It is there already.
    #[error("there is {0} already")]
    Exists(&'static str),
    /// A ticket that was used, has expired, or never was.
    #[error("this link was used, has expired or was replaced by a newer one")]
    TicketInvalid,
    /// What an account is does not allow it.
    #[error("{0}")]
    WrongState(&'static str),
    /// Nobody could administer any more.
    #[error("this is the last active super_admin: make another one first")]
    LastAdmin,
    /// The right was lost meanwhile.
    #[error("your account may not do this any more")]
    NotAllowed,
    /// Nobody may sign up.
    #[error("accounts are made by invitation here: ask an administrator")]
    SignUpOff,
    /// A legal hold keeps what was to be removed or erased.
    #[error("the legal hold {name:?} ({id}) keeps these events: release it first")]
    Held {
        /// The hold.
        id: String,
        /// What people call it.
        name: String,
    },
    /// Unknown account or wrong password; deliberately not said which.
    #[error("e-mail or password is wrong")]
    WrongCredentials,
    /// E-mail and password are right; a code is missing.
    #[error("send a code of your authenticator, too, or a backup code")]
    MfaRequired,
    /// The code is wrong or was used before; the caller is not told which.
    #[error("the code is wrong or was used before")]
    WrongCode {
        /// For administrators.
        reason: &'static str,
    },
    /// The same in an open session, which goes on.
    #[error("the code is wrong or was used before")]
    CodeRefused,
    /// The password that an open session was asked for again is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// The account's role must have a second factor.
    #[error("your role must have a second factor: it cannot be turned off")]
    MfaRequiredByRole,
    /// The set-up link was used, or never valid.
    #[error("this set-up link is not valid: use the one in the log of the running Daybook")]
    WrongSetupToken,
    /// An identity provider vouches for somebody who may not sign in. The code is for the person, the
    /// reason for administrators.
    #[error("{reason}")]
    SsoRefused {
        /// In a word.
        code: &'static str,
        /// Why.
        reason: String,
    },
    /// Too many failures; try again later.
    #[error("too many failed attempts: try again in {0} s")]
    Throttled(u64),
    /// The log takes no events, so nothing may change: no audit event, no change.
    #[error("nothing can be changed now, for it could not be put on record: {0}")]
    AuditUnavailable(String),
    /// Too many passwords are being checked.
    #[error("too many at once: try again")]
    Busy,
}

impl ControlError {
    fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::Invalid { field, message }
    }
}

/// The control plane of one data directory.
#[derive(Debug, Clone)]
pub struct Control {
    db: db::Db,
    store: Option<Arc<dyn LogStore>>,
    delivering: Arc<tokio::sync::Mutex<()>>,
    passwords: secrets::Passwords,
    throttle: Arc<throttle::Throttle>,
    repeats: Arc<repeats::Repeats>,
    setup_token: Arc<std::sync::Mutex<Option<[u8; 32]>>>,
    mailer: Option<Arc<Mailer>>,
    /// Tells that a mail was queued.
    mail_queued: Arc<tokio::sync::Notify>,
    /// Places for what anybody may ask for.
    requests: Arc<tokio::sync::Semaphore>,
    attempts: Arc<attempts::Attempts>,
    checking: Arc<reauthentication::Checking>,
    /// How many changes this process has made.
    changes: Arc<AtomicU64>,
    /// Held for every step that removes or erases events.
    removing: Arc<tokio::sync::Mutex<()>>,
    /// Tells that a job may have something to do.
    work: Arc<tokio::sync::Notify>,
    /// Tells that an export was asked for, or is to be cleared away.
    export_wanted: Arc<tokio::sync::Notify>,
    data_dir: PathBuf,
}

impl Control {
    /// Opens `control.db` in a directory, creating both when missing.
    ///
    /// # Errors
    /// When the directory or the database cannot be used.
    pub async fn open(data_dir: &Path) -> Result<Self> {
        Ok(Self {
            db: db::Db::open(data_dir).await?,
            store: None,
            delivering: Arc::default(),
            passwords: secrets::Passwords::default(),
            throttle: Arc::default(),
            repeats: Arc::default(),
            setup_token: Arc::default(),
            mailer: None,
            mail_queued: Arc::default(),
            requests: Arc::new(tokio::sync::Semaphore::new(sign_up::REQUESTS_MAX)),
            attempts: Arc::default(),
            checking: Arc::default(),
            changes: Arc::default(),
            removing: Arc::default(),
            work: Arc::default(),
            export_wanted: Arc::default(),
            data_dir: data_dir.into(),
        })
    }

    /// Whether a directory holds what [`Control::open`] would otherwise make.
    pub fn exists_in(data_dir: &Path) -> bool {
        db::file(data_dir).exists()
    }

    /// The same, with a log store that takes the events of the outbox.
    #[must_use]
    pub fn delivering_to(self, store: Arc<dyn LogStore>) -> Self {
        Self {
            store: Some(store),
            ..self
        }
    }

    /// Bytes left on the disk of the data directory.
    pub(crate) fn space_left(&self) -> std::io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.data_dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Closes the database; what is in the outbox stays there.
    pub async fn close(&self) {
        self.record_sums(true).await;
        self.db.close().await;
    }
}
