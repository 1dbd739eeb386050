//! Secrets: random tokens and keys, their hashes at rest, and passwords. Tokens carry 256 random
//! bits, so a plain hash protects them; passwords get Argon2id under a memory guard.

use super::{ControlError, Result, password_rules};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::Semaphore;

/// What every API key begins with.
pub(super) const KEY_PREFIX: &str = "dbk_";
/// 62^43 > 2^256.
const KEY_DIGITS: usize = 43;
/// Hashes at once for strangers, and for those who have shown something already; each takes 19 MiB.
const STRANGERS_AT_ONCE: usize = 3;
const KNOWN_AT_ONCE: usize = 2;
const HASH_WAIT: Duration = Duration::from_secs(5);

/// 256 random bits.
pub(super) fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has randomness");
    bytes
}

/// A token for cookies and links.
pub(super) fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(random())
}

/// A new API key.
pub(super) fn new_key() -> String {
    format!("{KEY_PREFIX}{}", digits(KEY_DIGITS))
}

/// A password that nobody can guess and that can be typed.
pub fn new_password() -> String {
    digits(20)
}

/// Random digits in base 62.
fn digits(count: usize) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = String::with_capacity(count);
    while text.len() < count {
        // 248 = 4 * 62: beyond it digits would not be equally likely.
        let usable = random().into_iter().filter(|byte| *byte < 248);
        let more = usable.take(count - text.len());
        text.extend(more.map(|byte| char::from(DIGITS[usize::from(byte) % DIGITS.len()])));
    }
    text
}

/// The hash that is stored in a secret's place.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// The same as text.
pub(crate) fn digest_hex(secret: &str) -> String {
    hex(&digest(secret))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).expect("these parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_blocking(password: &str) -> Result<String> {
    argon2()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| ControlError::Internal(format!("password hashing failed: {error}")))
}

/// Who waits for a hash. However many strangers there are, the others have places of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Anybody.
    Strangers,
    /// Who has a session, a link, the right password, or a browser that the account was used from.
    Known,
}

/// Hashes and checks passwords, a few at a time.
#[derive(Debug, Clone)]
pub(super) struct Passwords {
    strangers: Arc<Semaphore>,
    known: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            strangers: Arc::new(Semaphore::new(STRANGERS_AT_ONCE)),
            known: Arc::new(Semaphore::new(KNOWN_AT_ONCE)),
        }
    }
}

impl Passwords {
    /// Checks whether the account of this e-mail may have the password, and hashes it.
    pub(super) async fn hash(&self, password: String, email: &str) -> Result<String> {
        let password = password_rules::normal(&password).into_owned();
        password_rules::check(&password, email)?;
        let hash = move || hash_blocking(&password);
        self.run(Lane::Known, hash).await?
    }

    /// Whether the password belongs to the hash, in its one spelling or, for hashes of before there
    /// was one, as it was typed. Without a hash it works as long and says no, so that nobody learns
    /// by the clock which accounts exist.
    pub(super) async fn verify(
        &self,
        lane: Lane,
        password: String,
        hash: Option<String>,
    ) -> Result<bool> {
        static NOBODY: LazyLock<Option<String>> =
            LazyLock::new(|| hash_blocking("nobody has this password").ok());
        let normal = password_rules::normal(&password).into_owned();
        let mut spellings = vec![normal, password];
        spellings.dedup();
        spellings.retain(|spelling| spelling.len() <= password_rules::BYTES_MAX);
        self.run(lane, move || {
            let known = hash.is_some();
            let Some(hash) = hash.or_else(|| NOBODY.clone()) else {
                return false;
            };
            let Ok(hash) = PasswordHash::new(&hash) else {
                return false;
            };
            let fits = |it: &String| argon2().verify_password(it.as_bytes(), &hash).is_ok();
            spellings.iter().any(fits) && known
        })
        .await
    }

    /// Hashes short secrets of one owner under one salt, so that a secret is found by its hash.
    pub(super) async fn derive(&self, secrets: Vec<String>, salt: String) -> Result<Vec<String>> {
        let hash = move |secret: &String| {
            let mut hash = [0; 32];
            argon2()
                .hash_password_into(secret.as_bytes(), salt.as_bytes(), &mut hash)
                .map_err(|error| ControlError::Internal(format!("hashing failed: {error}")))?;
            Ok(hex(&hash))
        };
        let hash_all = move || secrets.iter().map(hash).collect();
        self.run(Lane::Known, hash_all).await?
    }

