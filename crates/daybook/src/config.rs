//! Settings: a file, then variables, then flags; later ones win.

use crate::cli::{Place, ServeArgs};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What a configuration file may hold. A key that is not listed here is an error.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Address to listen on. Default `127.0.0.1:7070`.
    listen: Option<String>,
    /// Directory that holds everything Daybook keeps. Default `./data`.
    data_dir: Option<PathBuf>,
    /// What to log. Default `info`.
    log: Option<String>,
}

/// Settings of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) listen: String,
    pub(crate) data_dir: PathBuf,
    pub(crate) log: String,
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
    #[error("{name} is not valid UTF-8")]
    NotText { name: &'static str },
    #[error("--log: {0}")]
    Log(String),
}

fn read(path: Option<&Path>) -> Result<File, ConfigError> {
    let Some(path) = path else {
        return Ok(File::default());
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
        let file = read(args.place.config.as_deref())?;
        let or = |given: Option<String>, filed: Option<String>, default: &str| {
            given.or(filed).unwrap_or_else(|| default.into())
        };
        Ok(Self {
            listen: or(args.listen, file.listen, "127.0.0.1:7070"),
            data_dir: data_dir_or(args.place.data_dir, file.data_dir),
            log: or(args.log, file.log, "info"),
        })
    }
}

/// The data directory of a command beside the server.
pub(crate) fn data_dir(place: Place) -> Result<PathBuf, ConfigError> {
    let file = read(place.config.as_deref())?;
    Ok(data_dir_or(place.data_dir, file.data_dir))
}

fn data_dir_or(given: Option<PathBuf>, filed: Option<PathBuf>) -> PathBuf {
    given.or(filed).unwrap_or_else(|| "./data".into())
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
mod tests {
    use super::*;

    fn args(listen: Option<&str>, config: PathBuf) -> ServeArgs {
        ServeArgs {
            listen: listen.map(Into::into),
            log: None,
            place: Place {
                data_dir: None,
                config: Some(config),
            },
        }
    }

    #[test]
    fn flags_beat_the_file_and_the_file_beats_defaults() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("daybook.toml");
        std::fs::write(
            &path,
            "listen = \"0.0.0.0:1\"\ndata_dir = \"/srv/daybook\"\n",
        )
        .unwrap();
        let settings = Settings::of(args(Some("[::1]:2"), path.clone())).unwrap();
        assert_eq!(settings.listen, "[::1]:2");
        assert_eq!(settings.data_dir, Path::new("/srv/daybook"));
        assert_eq!(settings.log, "info");
        assert_eq!(Settings::of(args(None, path)).unwrap().listen, "0.0.0.0:1");
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("daybook.toml");
        std::fs::write(&path, "listn = \"0.0.0.0:1\"\n").unwrap();
        let error = Settings::of(args(None, path)).unwrap_err().to_string();
        assert!(error.contains("listn"), "{error}");
    }
}
