//! Constants against what values of their property look like (STIX 2.1, section 6): addresses, names, URLs, hashes.
//!
//! Nothing forbids to look for `999.1.1.1`. It is just never found, which nobody notices who waits for an alert.

mod address;
mod defanged;
mod domain_name;
mod email_address;
pub(crate) mod escapes;
pub(super) mod hash;
mod mac_address;
mod registry_key;
mod url;

use stix_core::schema::PropertyDef;

use super::Rule;
use super::findings::{Finding, Findings};
use super::place::{Place, Shape};
use crate::Span;
use crate::ast::{ComparisonOperator, ComparisonTest, ObjectPath, Predicate, StringLiteral};
use crate::edit::Edit;
use crate::error::quote;

/// What is wrong with a value.
#[derive(Debug)]
struct Flaw {
    rule: Rule,
    message: String,
    help: Option<String>,
    repair: Option<Repair>,
}

/// What was certainly meant.
#[derive(Debug)]
enum Repair {
    /// Another value.
    Value(String),
    /// Another path, for the same or another value. Only for a test of the object itself.
    Path(&'static str, String),
}

impl Flaw {
    fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self { rule, message: message.into(), help: None, repair: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The value that was meant, which is the help too if there is none yet.
    fn value(self, value: impl Into<String>) -> Self {
        let value = value.into();
        let help = self.help.or_else(|| Some(format!("write {}", quote(&value))));
        Self { help, repair: Some(Repair::Value(value)), ..self }
    }

    /// The path that was meant, for this value.
    fn path(self, path: &'static str, value: &str) -> Self {
        let help = self.help.or_else(|| Some(format!("write `{path}`")));
        Self { help, repair: Some(Repair::Path(path, value.to_owned())), ..self }
    }
}

/// What is known about the values of a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Ipv4,
    Ipv6,
    Mac,
    Domain,
    Url,
    Email,
    RegistryKey,
}

/// Strings that there is certainly nothing to say about, which is told at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// All but the empty one.
    Any,
    /// So many hexadecimal digits.
    Hash(usize),
    /// What values of the subject mostly look like.
    Subject(Subject),
}

impl Plain {
    /// The plain hashes of the algorithm that a path names.
    pub(super) fn hash(path: &ObjectPath) -> Option<Self> {
        hash::digits(path).map(Self::Hash)
    }

    /// The plain strings at a place where strings belong.
    pub(super) fn of(place: &Place) -> Option<Self> {
        match place.subject {
            Some(subject) => Some(Self::Subject(subject)),
            None => subjects(place).next().is_none().then_some(Self::Any),
        }
    }

    /// Whether they are addresses of the internet protocol.
    pub(super) fn is_address(self) -> bool {
        matches!(self, Self::Subject(Subject::Ipv4 | Subject::Ipv6))
    }

    /// Whether the string is one of them.
    #[inline]
    pub(super) fn passes(self, value: &str) -> bool {
        match self {
            Self::Any => !value.is_empty() && memchr::memchr2(b'\\', b'&', value.as_bytes()).is_none(),
            Self::Hash(digits) => value.len() == digits && hash::is_hex(value),
            Self::Subject(Subject::Ipv4) => address::is_plain_ipv4(value),
            Self::Subject(Subject::Domain) => domain_name::is_plain(value),
            Self::Subject(Subject::Url) => url::is_plain(value),
            Self::Subject(Subject::Email) => email_address::is_plain(value),
            Self::Subject(Subject::Ipv6 | Subject::Mac | Subject::RegistryKey) => false,
        }
    }
}

impl Subject {
    fn of(object_type: &str, property: &PropertyDef) -> Option<Self> {
        match (object_type, property.name) {
            ("ipv4-addr", "value") => Some(Self::Ipv4),
            ("ipv6-addr", "value") => Some(Self::Ipv6),
            ("mac-addr", "value") => Some(Self::Mac),
            ("domain-name", "value") => Some(Self::Domain),
            ("url", "value") => Some(Self::Url),
            ("email-addr", "value") => Some(Self::Email),
            ("windows-registry-key", "key") => Some(Self::RegistryKey),
            _ => None,
        }
    }

