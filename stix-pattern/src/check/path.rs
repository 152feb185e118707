//! Object paths against the object model (STIX 2.1, section 9.7).

use stix_core::schema::{Class, Kind, PropertyDef};

use super::findings::{Finding, Findings};
use super::nearest::nearest;
use super::place::{Objects, Place, Shape, kind_name, observables};
use super::values::{self, hash};
use super::{Checker, CustomNames, Rule, constant, renamed};
use crate::ast::{ObjectPath, Step, StepKind};
use crate::edit::Edit;
use crate::known::observable;
use crate::lexer;
use crate::{LanguageVersion, Span};

/// Where a path leads that stands alone in `text`, if there is nothing to report.
pub(crate) fn place_of(path: &ObjectPath, text: &str) -> Option<Place> {
    let checker = Checker::default();
    let mut findings = Findings::new(text, &checker);
    let place = follow(path, &mut findings);
    let place = Place { subject: values::sole_subject(&place), ..place };
    let place = Place { plain: constant::plain(path, &place), ..place };
    findings.into_parts().0.is_empty().then_some(place)
}

/// Returns the kind of the values that a path leads to, if the object model describes them.
pub(crate) fn kind_at(path: &ObjectPath) -> Option<&'static Kind> {
    let checker = Checker::default();
    let place = match path.as_known() {
        Some(known) => *known.place(),
        None => follow(path, &mut Findings::new("", &checker)),
    };
    match place.shape {
        Shape::Kind(kind) => Some(kind),
        Shape::Hash => Some(&Kind::String),
        Shape::Any | Shape::Objects(_) => None,
    }
}

/// Follows a path, reporting where it leads nowhere; what comes behind that is unknown.
pub(super) fn follow(path: &ObjectPath, findings: &mut Findings<'_>) -> Place {
    let mut place = root(path, findings);
    let mut before = None;
    for step in path.steps() {
        place = match step.kind() {
            StepKind::Key(key) => follow_key(place, key, step, before, findings),
            StepKind::Index(_) | StepKind::Star => follow_index(place, step, findings),
        };
        place.direct = before.is_none();
        before = Some(step);
    }
    place
}

fn root(path: &ObjectPath, findings: &mut Findings<'_>) -> Place {
    let name = path.object_type();
    let declared = || findings.checker.registry.def(name).filter(|def| def.class == Class::Sco);
    match observable(name).or_else(declared) {
        Some(def) => Place { shape: Shape::Objects(Objects::One(def)), ..Place::UNKNOWN },
        None => {
            unknown_type(path, findings);
            if let Some(first) = path.steps().next()
                && let StepKind::Key(key) = first.kind()
            {
                property_form(key, first.span(), findings);
            }
            Place::UNKNOWN
        }
    }
}

fn unknown_type(path: &ObjectPath, findings: &mut Findings<'_>) {
    let name = path.object_type();
    if findings.checker.types.contains(name) {
        return;
    }
    let start = path.span().start();
    let span = Span::from_range(start..start + name.len());
    let is_form = is_type_form(name);
    if is_form && is_custom(name) {
        return custom("object type", name, span, findings);
    }
    if let Some((finding, first)) = extension_as_type(path, span).zip(path.steps().next()) {
        let text = format!("{}:extensions.'{name}'.", finding.1);
        let range = start..first.span().start();
        return findings.push(finding.0.edit(Edit::replace(range, text)));
    }
    let message = match stix_core::object::def(name) {
        Some(_) => format!("`{name}` objects are not observed, so that no pattern matches one"),
        None if is_form => format!("`{name}` is no cyber-observable object type"),
        None => format!("`{name}` cannot name an object type"),
    };
    let finding = Finding::new(if is_form { Rule::UnknownType } else { Rule::NameForm }, span, message);
    if stix_core::object::def(name).is_some() {
        return findings.push(finding.help("patterns are about the objects of section 6, such as `file`"));
    }
    let names = || observables().map(stix_core::schema::ObjectDef::name);
    let lower = name.to_ascii_lowercase().replace('_', "-");
    let meant = alias(&lower).or_else(|| nearest(name, names()));
    findings.push(match meant {
        Some((meant, true)) => {
            finding.help(format!("did you mean `{meant}`?")).edit(Edit::replace(span.range(), meant))
        }
        Some((meant, false)) => finding.help(format!("did you mean `{meant}`?")),
        None if is_form => finding
            .help("declare a type that an extension definition adds; other custom types begin with `x-`"),
        None => finding.help(
            "a type has 3 to 250 lower-case letters, digits and hyphens, and a custom one begins with `x-`",
        ),
    });
}

/// Returns an extension where an object type belongs, and the type that has it.
fn extension_as_type(path: &ObjectPath, span: Span) -> Option<(Finding, &'static str)> {
    let name = path.object_type();
    let owner = observables().find(|def| {
        let extensions = def.property("extensions").map(|property| property.kind);
        matches!(extensions, Some(Kind::Extensions(def)) if def.property(name).is_some())
    })?;
    let message = format!("`{name}` is an extension of `{}` and no object type", owner.name());
    let help = format!("write `{}:extensions.'{name}'` and the property behind it", owner.name());
    Some((Finding::new(Rule::UnknownType, span, message).help(help), owner.name()))
}

