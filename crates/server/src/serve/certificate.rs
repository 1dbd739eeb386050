//! The one thing that must be known of a certificate besides what TLS does with it: when it ends.
//! Reads as much DER as leads there (RFC 5280 §4.1).

use daybook_model::Timestamp;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// When a certificate ends, if that can be read.
pub(super) fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    let (_, mut certificate, _) = element(certificate).filter(|(tag, ..)| *tag == SEQUENCE)?;
    let (_, mut fields, _) = element(certificate).filter(|(tag, ..)| *tag == SEQUENCE)?;
    if element(fields)?.0 == VERSION {
        fields = element(fields)?.2;
    }
    // Serial number, signature algorithm, issuer.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    (_, certificate, _) = element(fields)?;
    let (_, _, not_after) = element(certificate)?;
    let (tag, text, _) = element(not_after)?;
    let digits = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let century = match tag {
        UTC_TIME if digits < "50" => "20",
        UTC_TIME => "19",
        GENERALIZED_TIME => "",
        _ => return None,
    };
    let digits = format!("{century}{digits}");
    let part = |from: usize, to: usize| digits.get(from..to);
    let date = format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let time = format!("{}:{}:{}", part(8, 10)?, part(10, 12)?, part(12, 14)?);
    Timestamp::parse(&format!("{date}T{time}Z")).ok()
}

/// Tag and content of the first element, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, length], mut rest) = der.split_first_chunk::<2>()?;
    let mut length = usize::from(length);
    if length & 0x80 != 0 {
        let (bytes, after) = rest.split_at_checked(length & 0x7f)?;
        if bytes.len() > 4 {
            return None;
        }
        length = bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        rest = after;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    #[test]
    fn reads_both_forms_of_time_and_survives_what_is_cut() {
        for (year, expected) in [
            (2031, "2031-02-03T00:00:00Z"),
            (2061, "2061-02-03T00:00:00Z"),
        ] {
            let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
            params.not_after = date_time_ymd(year, 2, 3);
            let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
            let der = certificate.der();
            assert_eq!(not_after(der).unwrap().to_string(), expected);
            for end in 0..der.len().min(150) {
                not_after(&der[..end]);
            }
        }
    }
}