    /// What is wrong with the value, if anything.
    fn flaw(self, value: &str) -> Option<Flaw> {
        if let Some(flaw) = self.defanged(value) {
            return Some(flaw);
        }
        match self {
            Self::Ipv4 => address::ipv4(value),
            Self::Ipv6 => address::ipv6(value),
            Self::Mac => mac_address::flaw(value),
            Self::Domain => domain_name::flaw(value),
            Self::Url => url::flaw(value),
            Self::Email => email_address::flaw(value),
            Self::RegistryKey => registry_key::flaw(value),
        }
    }

    fn defanged(self, value: &str) -> Option<Flaw> {
        let refanged = match self {
            Self::Mac | Self::RegistryKey => return None,
            _ => defanged::refanged(value)?,
        };
        let flaw = Flaw::new(Rule::Defanged, format!("{} is defanged", quote(value)));
        match self.flaw(&refanged) {
            None => Some(flaw.value(refanged)),
            // The value has another flaw as well, which may be mended at the same time.
            Some(Flaw { repair, .. }) => Some(Flaw {
                repair,
                ..flaw.help(format!("the values of objects are not: {}", quote(&refanged)))
            }),
        }
    }
}

/// Checks a string that a value is to be equal to.
pub(super) fn check(
    test: &ComparisonTest,
    operator: ComparisonOperator,
    value: &str,
    span: Span,
    place: &Place,
    findings: &mut Findings<'_>,
) {
    if value.is_empty() {
        // To be unequal to nothing is the way to say that there is something.
        if (operator == ComparisonOperator::Equal) != test.is_negated() && !may_be_empty(place) {
            let path = findings.text(test.path().span());
            let finding = Finding::new(Rule::EmptyString, span, "the string is empty");
            findings
                .push(finding.help(format!("a property without a value is left out: `NOT EXISTS {path}`")));
        }
        return;
    }
    if matches!(place.shape, Shape::Hash) {
        return hash::check_value(test, value, span, findings);
    }
    let is_equal = (operator == ComparisonOperator::Equal) != test.is_negated();
    let flaw = flaw(value, place)
        .or_else(|| escaped_twice(value, place))
        .or_else(|| is_address(place).then(|| is_equal.then(|| network(value)).flatten()).flatten());
    if let Some(flaw) = flaw {
        push(flaw, test, span, place, findings);
    }
}

/// Checks an address or a network that `ISSUBSET` or `ISSUPERSET` compares.
pub(super) fn check_network(
    test: &ComparisonTest,
    text: &StringLiteral,
    place: &Place,
    findings: &mut Findings<'_>,
) {
    if let Some(flaw) = flaw(text.value(), place) {
        push(flaw, test, text.span(), place, findings);
    }
}

/// Checks a string at a place that nothing is known of.
pub(super) fn check_anywhere(test: &ComparisonTest, value: &str, span: Span, findings: &mut Findings<'_>) {
    if let Some(flaw) = escaped_twice(value, &Place::UNKNOWN) {
        push(flaw, test, span, &Place::UNKNOWN, findings);
    }
}

/// Checks a string with the wildcards of `LIKE`, of which little can be said.
pub(super) fn check_wildcards(
    test: &ComparisonTest,
    text: &StringLiteral,
    place: &Place,
    findings: &mut Findings<'_>,
) {
    let value = text.value();
    let flaw = subjects(place).find_map(|subject| match subject {
        Subject::RegistryKey => registry_key::flaw(value),
        Subject::Mac => None,
        _ => defanged::refanged_start(value).map(|refanged| {
            Flaw::new(Rule::Defanged, format!("{} is defanged", quote(value))).value(refanged)
        }),
    });
    let flaw = flaw.or_else(|| escaped_twice(value, place)).or_else(|| shell_wildcard(value, place));
    if let Some(flaw) = flaw {
        push(flaw, test, text.span(), place, findings);
    }
}

