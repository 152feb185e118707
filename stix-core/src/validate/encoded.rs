//! Texts that stand for something else: hexadecimal and binary data, hashes, URIs (STIX 2.1 chapter 2).

use std::borrow::Cow;

use super::check::Check;
use super::names::{MAX_NAME, is_key};
use super::rule::Rule;
use super::tree::{Json, Members};

/// Checks hexadecimal data (section 2.8).
pub(super) fn hexadecimal(text: &str, check: &mut Check<'_>) {
    if text.is_empty() || !text.len().is_multiple_of(2) || !is_hex(text) {
        let message = format_args!("`{}` is not made of pairs of hexadecimal digits", shortened(text));
        check.problem(Rule::Hexadecimal, message);
    } else if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let message = format_args!("`{}` is not in lower case", shortened(text));
        let help = format_args!("write `{}`", shortened(&text.to_ascii_lowercase())).to_string();
        check.problem_with_repair(Rule::HexadecimalCase, message, help);
    }
}

/// Checks binary data (section 2.1): padded Base64 of RFC 4648 section 4, whose unused bits are zero.
pub(super) fn binary(text: &str, check: &mut Check<'_>) {
    if !is_base64(text) {
        let message = format_args!("`{}` is not Base64", shortened(text));
        let help = "use A-Z, a-z, 0-9, `+` and `/`, no line breaks, and pad with `=` to a multiple of four";
        check.problem_with_help(Rule::Binary, message, help);
    }
}

fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=').as_bytes();
    // How many bits of the last character carry nothing.
    let unused = match (data.len() % 4, text.len() - data.len()) {
        (0, 0) => 0,
        (2, 2) => 4,
        (3, 1) => 2,
        _ => return false,
    };
    let last = data.last().and_then(|byte| sextet(*byte)).unwrap_or_default();
    data.iter().all(|byte| sextet(*byte).is_some()) && last.trailing_zeros().min(6) >= unused
}

/// The six bits that a character of Base64 stands for.
fn sextet(byte: u8) -> Option<u8> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Checks a dictionary of hashes by the names of their algorithms (section 2.7).
pub(super) fn hashes<'c>(members: &'c Members<'c>, check: &mut Check<'c>) {
    for (name, value) in members.iter() {
        check.member(name, |check| {
            algorithm(name, check);
            match value {
                Json::String(text) => hash(name, text, check),
                Json::Null => check.problem_with_help(Rule::NoNull, "null is no hash", "leave the hash out"),
                other => {
                    let message = format_args!("{} stands where a hash belongs", other.kind());
                    check.problem(Rule::ValueKind, message);
                }
            }
        });
    }
}

/// The terms of hash-algorithm-ov (section 10.7).
const ALGORITHMS: [&str; 8] =
    ["MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256", "SHA3-512", "SSDEEP", "TLSH"];

fn algorithm(name: &str, check: &mut Check<'_>) {
    if ALGORITHMS.contains(&name) {
        return;
    }
    if !(3..=MAX_NAME).contains(&name.len()) || !name.bytes().all(is_key) {
        let message = format_args!("`{name}` cannot name a hash algorithm");
        let help = "use 3 to 250 of a-z, A-Z, 0-9, hyphens and underscores";
        return check.problem_with_help(Rule::HashName, message, help);
    }
    let message = format_args!("`{name}` is no term of hash-algorithm-ov");
    match canonical(name) {
        Some(term) => check.problem_with_help(Rule::HashAlgorithm, message, format_args!("write `{term}`")),
        // The vocabulary leaves the prefix to its users.
        None if name.starts_with("x_") => {}
        None => {
            let help = format_args!("the terms are {}", ALGORITHMS.join(", ")).to_string();
            check.problem_with_help(Rule::HashAlgorithm, message, help);
        }
    }
    if name.len() > 30 {
        check.problem(Rule::HashNameLength, format_args!("`{name}` is longer than 30 characters"));
    }
}

/// The term of the vocabulary that is spelled like this but for case and hyphens.
fn canonical(name: &str) -> Option<&'static str> {
    let letters = |name: &str| name.replace(['-', '_'], "").to_ascii_uppercase();
    let written = letters(name);
    ALGORITHMS.into_iter().find(|term| letters(term) == written)
}

