//! Indicators (STIX 2.1 section 4.7).

use stix_derive::StixObject;

use crate::{
    KillChainPhase, SdoCommon, Timestamp,
    validate::{Check, Members, Rule},
};

/// A pattern that can be used to detect suspicious or malicious activity.
///
/// The constructors take a pattern in the STIX pattern language; set `pattern_type` for another.
///
/// ```
/// use stix_core::{Confidence, SdoBuilder, Timestamp, sdo::Indicator};
///
/// let from: Timestamp = "2024-01-15T10:00:00Z".parse()?;
/// let indicator = Indicator::new("[ipv4-addr:value = '192.0.2.1']", &from)
///     .with_name("C2 server")
///     .with_indicator_types(["malicious-activity"])
///     .with_confidence(Confidence::HIGH)
///     .validated()?;
/// assert_eq!(indicator.pattern_type, "stix");
///
/// let report = Indicator::new("[mutex:name = 'a']", &from).with_valid_until(from).validated().unwrap_err();
/// assert!(report.errors().any(|problem| problem.message() == "`valid_until` is not after `valid_from`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(type = "indicator", class = Sdo, section = "4.7", after(valid_until, valid_from), check = check)]
#[non_exhaustive]
pub struct Indicator {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the indicator.
    pub name: Option<String>,
    /// What is to be known about it.
    pub description: Option<String>,
    /// What kind of activity it points to.
    #[stix(vocabulary(INDICATOR_TYPE_OV))]
    pub indicator_types: Option<Vec<String>>,
    /// The detection pattern.
    pub pattern: String,
    /// The language of the pattern.
    #[stix(vocabulary(PATTERN_TYPE_OV), default = "stix".to_owned())]
    pub pattern_type: String,
    /// The version of that language.
    pub pattern_version: Option<String>,
    /// From when on the indicator is valid.
    pub valid_from: Timestamp,
    /// From when on it is no longer valid.
    pub valid_until: Option<Timestamp>,
    /// The phases of kill chains that it corresponds to.
    pub kill_chain_phases: Option<Vec<KillChainPhase>>,
}

fn check<'c>(indicator: &'c Members<'c>, check: &mut Check<'c>) {
    for name in ["name", "description"] {
        if !indicator.has(name) {
            let message = format_args!("an indicator should have a `{name}`");
            check.problem(Rule::IndicatorDescription, message);
        }
    }
}
