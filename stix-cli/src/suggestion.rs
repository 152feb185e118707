//! What somebody who mistyped a name may have meant.

use stix_core::validate::{Group, Rule};

/// The help that names the closest of the candidates, if one is close enough to be meant.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let name = name.to_ascii_lowercase().replace(['_', ' '], "-");
    let distances =
        candidates.into_iter().map(|candidate| (strsim::damerau_levenshtein(&name, candidate), candidate));
    let (distance, closest) = distances.min()?;
    // A third of the letters may be wrong, but not all of a short name.
    (distance <= closest.len().div_ceil(3)).then(|| format!("did you mean `{closest}`?"))
}

/// The help for somebody who named no rule and no group of rules.
pub(crate) fn of_rule(name: &str) -> String {
    let rules = Rule::ALL.iter().map(|rule| rule.code());
    let meant = did_you_mean(name, rules.chain(Group::ALL.iter().map(|group| group.code())));
    meant.unwrap_or_else(|| "`stix explain` lists them".to_owned())
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn only_what_is_close_is_suggested() {
        let names = ["json", "no-null", "timestamp", "timestamp-precision"];
        let suggested = |name| did_you_mean(name, names);
        assert_eq!(suggested("timestmap").as_deref(), Some("did you mean `timestamp`?"));
        assert_eq!(suggested("Timestamp_Precision").as_deref(), Some("did you mean `timestamp-precision`?"));
        assert_eq!(suggested("nonull").as_deref(), Some("did you mean `no-null`?"));
        assert_eq!(suggested("colour"), None);
        assert_eq!(did_you_mean("x", []), None);
    }
}
