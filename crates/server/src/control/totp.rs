//! Time-based one-time passwords as authenticator apps make them (RFC 6238 on RFC 4226): SHA-1,
//! six digits, steps of 30 seconds. No state: that a code works once is kept by its caller.

use super::secrets::random;
use super::{ControlError, Result};
use daybook_model::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use qrcode::QrCode;
use qrcode::render::svg;
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// What authenticators show beside the account.
const ISSUER: &str = "Daybook";
/// Bytes of a secret: as many as the hash has (RFC 4226 §4).
const SECRET_BYTES: usize = 20;
const STEP_US: i64 = 30 * Timestamp::SECOND_US;
const DIGITS: usize = 6;
/// How many steps the clocks of server and authenticator may differ.
const DRIFT_STEPS: i64 = 1;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Width and height of the picture, in pixels, at least.
const QR_PIXELS_MIN: u32 = 240;

/// A new secret, in base 32.
pub(super) fn new_secret() -> String {
    base32(&random()[..SECRET_BYTES])
}

/// The step that an instant lies in.
pub(super) const fn step_at(us: i64) -> i64 {
    us.div_euclid(STEP_US)
}

/// Whether a text looks like a code.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// The steps around an instant whose code this is, the latest first.
pub(super) fn steps_of(secret: &str, code: &str, us: i64) -> impl Iterator<Item = i64> {
    let (key, now) = (from_base32(secret), step_at(us));
    let steps = (now - DRIFT_STEPS..=now + DRIFT_STEPS).rev();
    steps.filter(move |step| {
        code_at(&key, *step)
            .as_bytes()
            .ct_eq(code.as_bytes())
            .into()
    })
}

/// The code of a step.
fn code_at(key: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[hash.len() - 1] & 0xf);
    let four = [
        hash[offset],
        hash[offset + 1],
        hash[offset + 2],
        hash[offset + 3],
    ];
    let number = (u32::from_be_bytes(four) & 0x7fff_ffff) % 10_u32.pow(DIGITS as u32);
    format!("{number:0DIGITS$}")
}

/// The code of a step, by the secret as authenticators have it.
#[cfg(test)]
pub(super) fn code_of(secret: &str, step: i64) -> String {
    code_at(&from_base32(secret), step)
}

/// The address that brings a secret into an authenticator. An e-mail needs its `@` and what else
/// ends a path escaped.
pub(super) fn uri(secret: &str, email: &str) -> String {
    let account: String = form_urlencoded::byte_serialize(email.as_bytes())
        .map(|part| part.replace('+', "%20"))
        .collect();
    format!(
        "otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits={DIGITS}&period=30"
    )
}

/// The same as a picture.
pub(super) fn qr_svg(uri: &str) -> Result<String> {
    let code = QrCode::new(uri)
        .map_err(|error| ControlError::Internal(format!("no QR code can be made: {error}")))?;
    let mut picture = code.render::<svg::Color<'_>>();
    Ok(picture.min_dimensions(QR_PIXELS_MIN, QR_PIXELS_MIN).build())
}

fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[((buffer >> bits) & 31) as usize]));
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(BASE32[((buffer << (5 - bits)) & 31) as usize]));
    }
    text
}

fn from_base32(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut buffer, mut bits) = (0_u32, 0);
    for digit in text.bytes() {
        let Some(value) = (0_u32..).zip(BASE32).find(|(_, known)| **known == digit) else {
            continue;
        };
        buffer = (buffer << 5) | value.0;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits) as u8);
            buffer &= (1 << bits) - 1;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const RFC_KEY: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> i64 {
        seconds * Timestamp::SECOND_US
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B: the last six of its eight digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code_at(RFC_KEY, step_at(at(seconds))), code);
        }
    }

    #[test]
    fn base_32_is_that_of_rfc_4648() {
        for (plain, encoded) in [("f", "MY"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")] {
            assert_eq!(base32(plain.as_bytes()), encoded);
            assert_eq!(from_base32(encoded), plain.as_bytes());
        }
        assert_eq!(new_secret().len(), 32);
        assert_ne!(new_secret(), new_secret());
    }

    #[test]
    fn one_step_of_drift_either_way_and_no_more() {
        let secret = base32(RFC_KEY);
        let now = 1_234_567_890;
        let code = code_at(RFC_KEY, step_at(at(now)));
        let fits = |seconds: i64| steps_of(&secret, &code, at(now + seconds)).next();
        assert_eq!(fits(0), Some(step_at(at(now))));
        assert_eq!(fits(30), fits(0));
        assert_eq!(fits(-30), fits(0));
        assert_eq!(fits(60), None);
        assert_eq!(fits(-60), None);
        for other in ["", "00592", "0059240", "abcdef"] {
            assert_eq!(steps_of(&secret, other, at(now)).next(), None);
        }
    }

    #[test]
    fn the_address_names_the_account_and_has_a_picture() {
        let uri = uri("MZXW6YTB", "ana+log@example.com");
        assert!(uri.starts_with("otpauth://totp/Daybook:ana%2Blog%40example.com?secret=MZXW6YTB&"));
        let picture = qr_svg(&uri).map_err(|error| error.to_string());
        assert!(picture.is_ok_and(|picture| picture.contains("<svg")));
    }
}
