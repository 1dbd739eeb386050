//! Settings of the ledger as the store takes them: who signs, what the log is called, and where the
//! last signed checkpoint lies.

use crate::Failure;
use daybook_store::ledger::{LedgerOptions, signers};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longer than this nobody waits for a signature.
const SIGN_TIME_MAX: Duration = Duration::from_secs(5);

/// What is set about the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) name: Option<String>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) sign_command: Option<String>,
    pub(crate) lock: Option<PathBuf>,
}

impl Ledger {
    /// The ledger of a data directory. A new key is called as configured, else by the address at which
    /// others find the ledger, else at random; later it keeps that name.
    ///
    /// # Errors
    /// When there is no such key, or it has another name than the configured one.
    pub(crate) fn options(
        &self,
        data_dir: &Path,
        public_url: Option<&str>,
    ) -> Result<LedgerOptions, Failure> {
        std::fs::create_dir_all(data_dir)?;
        let name = self.name.as_deref();
        let signer = match (&self.sign_command, &self.key) {
            (Some(command), Some(key)) => signers::command(command, key, name, SIGN_TIME_MAX),
            (Some(_), None) => {
                let message = "ledger_sign_command needs ledger_key, the file of its verifier key";
                return Err(Failure::Other(message.into()));
            }
            (None, key) => {
                let file = key.clone().unwrap_or_else(|| data_dir.join("ledger.key"));
                let found_at = public_url.map(found_at).filter(|_| !file.exists());
                signers::key_file(&file, name.or(found_at.as_deref()))
            }
        };
        let signer = signer.map_err(|error| Failure::Other(error.to_string()))?;
        let mut options = LedgerOptions::new(data_dir.join("ledger"));
        options.signer = Some(signer);
        if let Some(lock) = &self.lock {
            options.lock.clone_from(lock);
        }
        Ok(options)
    }
}

/// The address of the ledger without its scheme, as C2SP tlog-checkpoint advises.
fn found_at(public_url: &str) -> String {
    let host = public_url
        .split_once("://")
        .map_or(public_url, |(_, host)| host);
    format!("{host}/ledger")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(ledger: &Ledger, dir: &Path, public_url: Option<&str>) -> Result<String, String> {
        let options = ledger.options(dir, public_url).map_err(|e| e.to_string())?;
        Ok(options.signer.unwrap().name().into())
    }

    #[test]
    fn a_ledger_is_called_by_its_address_and_keeps_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("a"), dir.path().join("b"));
        let default = Ledger::default();
        let own = name(&default, &first, None).unwrap();
        assert!(own.starts_with("daybook/"));
        assert_eq!(
            name(&default, &first, Some("https://logs.example")),
            Ok(own)
        );
        let url = Some("https://logs.example:8443");
        assert_eq!(
            name(&default, &second, url).unwrap(),
            "logs.example:8443/ledger"
        );
        let renamed = Ledger {
            name: Some("logs.example/ledger".into()),
            ..Ledger::default()
        };
        assert!(
            name(&renamed, &second, url)
                .unwrap_err()
                .contains("keeps its name")
        );
        assert!(second.join("ledger.key").exists());
    }

    #[test]
    fn places_and_commands_are_taken_as_set() {
        let dir = tempfile::tempdir().unwrap();
        let elsewhere = Ledger {
            key: Some(dir.path().join("keys")),
            lock: Some(dir.path().join("locks/signed")),
            ..Ledger::default()
        };
        let options = elsewhere.options(&dir.path().join("data"), None).unwrap();
        assert_eq!(options.lock, dir.path().join("locks/signed"));
        assert!(dir.path().join("keys").exists());
        let key = options.signer.unwrap().vkey().to_string();
        std::fs::write(dir.path().join("vkey"), &key).unwrap();
        let mut commanded = Ledger {
            sign_command: Some("true".into()),
            ..Ledger::default()
        };
        let error = name(&commanded, dir.path(), None).unwrap_err();
        assert!(error.contains("needs ledger_key"), "{error}");
        commanded.key = Some(dir.path().join("vkey"));
        let options = commanded.options(dir.path(), None).unwrap();
        assert_eq!(options.signer.unwrap().vkey().to_string(), key);
    }
}