fn follow_key(
    place: Place,
    key: &str,
    step: Step<'_>,
    before: Option<Step<'_>>,
    findings: &mut Findings<'_>,
) -> Place {
    match place.shape {
        Shape::Objects(objects) => member_of_objects(objects, key, step, findings),
        Shape::Kind(Kind::Identifier) if place.is_reference() => {
            let targets = place.property.map_or(&[] as &[_], |property| property.targets);
            match targets.is_empty() {
                true => Place::UNKNOWN,
                false => member_of_objects(Objects::Targets(targets), key, step, findings),
            }
        }
        Shape::Kind(Kind::Struct(def)) => member(def.property(key), None, key, step, findings, || {
            (format!("`{}`", def.name), def.properties.iter().map(|property| property.name).collect())
        }),
        Shape::Kind(Kind::Extensions(def)) if def.property(key).is_none() && is_custom(key) => {
            custom("extension", key, step.span(), findings);
            Place::UNKNOWN
        }
        Shape::Kind(Kind::Extensions(def)) => member(def.property(key), None, key, step, findings, || {
            ("`extensions`".into(), def.properties.iter().map(|property| property.name).collect())
        }),
        Shape::Kind(Kind::Hashes) => {
            hash::check_name(key, step, findings);
            Place { shape: Shape::Hash, ..place }
        }
        Shape::Kind(Kind::Dictionary(kind)) => Place { shape: Shape::Kind(kind), ..Place::UNKNOWN },
        Shape::Kind(Kind::List(kind)) => {
            let end = before.map_or(step.span().start(), |step| step.span().end());
            let before = name_of(before, findings);
            let message = format!("`{before}` is a list, and a list has no `{key}`");
            let help = format!("`{before}[*]` stands for every element of the list");
            findings.push(
                Finding::new(Rule::PathShape, step.span(), message).help(help).edit(Edit::insert(end, "[*]")),
            );
            follow_key(Place { shape: Shape::Kind(kind), ..place }, key, step, None, findings)
        }
        Shape::Kind(kind) if is_scalar(kind) => {
            let before = name_of(before, findings);
            let message = format!("`{before}` is {}, and has no `{key}`", kind_name(kind));
            findings.push(Finding::new(Rule::PathShape, step.span(), message));
            Place::UNKNOWN
        }
        // Wherever a path has got to, hashes look the same.
        Shape::Any if matches!(before.map(Step::kind), Some(StepKind::Key(name)) if &**name == "hashes") => {
            hash::check_name(key, step, findings);
            Place { shape: Shape::Hash, ..Place::UNKNOWN }
        }
        Shape::Hash => {
            let before = name_of(before, findings);
            let message = format!("`{before}` is a hash, and has no `{key}`");
            findings.push(Finding::new(Rule::PathShape, step.span(), message));
            Place::UNKNOWN
        }
        Shape::Any | Shape::Kind(_) => Place::UNKNOWN,
    }
}

/// The step before, as it is written.
fn name_of<'a>(before: Option<Step<'_>>, findings: &Findings<'a>) -> &'a str {
    before.map_or("", |step| findings.text(step.span()))
}

fn follow_index(place: Place, step: Step<'_>, findings: &mut Findings<'_>) -> Place {
    let (what, edit) = match place.shape {
        Shape::Kind(Kind::List(kind)) => return Place { shape: Shape::Kind(kind), ..place },
        Shape::Any => return Place::UNKNOWN,
        Shape::Kind(kind @ (Kind::Hashes | Kind::Dictionary(_) | Kind::Extensions(_) | Kind::Struct(_))) => {
            (kind_name(kind), None)
        }
        Shape::Kind(kind) if is_scalar(kind) => (kind_name(kind), Some(Edit::delete(step.span().range()))),
        Shape::Objects(_) | Shape::Hash => ("an object", None),
        Shape::Kind(_) => return Place::UNKNOWN,
    };
    let name = place.property.map_or("it", |property| property.name);
    let message = format!("`{name}` is {what} and not a list, so that an index leads nowhere");
    let finding = Finding::new(Rule::PathShape, step.span(), message);
    findings.push(match edit {
        Some(edit) => finding.help("leave out the index").edit(edit),
        None => finding.help("a dictionary or an object is followed by a key: `.'key'`"),
    });
    Place::UNKNOWN
}

fn member_of_objects(objects: Objects, key: &str, step: Step<'_>, findings: &mut Findings<'_>) -> Place {
    if key == "type" {
        return Place { shape: Shape::Kind(&Kind::String), ..Place::UNKNOWN };
    }
    let property = objects.property(key);
    member(property, Some(objects), key, step, findings, || {
        let names = objects.defs().flat_map(|def| def.properties()).map(|property| property.name).collect();
        (objects.names(), names)
    })
}

