//! Email addresses (STIX 2.1 section 6.5).

use stix_derive::StixObject;

use crate::{
    Identifier, ScoCommon,
    validate::{self, Check, Members, Rule},
};

/// One email address.
///
/// ```
/// use stix_core::sco::{EmailAddr, UserAccount};
///
/// let account = UserAccount::new().with_user_id("1001");
/// let address = EmailAddr::new("jane@example.com")
///     .with_display_name("Jane")
///     .with_belongs_to_ref(account.common.id)
///     .validated()?;
/// assert_eq!(address.value, "jane@example.com");
/// assert!(EmailAddr::new("Jane <jane@example.com>").validated().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "email-addr", class = Sco, section = "6.5", check = check)]
#[non_exhaustive]
pub struct EmailAddr {
    /// The properties that every SCO has.
    #[stix(common)]
    pub common: ScoCommon,
    /// The address, without a display name.
    #[stix(id_contributing)]
    pub value: String,
    /// The name that a mail client would show for it.
    pub display_name: Option<String>,
    /// The account that the address belongs to.
    #[stix(refs("user-account"))]
    pub belongs_to_ref: Option<Identifier>,
}

fn check<'c>(address: &'c Members<'c>, check: &mut Check<'c>) {
    validate::value(address, Rule::EmailAddress, is_addr_spec, problem, check);
}

fn problem(value: &str, check: &mut Check<'_>) {
    let message = format_args!("`{value}` is no email address");
    match value.contains(['<', '>']) {
        true => {
            let help = "write the name of the mailbox in `display_name`, and only the address here";
            check.problem_with_help(Rule::EmailAddress, message, help);
        }
        false => check.problem_with_help(Rule::EmailAddress, message, "write it like `jane@example.com`"),
    }
}

/// An `addr-spec` of RFC 5322 without comments and folding; text beyond ASCII is that of RFC 6531.
fn is_addr_spec(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let local_fits = quoted.map_or_else(|| is_dot_atom(local), is_quoted);
    let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    local_fits
        && literal.map_or_else(
            || is_dot_atom(domain),
            |inner| !inner.chars().any(|c| matches!(c, '[' | ']' | '\\') || c.is_control()),
        )
}

fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom))
}

fn is_atom(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && !c.is_control())
}

/// What stands between the quotes: a quote or a backslash only after a backslash.
fn is_quoted(text: &str) -> bool {
    let mut escaped = false;
    for c in text.chars() {
        match c {
            _ if c.is_control() && c != '\t' => return false,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return false,
            _ => {}
        }
    }
    !escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_the_form_of_rfc_5322() {
        for text in [
            "jane@example.com",
            "a+b@localhost",
            "\"a b\"@x.org",
            "\"a\\\"b\"@x",
            "j@[192.0.2.1]",
            "jürgen@müller.de",
        ] {
            assert!(is_addr_spec(text), "{text}");
        }
        for text in [
            "",
            "jane",
            "@example.com",
            "jane@",
            "a..b@x.org",
            "a b@x.org",
            "\"a\"b\"@x",
            "a@x..org",
            "a@[x",
            "a@x ",
        ] {
            assert!(!is_addr_spec(text), "{text}");
        }
    }
}
