//! The STIX pattern that the upstream writes for a value (STIX 2.1, section 9).

use crate::ioc::IocType;

/// `[path = 'value']`, with the value as a string literal.
pub(crate) fn of(ioc_type: IocType, value: &str) -> String {
    format!("[{} = '{}']", path(ioc_type), escape(value))
}

/// The object path of a type. The last two are guesses: see [`Ioc::stix_pattern`](crate::Ioc::stix_pattern).
fn path(ioc_type: IocType) -> &'static str {
    match ioc_type {
        IocType::Ipv4 => "ipv4-addr:value",
        IocType::Ipv6 => "ipv6-addr:value",
        IocType::Domain => "domain-name:value",
        IocType::Url => "url:value",
        IocType::Email => "email-addr:value",
        IocType::Md5 => "file:hashes.MD5",
        IocType::Sha1 => "file:hashes.'SHA-1'",
        IocType::Sha256 => "file:hashes.'SHA-256'",
        IocType::Cve => "vulnerability:name",
        IocType::MitreAttack => "attack-pattern:external_id",
    }
}

/// Inside a string literal a quote and a backslash carry a backslash before them.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, '\'' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_path_of_each_type() {
        let cases = [
            (IocType::Ipv4, "[ipv4-addr:value = 'x']"),
            (IocType::Ipv6, "[ipv6-addr:value = 'x']"),
            (IocType::Domain, "[domain-name:value = 'x']"),
            (IocType::Url, "[url:value = 'x']"),
            (IocType::Email, "[email-addr:value = 'x']"),
            (IocType::Md5, "[file:hashes.MD5 = 'x']"),
            (IocType::Sha1, "[file:hashes.'SHA-1' = 'x']"),
            (IocType::Sha256, "[file:hashes.'SHA-256' = 'x']"),
            (IocType::Cve, "[vulnerability:name = 'x']"),
            (IocType::MitreAttack, "[attack-pattern:external_id = 'x']"),
        ];
        assert_eq!(cases.len(), IocType::ALL.len());
        for (ioc_type, expected) in cases {
            assert_eq!(of(ioc_type, "x"), expected);
        }
    }

    #[test]
    fn escapes_quotes_and_backslashes() {
        assert_eq!(of(IocType::Url, r"http://a.test/o'b\c"), r"[url:value = 'http://a.test/o\'b\\c']");
    }
}