/// The place behind a property, or a report that there is none: `describe` gives whose it would be, and the names of
/// those that there are.
fn member(
    property: Option<&'static PropertyDef>,
    owner: Option<Objects>,
    key: &str,
    step: Step<'_>,
    findings: &mut Findings<'_>,
    describe: impl FnOnce() -> (String, Vec<&'static str>),
) -> Place {
    if let Some(property) = property {
        let shape = Shape::Kind(property.kind);
        return Place { shape, property: Some(property), owner, ..Place::UNKNOWN };
    }
    if is_custom(key) {
        property_form(key, step.span(), findings);
        custom("property", key, step.span(), findings);
        return Place::UNKNOWN;
    }
    if findings.checker.version == LanguageVersion::V2_0
        && owner.is_some_and(|owner| owner.defs().any(|def| renamed::is_stix_2_0(def.name(), key)))
    {
        return Place::UNKNOWN;
    }
    let (name, names) = describe();
    let finding = Finding::new(Rule::UnknownProperty, step.span(), format!("{name} has no property `{key}`"));
    if let Some(known) =
        owner.and_then(|owner| owner.defs().find_map(|def| renamed::property(def.name(), key)))
    {
        let edit = known.path().map(|path| Edit::replace(step.span().range(), path));
        findings.push(finding.help(known.help()).edit(edit));
        return Place::UNKNOWN;
    }
    findings.push(match nearest(key, names.iter().copied()) {
        Some((meant, certain)) => {
            let edit = certain.then(|| Edit::replace(step.span().range(), step_text(meant)));
            finding.help(format!("did you mean `{meant}`?")).edit(edit)
        }
        None => finding.help(format!("its properties are {}", listed(&names))),
    });
    Place::UNKNOWN
}

/// The first names, enough to see what there is.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let mut text: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        text.push("…".to_owned());
    }
    text.join(", ")
}

fn custom(what: &str, name: &str, span: Span, findings: &mut Findings<'_>) {
    if findings.checker.custom_names == CustomNames::Flagged {
        let message = format!("`{name}` is a custom {what}");
        let help = "only data that was made with it in mind matches";
        findings.push(Finding::new(Rule::CustomName, span, message).help(help));
    }
}

fn property_form(name: &str, span: Span, findings: &mut Findings<'_>) {
    let is_form = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    if !(1..=250).contains(&name.len()) || !name.bytes().all(is_form) {
        let message = format!("{} cannot name a property", crate::error::quote(name));
        let help = "a property has 1 to 250 lower-case letters, digits and underscores";
        findings.push(Finding::new(Rule::NameForm, span, message).help(help));
    }
}

/// Whether the specification lets an object type have this name.
fn is_type_form(name: &str) -> bool {
    let is_form = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    (3..=250).contains(&name.len()) && name.bytes().all(is_form)
}

fn is_custom(name: &str) -> bool {
    ["x-", "x_", "extension-definition--"].iter().any(|prefix| name.starts_with(prefix))
}

fn is_scalar(kind: &Kind) -> bool {
    use Kind::{Binary, Boolean, Float, Hex, Identifier, Integer, IntegerOrString, String, Timestamp};
    matches!(
        kind,
        Binary
            | Boolean
            | Float { .. }
            | Hex
            | Identifier
            | Integer { .. }
            | IntegerOrString
            | String
            | Timestamp
    )
}

/// A key as a path has it, with quotes if it needs them.
pub(super) fn step_text(key: &str) -> String {
    if lexer::is_property_name(key) { key.to_owned() } else { format!("'{key}'") }
}

/// Returns the object type that other tools, and people, call so, and whether it is certain that they do.
fn alias(name: &str) -> Option<(&'static str, bool)> {
    Some(match name {
        "ipv4" => ("ipv4-addr", true),
        "ip" | "ip-addr" | "ip-address" | "address" => ("ipv4-addr", false),
        "ipv6" => ("ipv6-addr", true),
        "domain" | "fqdn" => ("domain-name", true),
        "hostname" | "host" => ("domain-name", false),
        "email" | "email-address" => ("email-addr", true),
        "mac" | "mac-address" => ("mac-addr", true),
        "uri" => ("url", true),
        "link" => ("url", false),
        "hash" | "filename" | "file-hash" | "file-name" => ("file", false),
        // The specification itself once had the first in its examples.
        "win-registry-key" | "registry-key" | "regkey" | "windows-registry" => ("windows-registry-key", true),
        "registry" => ("windows-registry-key", false),
        "user" | "account" | "username" => ("user-account", false),
        "certificate" | "x509" | "x509-cert" => ("x509-certificate", true),
        "as" | "asn" => ("autonomous-system", true),
        "network" | "traffic" | "connection" | "network-connection" => ("network-traffic", false),
        _ => return None,
    })
}
