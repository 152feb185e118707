//! Until when a certificate is valid (RFC 5280, section 4.1.2.5), which rustls does not say of a server's own.

use chrono::{DateTime, NaiveDateTime, Utc};

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// From when until when a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first moment at which it is valid.
    pub begins: DateTime<Utc>,
    /// The last moment at which it is valid.
    pub ends: DateTime<Utc>,
}

/// Reads the validity of a certificate in DER.
pub(super) fn validity(certificate: &[u8]) -> Option<Validity> {
    let (fields, _) = element(certificate, SEQUENCE)?;
    let (fields, _) = element(fields, SEQUENCE)?;
    let fields = element(fields, VERSION).map_or(fields, |(_, rest)| rest);
    let (_, fields) = element(fields, INTEGER)?;
    let (_algorithm, fields) = element(fields, SEQUENCE)?;
    let (_issuer, fields) = element(fields, SEQUENCE)?;
    let (validity, _) = element(fields, SEQUENCE)?;
    let (begins, rest) = time(validity)?;
    let (ends, _) = time(rest)?;
    Some(Validity { begins, ends })
}

fn time(bytes: &[u8]) -> Option<(DateTime<Utc>, &[u8])> {
    let (text, rest) = element(bytes, GENERALIZED_TIME).or_else(|| element(bytes, UTC_TIME))?;
    let text = std::str::from_utf8(text).ok()?;
    let century = match text.len() {
        15 => "",
        _ if text < "50" => "20",
        _ => "19",
    };
    let time = NaiveDateTime::parse_from_str(&format!("{century}{text}"), "%Y%m%d%H%M%SZ").ok()?;
    Some((time.and_utc(), rest))
}

/// The content of an element with this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, bytes) = bytes.split_first()?;
    let (&first, bytes) = bytes.split_first()?;
    let (length, bytes) = match first {
        0..=0x7f => (usize::from(first), bytes),
        0x81..=0x84 => {
            let (length, bytes) = bytes.split_at_checked(usize::from(first & 0x7f))?;
            (length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), bytes)
        }
        _ => return None,
    };
    bytes.split_at_checked(length).filter(|_| found == tag)
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn both_ways_to_write_a_time() {
        for year in [2049, 2050] {
            let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
            params.not_before = date_time_ymd(year - 1, 2, 3);
            params.not_after = date_time_ymd(year, 2, 3);
            let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
            let found = validity(certificate.der()).unwrap();
            assert_eq!(found.ends.to_rfc3339(), format!("{year}-02-03T00:00:00+00:00"));
            assert_eq!(found.begins.to_rfc3339(), format!("{}-02-03T00:00:00+00:00", year - 1));
            for length in 0..40 {
                assert_eq!(validity(&certificate.der()[..length]), None);
            }
        }
    }
}
