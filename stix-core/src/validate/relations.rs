//! Relationships beside the objects that they join (STIX 2.1 section 4.11).

use super::check::Check;
use super::index::{Index, Placed};
use super::rule::Rule;
use super::tree::Json;
use super::whole::Found;

/// The rules that look at both ends of a relationship.
pub(super) const RULES: [Rule; 1] = [Rule::RelationshipEnds];

/// Checks all relationships whose ends are in the same text.
pub(super) fn check<'c>(index: &Index<'c>, check: &mut Check<'c>, found: &mut Found<'_, 'c>) {
    for object in index.iter().filter(|object| object.id.starts_with("relationship--")) {
        if object.members.text("relationship_type") == Some("variant-of") {
            object.look(check, |check| variant(object, index, check));
            found(object.document, check);
        }
    }
}

/// A family of malware is no variant of a single instance.
fn variant<'c>(relationship: &Placed<'c>, index: &Index<'c>, check: &mut Check<'c>) {
    let end = |name| {
        let id = relationship.members.text(name).filter(|id| id.starts_with("malware--"))?;
        let is_family = index.versions(id).last()?.members.get("is_family").and_then(Json::as_bool)?;
        Some((id, is_family))
    };
    if let (Some((family, true)), Some((instance, false))) = (end("source_ref"), end("target_ref")) {
        let message = format!("`{family}` is a family, and cannot be a variant of the instance `{instance}`");
        let help = "relate the instance to the family, or use `related-to`";
        check.member("relationship_type", |check| {
            check.problem_with_help(Rule::RelationshipEnds, message, help);
        });
    }
}
