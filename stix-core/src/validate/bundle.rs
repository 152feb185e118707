//! What a bundle has, and what it has not (STIX 2.1 chapter 8).

use super::check::Check;
use super::rule::Rule;

/// Reports a property that a bundle does not have.
pub(super) fn property(name: &str, check: &mut Check<'_>) {
    if name == "spec_version" {
        let message = "a bundle has no `spec_version` in STIX 2.1";
        check.problem_with_repair(
            Rule::BundleSpecVersion,
            message,
            "remove it: each object says its own version",
        );
    } else {
        let message = format_args!("a bundle has no `{name}`");
        check.problem_with_repair(Rule::BundleProperty, message, "remove it, or put it on the objects");
    }
}

/// Reports a bundle in a bundle.
pub(super) fn nested(check: &mut Check<'_>) {
    let message = "a bundle must not be inside a bundle";
    check.problem_with_repair(Rule::NestedBundle, message, "put its objects in its place");
}
