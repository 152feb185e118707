//! The files of TLS, and until when the certificates are valid.

use chrono::{DateTime, TimeDelta, Utc};

use super::Finding;
use crate::config::Config;
use crate::server::tls::{Identity, TlsError, Validity, validities};

/// How long before the end of a certificate the operator is warned.
const WARNING: TimeDelta = TimeDelta::days(14);

/// Reads the files as the server does, and looks at the dates of every certificate that it would show.
pub(super) fn check(config: &Config, now: DateTime<Utc>) -> Vec<Finding> {
    let Some(files) = config.tls() else {
        return vec![Finding::good("tls", "plain HTTP is served")];
    };
    let certificates = Identity::load(&files).and_then(|_| validities(&files.certificate));
    let file = files.certificate.display().to_string();
    match certificates {
        Ok(chain) if chain.is_empty() => {
            vec![Finding::good("tls", format!("`{file}` and its key are usable"))]
        }
        Ok(chain) => chain.into_iter().map(|validity| judge(&file, validity, now)).collect(),
        Err(error) => vec![unusable(&error)],
    }
}

fn unusable(error: &TlsError) -> Finding {
    Finding::wrong("tls", error.to_string())
}

fn judge(file: &str, validity: Validity, now: DateTime<Utc>) -> Finding {
    let Validity { begins, ends } = validity;
    if ends <= now {
        return Finding::wrong("tls", format!("a certificate in `{file}` expired on {ends}: renew it"));
    }
    if begins > now {
        let text =
            format!("a certificate in `{file}` is not valid before {begins}: look at the clock, or renew it");
        return Finding::wrong("tls", text);
    }
    if ends - now < WARNING {
        let days = (ends - now).num_days();
        let text = format!("a certificate in `{file}` expires on {ends}, in {days} days: renew it");
        return Finding::warning("tls", text);
    }
    Finding::good("tls", format!("`{file}` and its key are usable until {ends}"))
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn certificates_are_judged_by_their_dates() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let verdict = |from: i64, until: i64| {
            let validity =
                Validity { begins: now + TimeDelta::days(from), ends: now + TimeDelta::days(until) };
            judge("tls.crt", validity, now).verdict
        };
        assert_eq!(verdict(-10, 90), Verdict::Good);
        assert_eq!(verdict(-10, 14), Verdict::Good);
        assert_eq!(verdict(-10, 13), Verdict::Warning);
        assert_eq!(verdict(-10, 0), Verdict::Wrong);
        assert_eq!(verdict(1, 90), Verdict::Wrong);
    }
}