    async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let permits = match lane {
            Lane::Strangers => &self.strangers,
            Lane::Known => &self.known,
        };
        let permit = Arc::clone(permits).acquire_owned();
        let Ok(Ok(permit)) = tokio::time::timeout(HASH_WAIT, permit).await else {
            return Err(ControlError::Busy);
        };
        let work = tokio::task::spawn_blocking(move || {
            let _held_until_done = permit;
            work()
        });
        work.await
            .map_err(|error| ControlError::Internal(format!("password check failed: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Client, Control, Credentials};
    use super::*;

    #[test]
    fn keys_have_256_bits_in_base_62() {
        let (one, other) = (new_key(), new_key());
        assert_ne!(one, other);
        let digits = one.strip_prefix(KEY_PREFIX).unwrap();
        assert_eq!(digits.len(), KEY_DIGITS);
        assert!(digits.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_eq!(digest_hex("").len(), 64);
    }

    #[tokio::test]
    async fn a_password_fits_however_its_letters_are_composed() {
        let passwords = Passwords::default();
        let (composed, decomposed) = (
            "p\u{e4}ssw\u{f6}rd \u{f1} 1",
            "pa\u{308}sswo\u{308}rd n\u{303} 1",
        );
        let fits = async |password: &str, hash: &str| {
            let hash = Some(hash.into());
            let checked = passwords.verify(Lane::Known, password.into(), hash).await;
            checked.unwrap()
        };
        for set in [composed, decomposed] {
            let hash = passwords.hash(set.into(), "a@b").await.unwrap();
            assert!(fits(composed, &hash).await && fits(decomposed, &hash).await);
            assert!(!fits("passwo\u{308}rd n 1", &hash).await);
        }
        let old = hash_blocking(decomposed).unwrap();
        assert!(fits(decomposed, &old).await, "as it was typed before");
        assert!(!fits(composed, &old).await);
    }

    #[tokio::test]
    async fn a_sign_in_that_finds_every_place_taken_is_on_record() {
        let dir = tempfile::tempdir().unwrap();
        let control = Control::open(dir.path()).await.unwrap();
        let strangers = Arc::clone(&control.passwords.strangers);
        let _busy = strangers.acquire_many_owned(STRANGERS_AT_ONCE as u32).await;
        let sent = Credentials {
            email: "ana@example.com".into(),
            password: "correct horse".into(),
            code: None,
        };
        let (lane, hash) = (Lane::Known, Some("no hash".into()));
        let known = control.passwords.verify(lane, "any".into(), hash).await;
        assert!(matches!(known, Ok(false)), "others have their own places");
        let refused = control.sign_in(&Client::default(), sent).await;
        assert!(matches!(refused, Err(ControlError::Busy)), "{refused:?}");
        let told: Vec<String> = sqlx::query_scalar("SELECT event FROM outbox")
            .fetch_all(control.db.reader())
            .await
            .unwrap();
        assert!(
            told.len() == 1 && told[0].contains("ana@example.com") && told[0].contains("too busy"),
            "{told:?}"
        );
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_account_fits() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".into(), "a@b").await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let fits = async |password: &str, hash| {
            let lane = Lane::Strangers;
            passwords.verify(lane, password.into(), hash).await
        };
        assert!(fits("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!fits("wrong horse", Some(hash)).await.unwrap());
        assert!(!fits("nobody has this password", None).await.unwrap());
        assert!(passwords.hash("short".into(), "a@b").await.is_err());
    }

    #[tokio::test]
    async fn who_has_no_account_is_hashed_for_all_the_same() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".into(), "a@b").await.unwrap();
        // Nobody can hash any more, so whoever needs to is refused.
        passwords.strangers.close();
        for hash in [Some(hash), None] {
            let lane = Lane::Strangers;
            let verified = passwords.verify(lane, "wrong horse".into(), hash).await;
            assert!(matches!(verified, Err(ControlError::Busy)));
        }
    }
}