/// What the values of an algorithm look like.
enum Form {
    /// So many hexadecimal digits.
    Digits(usize),
    Ssdeep,
    Tlsh,
}

fn form(name: &str) -> Option<Form> {
    Some(match name {
        "MD5" => Form::Digits(32),
        "SHA-1" | "RIPEMD160" => Form::Digits(40),
        "SHA-224" | "SHA3-224" => Form::Digits(56),
        "SHA-256" | "SHA3-256" => Form::Digits(64),
        "SHA-384" | "SHA3-384" => Form::Digits(96),
        "SHA-512" | "SHA3-512" | "WHIRLPOOL" => Form::Digits(128),
        "SSDEEP" => Form::Ssdeep,
        "TLSH" => Form::Tlsh,
        _ => return None,
    })
}

fn hash(name: &str, text: &str, check: &mut Check<'_>) {
    let Some(form) = form(name).or_else(|| form(canonical(name)?)) else { return };
    let right = match form {
        Form::Digits(count) => text.len() == count && is_hex(text),
        Form::Ssdeep => {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b':' | b'.');
            (1..=128).contains(&text.len()) && text.bytes().all(letter)
        }
        // Since its version 4, TLSH puts the number of its format before the digits.
        Form::Tlsh => {
            let digits = text.strip_prefix("T1").unwrap_or(text);
            digits.len() == 70 && is_hex(digits)
        }
    };
    if !right {
        let expected = match form {
            Form::Digits(count) => format_args!("{count} hexadecimal digits").to_string(),
            Form::Ssdeep => "1 to 128 letters, digits, `/`, `+`, `:` and `.`".to_owned(),
            Form::Tlsh => "70 hexadecimal digits, after `T1` or alone".to_owned(),
        };
        let message =
            format_args!("`{}` is no {name} hash, which has {expected}", shortened(text)).to_string();
        match of_length(text) {
            Some(other) => {
                check.problem_with_repair(Rule::Hash, message, format_args!("write it under `{other}`"))
            }
            None => check.problem(Rule::Hash, message),
        }
    }
}

/// The usual algorithm whose hashes are of the length of this one.
fn of_length(text: &str) -> Option<&'static str> {
    let usual = ["MD5", "SHA-1", "SHA-256", "SHA-512"];
    let fits = |name: &&str| matches!(form(name), Some(Form::Digits(count)) if count == text.len());
    usual.into_iter().find(fits).filter(|_| is_hex(text))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a text is a URI (RFC 3986).
pub(crate) fn is_uri(text: &str) -> bool {
    fluent_uri::Uri::parse(text).is_ok()
}

/// Checks a URI (RFC 3986).
pub(crate) fn uri(text: &str, check: &mut Check<'_>) {
    let Err(error) = fluent_uri::Uri::parse(text) else { return };
    let message = format_args!("`{}` is no URI", shortened(text));
    if !text.is_ascii() || text.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}']) {
        let help = format_args!("percent-encode the character at offset {}", error.index());
        check.problem_with_help(Rule::Uri, message, help);
    } else if fluent_uri::UriRef::parse(text).is_ok() {
        check.problem_with_help(Rule::Uri, message, "begin with a scheme, such as `https://`");
    } else {
        check.problem(Rule::Uri, message);
    }
}

/// A text that fits into a message of one line.
fn shortened(text: &str) -> Cow<'_, str> {
    const MOST: usize = 80;
    let start = text.char_indices().nth(MOST).and_then(|(end, _)| text.get(..end));
    let short = match start {
        Some(start) => Cow::Owned(format!("{start}...")),
        None => Cow::Borrowed(text),
    };
    if short.contains(char::is_control) { Cow::Owned(short.escape_debug().collect()) } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_padded_and_has_no_spare_bits() {
        for text in ["", "AA==", "AAA=", "AAAA", "aGVsbG8=", "+/+/"] {
            assert!(is_base64(text), "{text}");
        }
        for text in ["A", "AA", "AAA", "AB==", "AAB=", "=", "====", "A===", "AA=A", "-_-_", "AAAA\n", "AA A"]
        {
            assert!(!is_base64(text), "{text}");
        }
    }
}
