//! Settings: a file, then variables, then flags; later ones win.

mod archive;
mod keys;

pub(crate) use archive::{ARCHIVE, ArchiveArgs, ArchivePlace};
pub(crate) use keys::Keys;

use crate::cli::{Place, ServeArgs};
use crate::ledger::Ledger;
use daybook_server::control::Configuration;
use daybook_server::{BadAnchor, Options};
use std::path::{Path, PathBuf};

/// Settings of a server.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) listen: String,
    pub(crate) data_dir: PathBuf,
    pub(crate) log: String,
    /// Certificate and key.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) ledger: Ledger,
    pub(crate) archive: ArchivePlace,
    pub(crate) server: Options,
    /// All that was set, to be put on record.
    pub(crate) configuration: Configuration,
}

/// The first administrator, from the environment: passwords have no place among flags.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Admin {
    pub(crate) email: String,
    pub(crate) password: String,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read the configuration file {path}: {cause}")]
    Unreadable {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error("the configuration file {path} is not valid: {cause}")]
    Invalid { path: PathBuf, cause: String },
    #[error("DAYBOOK_ADMIN_EMAIL and DAYBOOK_ADMIN_PASSWORD belong together: set both or none")]
    HalfAnAdmin,
    #[error("tls_cert and tls_key belong together: set both or none")]
    HalfACertificate,
    #[error("public_url: expected a scheme and a host like https://logs.example.com, got {0:?}")]
    PublicUrl(String),
    #[error("audit_online_days: {0}")]
    OnlineDays(String),
    #[error(
        "audit_days: expected at least audit_online_days, which is {0}: what is removed was archived before"
    )]
    AuditDays(u32),
    #[error("{name} is not valid UTF-8")]
    NotText { name: &'static str },
    #[error("--log: {0}")]
    Log(String),
    #[error("ledger_anchors: {0}")]
    Anchor(BadAnchor),
    #[error("the policy {path}: {why}")]
    Policy { path: PathBuf, why: String },
}

fn read(path: Option<&Path>) -> Result<Keys, ConfigError> {
    let Some(path) = path else {
        return Ok(Keys::default());
    };
    let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable {
        path: path.into(),
        cause,
    })?;
    toml::from_str(&text).map_err(|cause| ConfigError::Invalid {
        path: path.into(),
        cause: cause.to_string(),
    })
}

impl Settings {
    pub(crate) fn of(args: ServeArgs) -> Result<Self, ConfigError> {
        let mut keys = args.keys.or(read(args.config.as_deref())?);
        let configuration = keys.configuration();
        let listen = keys.listen.take();
        let log = keys.log.take();
        let data_dir = data_dir_or_default(keys.data_dir.take());
        Ok(Self {
            listen: listen.unwrap_or_else(|| "127.0.0.1:7070".into()),
            archive: keys.archive(&data_dir),
            data_dir,
            log: log.unwrap_or_else(|| "info".into()),
            tls: keys.tls()?,
            ledger: keys.take_ledger(),
            server: keys.server()?,
            configuration,
        })
    }
}

/// The data directory and the ledger of a command that takes the server's place: the latter from
/// variables and the file.
pub(crate) fn data_dir_and_ledger(place: Place) -> Result<(PathBuf, Ledger), ConfigError> {
    let mut file = read(place.config.as_deref())?;
    let filed = file.take_ledger();
    let path = |name| Ok(variable(name)?.map(PathBuf::from));
    let ledger = Ledger {
        name: variable("DAYBOOK_LEDGER_NAME")?.or(filed.name),
        key: path("DAYBOOK_LEDGER_KEY")?.or(filed.key),
        sign_command: variable("DAYBOOK_LEDGER_SIGN_COMMAND")?.or(filed.sign_command),
        lock: path("DAYBOOK_LEDGER_LOCK")?.or(filed.lock),
    };
    Ok((
        data_dir_or_default(place.data_dir.or(file.data_dir)),
        ledger,
    ))
}

/// The data directory of a command beside the server.
pub(crate) fn data_dir(place: Place) -> Result<PathBuf, ConfigError> {
    let file = read(place.config.as_deref())?;
    Ok(data_dir_or_default(place.data_dir.or(file.data_dir)))
}

fn data_dir_or_default(given: Option<PathBuf>) -> PathBuf {
    given.unwrap_or_else(|| "./data".into())
}

/// The administrator that the environment asks for, if any.
pub(crate) fn admin() -> Result<Option<Admin>, ConfigError> {
    let email = variable("DAYBOOK_ADMIN_EMAIL")?;
    let password = variable("DAYBOOK_ADMIN_PASSWORD")?;
    match (email, password) {
        (Some(email), Some(password)) => Ok(Some(Admin { email, password })),
        (None, None) => Ok(None),
        _ => Err(ConfigError::HalfAnAdmin),
    }
}

fn variable(name: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotText { name }),
    }
}

#[cfg(test)]
mod tests;
