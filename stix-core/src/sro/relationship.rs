//! Relationships (STIX 2.1 section 5.1).

use stix_derive::StixObject;

use crate::{
    Identifier, SdoCommon, Timestamp, object,
    relationships::{COMMON_RELATIONSHIPS, is_named},
    schema::Class,
    validate::{Check, Members, Rule},
};

/// How one object relates to another.
///
/// ```
/// use stix_core::{Timestamp, sdo::{Indicator, Malware}, sro::Relationship};
///
/// let malware = Malware::new(false);
/// let indicator = Indicator::new("[mutex:name = 'a']", "2024-01-15T10:00:00Z".parse::<Timestamp>()?);
/// let relationship = Relationship::new(&indicator.common.id, "indicates", &malware.common.id).validated()?;
/// assert_eq!(relationship.source_ref, indicator.common.id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "relationship", class = Sro, section = "5.1",
    new(source_ref, relationship_type, target_ref),
    after(stop_time, start_time),
    check = check,
)]
#[non_exhaustive]
pub struct Relationship {
    /// The properties that every SRO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the relation, such as `indicates`.
    pub relationship_type: String,
    /// What is to be known about it.
    pub description: Option<String>,
    /// The object that the relation starts from.
    #[stix(refs(Sdo, Sco))]
    pub source_ref: Identifier,
    /// The object that it leads to.
    #[stix(refs(Sdo, Sco))]
    pub target_ref: Identifier,
    /// Since when the relation has held.
    pub start_time: Option<Timestamp>,
    /// Until when the relation held.
    pub stop_time: Option<Timestamp>,
}

fn check<'c>(relationship: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(name) = relationship.text("relationship_type") else { return };
    if name.is_empty() || !name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) {
        let message = format_args!("`{name}` cannot name a relation");
        let help = "use a-z, 0-9 and hyphens, such as `attributed-to`";
        let report = |check: &mut Check<'c>| check.problem_with_help(Rule::RelationshipType, message, help);
        return check.member("relationship_type", report);
    }
    let end = |name| Some(relationship.text(name)?.split_once("--")?.0);
    let (Some(source), Some(target)) = (end("source_ref"), end("target_ref")) else { return };
    let same_type = COMMON_RELATIONSHIPS.iter().any(|(common, same)| *common == name && *same);
    if same_type && source != target {
        let message =
            format_args!("`{name}` leads from `{source}` to `{target}`, but both must be of one type");
        check.problem_with_help(Rule::RelationshipEnds, message, "use `related-to` between different types");
    } else if !same_type && !is_named(source, name, target) && is_known(source) && is_known(target) {
        let message = format_args!("`{source}` `{name}` `{target}` is no relation of the specification");
        // The other way round is the mistake that is made most.
        match is_named(target, name, source) {
            true => {
                let help = format_args!("write it from `{target}` to `{source}`");
                check.problem_with_help(Rule::NamedRelationship, message, help);
            }
            false => check.problem(Rule::NamedRelationship, message),
        }
    }
}

/// Whether the specification could name a relation of this type of object.
fn is_known(object_type: &str) -> bool {
    object::def(object_type).is_some_and(|def| matches!(def.class, Class::Sdo | Class::Sco))
}
