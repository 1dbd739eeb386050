//! Who signs checkpoints: a key in a file, or a program that keeps the key elsewhere.

use super::files::{beside, dir_of};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use daybook_ledger::note::KeyKind;
use daybook_ledger::{Ed25519Signer, SignError, Signer, VerifierKey};
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Why there is no signer.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The file cannot be read or made.
    #[error("the ledger's key {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        cause: io::Error,
    },
    /// The file holds no such key.
    #[error("the ledger's key {path}: {why}")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// The key in a file, which is made when it is missing, readable by its owner alone. A new key gets the
/// given name, or one that nobody else has. A key that is there keeps its name.
///
/// # Errors
/// [`SignerError`]; also when the key that is there has another name than the given one.
pub fn key_file(path: &Path, name: Option<&str>) -> Result<Arc<dyn Signer>, SignerError> {
    let unusable = |why: String| SignerError::Key {
        path: path.into(),
        why,
    };
    let signer = match std::fs::read_to_string(path) {
        Ok(text) => Ed25519Signer::from_text(&text).map_err(|e| unusable(e.to_string()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => new_key(path, name)?,
        Err(cause) => {
            return Err(SignerError::File {
                path: path.into(),
                cause,
            });
        }
    };
    check_name(signer.vkey(), name).map_err(unusable)?;
    if let Ok(about) = path.metadata()
        && about.permissions().mode() & 0o077 != 0
    {
        let path = path.display();
        tracing::warn!(%path, "others than its owner can read the ledger's key: chmod 600");
    }
    Ok(Arc::new(signer))
}

fn new_key(path: &Path, name: Option<&str>) -> Result<Ed25519Signer, SignerError> {
    let failed = |cause: io::Error| SignerError::File {
        path: path.into(),
        cause,
    };
    let mut random = [0; 40];
    getrandom::fill(&mut random).map_err(|e| failed(io::Error::other(e)))?;
    let (seed, id) = random.split_at(32);
    let seed: [u8; 32] = seed.try_into().unwrap_or_default();
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let own = format!("daybook/{id}");
    let signer = Ed25519Signer::new(name.unwrap_or(&own), KeyKind::Ed25519, &seed);
    let signer = signer.map_err(|e| SignerError::Key {
        path: path.into(),
        why: format!("it cannot have this name: {e}"),
    })?;
    write_key(path, &signer).map_err(failed)?;
    Ok(signer)
}

/// Flushed before it signs anything: what nobody can sign again is lost.
fn write_key(path: &Path, signer: &Ed25519Signer) -> io::Result<()> {
    let building = beside(path, ".new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&building)?;
    writeln!(file, "{}", signer.to_secret_text())?;
    file.sync_all()?;
    std::fs::rename(&building, path)?;
    crate::wal::sync_dir(dir_of(path))
}

fn check_name(key: &VerifierKey, name: Option<&str>) -> Result<(), String> {
    match name {
        Some(name) if name != key.name() => Err(format!(
            "it is the key of {:?}, not of {name:?}: a ledger keeps its name. For a new ledger use a new \
             key file",
            key.name()
        )),
        _ => Ok(()),
    }
}

/// A program that signs. It gets the text on its standard input and prints the signature in base64; it
/// is run by `sh`.
///
/// # Errors
/// When the file of its verifier key cannot be read, or the key has another name than the given one.
pub fn command(
    command: &str,
    verifier_key: &Path,
    name: Option<&str>,
    time_max: Duration,
) -> Result<Arc<dyn Signer>, SignerError> {
    let unusable = |why: String| SignerError::Key {
        path: verifier_key.into(),
        why,
    };
    let text = std::fs::read_to_string(verifier_key).map_err(|cause| SignerError::File {
        path: verifier_key.into(),
        cause,
    })?;
    let key: VerifierKey = text
        .trim_end()
        .parse()
        .map_err(|e| unusable(format!("{e}")))?;
    if key.kind() != KeyKind::Ed25519 {
        return Err(unusable("it is a witness's key".into()));
    }
    check_name(&key, name).map_err(unusable)?;
    Ok(Arc::new(CommandSigner {
        command: command.into(),
        key,
        time_max,
    }))
}

struct CommandSigner {
    command: String,
    key: VerifierKey,
    time_max: Duration,
}

impl Signer for CommandSigner {
    fn vkey(&self) -> &VerifierKey {
        &self.key
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.run(message).map_err(|reason| SignError::Key {
            name: self.key.name().into(),
            reason,
        })
    }
}

impl CommandSigner {
    fn run(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let mut child = Command::new("sh")
            .args(["-c", &self.command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // So that whatever it starts can be ended with it.
            .process_group(0)
            .spawn()
            .map_err(|e| format!("the signing command cannot be run: {e}"))?;
        let said = self.talk(&mut child, message)?;
        let signature = STANDARD.decode(said.trim_ascii());
        signature.map_err(|_| "the signing command printed no signature in base64".into())
    }

    /// Gives it the message, and waits for what it prints until it ends.
    fn talk(&self, child: &mut Child, message: &[u8]) -> Result<Vec<u8>, String> {
        let (mut stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let message = message.to_vec();
        // It may read late, or never: neither keeps anybody waiting.
        std::thread::spawn(move || stdin.take().map(|mut stdin| stdin.write_all(&message)));
        let (out, err) = (read_all(stdout), read_all(stderr));
        let until = Instant::now() + self.time_max;
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Ok(None) => {
                    end(child);
                    let ms = self.time_max.as_millis();
                    return Err(format!("the signing command took longer than {ms} ms"));
                }
                Err(error) => return Err(format!("waiting for the signing command: {error}")),
            }
        };
        let left = until
            .saturating_duration_since(Instant::now())
            .max(Duration::from_millis(100));
        let said = out.recv_timeout(left).unwrap_or_default();
        if status.success() {
            return Ok(said);
        }
        let why = err
            .recv_timeout(Duration::from_millis(100))
            .unwrap_or_default();
        let why = String::from_utf8_lossy(&why);
        Err(format!(
            "the signing command failed ({status}): {}",
            why.trim()
        ))
    }
}

/// Ends a program that still runs, and whatever it started.
fn end(child: &mut Child) {
    let group = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    if let Some(group) = group {
        // Most often there is nobody left.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.wait();
}

/// More than a signature or a sentence is not read.
const SAID_BYTES_MAX: u64 = 4096;

fn read_all(from: Option<impl Read + Send + 'static>) -> std::sync::mpsc::Receiver<Vec<u8>> {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut said = Vec::new();
        if let Some(from) = from {
            // What came before an error is looked at, too.
            let _ = from.take(SAID_BYTES_MAX).read_to_end(&mut said);
        }
        // Nobody may wait any more.
        let _ = send.send(said);
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_ledger::note::sign;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_keeps_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.key");
        let key = key_file(&path, Some("logs.example.com/ledger")).unwrap();
        assert_eq!(key.name(), "logs.example.com/ledger");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(key_file(&path, None).unwrap().vkey(), key.vkey());
        let renamed = key_file(&path, Some("other")).err().unwrap().to_string();
        assert!(renamed.contains("keeps its name"), "{renamed}");
        let own = key_file(&dir.path().join("own.key"), None).unwrap();
        assert!(own.name().starts_with("daybook/") && own.name().len() == 24);
        assert!(key_file(&dir.path().join("bad.key"), Some("a b")).is_err());
        assert!(!dir.path().join("bad.key").exists());
        std::fs::write(&path, "PRIVATE+KEY+x+00000000+AAAA\n").unwrap();
        let broken = key_file(&path, None).err().unwrap().to_string();
        assert!(
            broken.contains("ledger.key") && !broken.contains("AAAA"),
            "{broken}"
        );
    }

    /// A command, with the verifier key of a key that signs for it.
    fn commanded(dir: &Path, run: &str) -> Result<String, String> {
        let key = key_file(&dir.join("key"), None).unwrap();
        std::fs::write(dir.join("vkey"), format!("{}\n", key.vkey())).unwrap();
        let text = "daybook/x\n7\nAAAA\n";
        let signature = STANDARD.encode(key.sign(text.as_bytes()).unwrap());
        std::fs::write(dir.join("text"), text).unwrap();
        std::fs::write(dir.join("signature"), signature + "\n").unwrap();
        let run = format!("cd {} && {run}", dir.display());
        let signer = command(&run, &dir.join("vkey"), None, Duration::from_millis(800)).unwrap();
        let note = sign(text.into(), &[&*signer]).map_err(|e| e.to_string())?;
        note.open([key.vkey()]).map_err(|e| e.to_string())?;
        Ok(note.to_string())
    }

    #[test]
    fn a_command_signs_what_it_is_given() {
        let dir = tempfile::tempdir().unwrap();
        let run = |what: &str| commanded(dir.path(), what);
        run("cat > given && cmp -s given text && cat signature").unwrap();
        // It need not read, and what it leaves running keeps nobody waiting.
        run("cat signature; sleep 5 > /dev/null 2>&1 &").unwrap();
        for (what, why) in [
            (
                "echo no key here >&2; exit 3",
                "exit status: 3): no key here",
            ),
            ("cat", "no signature in base64"),
            ("echo AAAA", "does not match"),
            ("sleep 60", "took longer than 800 ms"),
            ("exec no-such-program", "no-such-program"),
        ] {
            let error = run(what).unwrap_err();
            assert!(error.contains(why), "{what}: {error}");
        }
        let missing = command(
            "true",
            &dir.path().join("none"),
            None,
            Duration::from_secs(1),
        );
        assert!(missing.err().unwrap().to_string().contains("none"));
        let other = command(
            "true",
            &dir.path().join("vkey"),
            Some("x"),
            Duration::from_secs(1),
        );
        assert!(other.err().unwrap().to_string().contains("keeps its name"));
    }
}