/// Reports a value that was escaped once more than the pattern language asks for.
fn escaped_twice(value: &str, place: &Place) -> Option<Flaw> {
    if let Some(single) = escapes::single_backslashes(value, is_file_path(place)) {
        let message = format!("{} has two backslashes for each one that is seen", quote(value));
        let help = format!("a backslash is escaped once in a pattern: `{}`", quoted(&single));
        return Some(Flaw::new(Rule::DoubledBackslash, message).help(help).value(single));
    }
    // Text that is HTML has entities by right.
    if place.property.is_some_and(|property| matches!(property.name, "body" | "subject" | "data")) {
        return None;
    }
    let plain = escapes::without_entities(value)?;
    let message = format!("{} is written with entities of HTML", quote(value));
    Some(Flaw::new(Rule::HtmlEntity, message).value(plain))
}

/// Returns whether the strings at a place are paths of a file system or keys of a registry, and nothing else.
fn is_file_path(place: &Place) -> bool {
    place.property.is_some_and(|property| matches!(property.name, "path" | "cwd" | "key"))
        || subjects(place).any(|subject| subject == Subject::RegistryKey)
}

/// Returns whether the strings at a place name files or folders, which hardly ever have a `*`.
fn is_file_name(place: &Place) -> bool {
    let is_of_file = || place.owner.is_some_and(|owner| owner.defs().all(|def| def.name() == "file"));
    place.property.is_some_and(|property| match property.name {
        "path" | "cwd" => true,
        "name" => is_of_file(),
        _ => false,
    })
}

/// Reports a `*` where `LIKE` has `%`.
fn shell_wildcard(value: &str, place: &Place) -> Option<Flaw> {
    if !value.contains('*') {
        return None;
    }
    let subject = subjects(place).next();
    let takes_none = is_file_name(place)
        || matches!(
            subject,
            Some(Subject::Ipv4 | Subject::Ipv6 | Subject::Mac | Subject::Domain | Subject::Email)
        );
    // Without a wildcard of its own, `LIKE` is no other than `=`.
    let is_end = value.starts_with('*') || value.ends_with('*');
    if !takes_none && (value.contains('%') || !is_end) {
        return None;
    }
    let message = format!("{} has a `*`, which stands for itself behind `LIKE`", quote(value));
    Some(Flaw::new(Rule::ShellWildcard, message).value(value.replace('*', "%")))
}

/// Reports a network where `=` compares text.
fn network(value: &str) -> Option<Flaw> {
    let (address, bits) = value.split_once('/')?;
    let most = if address.contains(':') { "128" } else { "32" };
    let flaw = |message| Flaw::new(Rule::NetworkEquality, message);
    if bits == most {
        let message = format!("`=` compares text, and an address is seen without `/{most}`");
        return Some(flaw(message).value(address));
    }
    let message = format!("`=` compares text, so that no address in {} is equal to it", quote(value));
    Some(flaw(message).help(format!("the addresses of a network are found by `ISSUBSET '{value}'`")))
}

/// Whether the values at a place are addresses of the internet protocol.
pub(super) fn is_address(place: &Place) -> bool {
    let is_address = |subject| matches!(subject, Subject::Ipv4 | Subject::Ipv6);
    place.subject.map_or_else(|| subjects(place).any(is_address), is_address)
}

/// What the strings at a place are, if all its owners agree.
pub(super) fn sole_subject(place: &Place) -> Option<Subject> {
    let mut subjects = subjects(place);
    let first = subjects.next()?;
    subjects.all(|subject| subject == first).then_some(first)
}

/// Returns the value of an object of this type that a text means, put right if it is certain how.
pub(crate) fn plain_value(object_type: &str, text: &str) -> Option<String> {
    let subject = match object_type {
        "ipv4-addr" => Subject::Ipv4,
        "ipv6-addr" => Subject::Ipv6,
        "mac-addr" => Subject::Mac,
        "domain-name" => Subject::Domain,
        "url" => Subject::Url,
        "email-addr" => Subject::Email,
        "windows-registry-key" => Subject::RegistryKey,
        _ => return None,
    };
    let value = match subject.flaw(text) {
        None => text.to_owned(),
        Some(Flaw {
            repair: Some(Repair::Value(value)),
            rule: Rule::Defanged | Rule::MacAddress | Rule::RegistryHive,
            ..
        }) => value,
        Some(_) => return None,
    };
    let is_address = matches!(subject, Subject::Ipv4 | Subject::Ipv6);
    match network(&value).and_then(|flaw| flaw.repair).filter(|_| is_address) {
        Some(Repair::Value(address)) => Some(address),
        _ => Some(value),
    }
}

