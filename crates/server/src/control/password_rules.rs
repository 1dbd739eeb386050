//! What a password must be: long enough, and none of those that are tried first. There are no
//! rules on composition; they make passwords harder to remember, not to guess.
//!
//! `common_passwords.txt` holds the 11 000 entries of at least 8 characters among the 30 000 most
//! common passwords of the zxcvbn project (Copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.,
//! and Joshua Holmer for zxcvbn-rs; MIT licence).

use super::{ControlError, Result};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;
use unicode_normalization::{UnicodeNormalization, is_nfkc};

/// Shortest password, in characters.
pub(super) const CHARS_MIN: usize = 8;
/// Longest password, in bytes: a bound for the hash, not for people.
pub(super) const BYTES_MAX: usize = 1024;
/// Different characters that a password has at least.
const DIFFERENT_MIN: usize = 4;
/// Shorter parts of an address are parts of too many other words.
const NAME_CHARS_MIN: usize = 4;

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// The one spelling of a password, whichever keyboard it was typed on: NFKC, as NIST SP 800-63B,
/// §5.1.1.2 advises.
pub(super) fn normal(password: &str) -> Cow<'_, str> {
    match is_nfkc(password) {
        true => Cow::Borrowed(password),
        false => Cow::Owned(password.nfkc().collect()),
    }
}

/// Whether an account may have this password, which is in its one spelling.
///
/// # Errors
/// What is wrong with it.
pub(super) fn check(password: &str, email: &str) -> Result<()> {
    let refuse = |message: String| Err(ControlError::invalid("password", message));
    if password.chars().count() < CHARS_MIN {
        return refuse(format!("at least {CHARS_MIN} characters"));
    }
    if password.len() > BYTES_MAX {
        return refuse(format!("at most {BYTES_MAX} bytes"));
    }
    let lower = password.to_lowercase();
    if COMMON.contains(lower.as_str()) {
        return refuse("this is one of the passwords that are tried first: choose another".into());
    }
    if lower.chars().collect::<HashSet<_>>().len() < DIFFERENT_MIN {
        return refuse(format!("at least {DIFFERENT_MIN} different characters"));
    }
    if tells_nothing(&lower, email) {
        return refuse("it must hold more than the e-mail address and the name Daybook".into());
    }
    Ok(())
}

/// Whether nothing but digits and signs is left without the words that everybody would guess.
fn tells_nothing(lower: &str, email: &str) -> bool {
    let name = email.split_once('@').map_or(email, |(name, _)| name);
    let mut rest = lower.replace(email, "");
    if name.chars().count() >= NAME_CHARS_MIN {
        rest = rest.replace(name, "");
    }
    rest = rest.replace("daybook", "");
    rest.len() < lower.len() && !rest.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(password: &str) -> Option<String> {
        let refused = check(password, "ana.lee@example.com").err()?;
        Some(refused.to_string())
    }

    #[test]
    fn length_counts_in_characters_and_is_bounded_in_bytes() {
        assert!(problem("dd7e!#a").unwrap().contains("at least 8"));
        assert_eq!(problem("ä7e!#äüß"), None);
        assert_eq!(problem(&"x-7u".repeat(BYTES_MAX / 4)), None);
        assert!(
            problem(&"ä".repeat(BYTES_MAX / 2 + 1))
                .unwrap()
                .contains("1024 bytes")
        );
    }

    #[test]
    fn what_everybody_tries_first_is_refused_whatever_its_case() {
        assert!(COMMON.len() > 10_000, "{}", COMMON.len());
        for password in [
            "password",
            "Password1",
            "QWERTYUIOP",
            "12345678",
            "iloveyou",
        ] {
            assert!(
                problem(password).unwrap().contains("tried first"),
                "{password}"
            );
        }
    }

    #[test]
    fn the_same_few_characters_again_and_again_are_no_password() {
        for password in ["        ", "aaaaaaaaaaaa", "abababAB", "\0\0\0\0\0\0\0\0"] {
            assert!(
                problem(password).unwrap().contains("4 different"),
                "{password:?}"
            );
        }
    }

    #[test]
    fn the_address_and_the_products_name_are_no_secrets() {
        for password in [
            "ana.lee@example.com",
            "Ana.Lee2024!",
            "daybook1",
            "DaybookDaybook",
            "ana.lee-daybook",
        ] {
            assert!(
                problem(password).unwrap().contains("must hold more"),
                "{password}"
            );
        }
        for password in ["a daybook of hers", "correct horse battery", "4807250917"] {
            assert_eq!(problem(password), None, "{password}");
        }
    }
}