/// Returns what to write for a value with wildcards.
fn wildcards(value: &str) -> String {
    format!("`=` knows no wildcards: `LIKE {}`", quoted(&value.replace('*', "%")))
}

/// A string as a constant.
pub(crate) fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// What is wrong with a value in the eyes of each type of object that can stand here; a flaw with a repair, if any.
fn flaw(value: &str, place: &Place) -> Option<Flaw> {
    if let Some(subject) = place.subject {
        return subject.flaw(value);
    }
    let mut first = None;
    for subject in subjects(place) {
        let flaw = subject.flaw(value)?;
        first = match first {
            None => Some(flaw),
            Some(Flaw { repair: None, .. }) if flaw.repair.is_some() => Some(flaw),
            known => known,
        };
    }
    first
}

fn subjects(place: &Place) -> impl Iterator<Item = Subject> + use<> {
    let property = place.property.filter(|property| matches!(property.name, "value" | "key"));
    let owner = place.owner.filter(|_| property.is_some());
    let defs = owner.into_iter().flat_map(super::place::Objects::defs);
    defs.filter_map(move |def| Subject::of(def.name(), property?))
}

/// The name of a registry value is empty where it is the default one.
fn may_be_empty(place: &Place) -> bool {
    place.owner.is_none() && place.property.is_some_and(|property| property.name == "name")
}

fn push(flaw: Flaw, test: &ComparisonTest, span: Span, place: &Place, findings: &mut Findings<'_>) {
    let edit = match flaw.repair {
        Some(Repair::Value(value)) => Some(Edit::replace(span.range(), quoted(&value))),
        Some(Repair::Path(path, value)) if place.direct && is_alone(test) && !findings.in_and => {
            let path = Edit::replace(test.path().span().range(), path);
            Some(path.and(Edit::replace(span.range(), quoted(&value))))
        }
        _ => None,
    };
    let finding = Finding::new(flaw.rule, span, flaw.message).edit(edit);
    findings.push(match flaw.help {
        Some(help) => finding.help(help),
        None => finding,
    });
}

/// Returns whether a test asks for one constant, so that its path can be changed for the sake of it. What is unequal to a
/// constant at one path is something else than what is unequal to it at another.
fn is_alone(test: &ComparisonTest) -> bool {
    let is_alone = match test.predicate() {
        Predicate::In(set) => set.literals().len() == 1,
        Predicate::Compare(operator, _) => *operator == ComparisonOperator::Equal,
        Predicate::Text(..) | Predicate::Exists => true,
    };
    is_alone && !test.is_negated()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 8192, ..ProptestConfig::default() })]

        #[test]
        fn what_looks_plain_has_no_flaw(text in r"(https?://|hxxp://|)[ab0-9.@+\-]{0,12}[a:/\[(.-]{0,2}") {
            for subject in [Subject::Ipv4, Subject::Domain, Subject::Url, Subject::Email] {
                if Plain::Subject(subject).passes(&text) {
                    prop_assert!(subject.flaw(&text).is_none(), "{:?} {}", subject, text);
                }
            }
        }
    }

    #[test]
    fn common_values_look_plain() {
        for (subject, value) in [
            (Subject::Ipv4, "192.0.2.1"),
            (Subject::Domain, "www.my-example.com"),
            (Subject::Url, "https://example.com/a?b=%20"),
            (Subject::Email, "first.last+tag@example.com"),
        ] {
            assert!(Plain::Subject(subject).passes(value), "{value}");
            assert!(!Plain::Subject(subject).passes("") && !Plain::Subject(subject).passes(" "));
        }
        assert!(
            Plain::Hash(4).passes("00fF") && !Plain::Hash(4).passes("00fg") && !Plain::Hash(4).passes("00f")
        );
    }
}
