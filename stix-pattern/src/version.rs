//! Patterns of STIX 2.0, as the `pattern_version` of an indicator names them (STIX 2.1, section 4.7).
//!
//! STIX 2.0 writes `START` and `STOP` with plain strings, and some properties had other names. A pattern of STIX 2.0 is
//! read into one of 2.1 that looks for both names, since the data may be of either version.

use crate::ast::{
    ComparisonExpression, ComparisonTest, ObjectPath, ObservationExpression, Predicate, StepKind,
};
use crate::check::stix_2_0_path;
use crate::edit::Edit;
use crate::lexer::{self, Keyword, TokenKind, Tokens};
use crate::{Pattern, SyntaxError, build, parser};

/// A version of the pattern language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LanguageVersion {
    /// STIX 2.0.
    V2_0,
    /// STIX 2.1, and what is not known.
    #[default]
    V2_1,
}

impl LanguageVersion {
    /// Returns the version of an indicator's pattern. Without a `pattern_version` it is that of the indicator, which
    /// has a `pattern_type` since STIX 2.1.
    #[must_use]
    pub fn of_indicator(pattern_version: Option<&str>, pattern_type: Option<&str>) -> Self {
        match (pattern_version, pattern_type) {
            (Some("2.0"), _) | (None, None) => Self::V2_0,
            _ => Self::V2_1,
        }
    }

    /// Returns the change that leads to the grammar of STIX 2.1, if one is needed.
    pub(crate) fn translation(self, source: &str) -> Option<Edit> {
        if self == Self::V2_1 {
            return None;
        }
        let mut tokens = Tokens::new();
        lexer::tokenize(source, &mut tokens);
        let bounds = tokens.windows(2).filter_map(|pair| {
            let [keyword, text] = pair else { return None };
            let is_bound = matches!(keyword.kind, TokenKind::Keyword(Keyword::Start | Keyword::Stop));
            (is_bound && text.kind == TokenKind::String).then(|| Edit::insert(text.span.start(), "t"))
        });
        bounds.reduce(Edit::and)
    }
}

impl Pattern {
    /// Parses a pattern of this version. One of STIX 2.0 becomes one of 2.1 that matches data of both.
    ///
    /// ```
    /// use stix_pattern::{LanguageVersion, Pattern};
    ///
    /// let text = "[process:name = 'x'] START '2020-01-01T00:00:00Z' STOP '2021-01-01T00:00:00Z'";
    /// assert!(Pattern::parse_version(text, LanguageVersion::V2_1).is_err());
    /// let pattern = Pattern::parse_version(text, LanguageVersion::V2_0).unwrap();
    /// let both = "[process:name = 'x' OR process:image_ref.name = 'x'] \
    ///             START t'2020-01-01T00:00:00Z' STOP t'2021-01-01T00:00:00Z'";
    /// assert_eq!(pattern.to_string(), both);
    /// ```
    ///
    /// # Errors
    ///
    /// The mistakes in the text, as [`Pattern::parse_all`] finds them.
    pub fn parse_version(source: &str, version: LanguageVersion) -> Result<Self, Vec<SyntaxError>> {
        if version == LanguageVersion::V2_1 {
            return Self::parse_all(source);
        }
        let translated = version.translation(source).map(|edit| edit.apply(source));
        // Places are those of the text as it was written.
        let Ok(mut pattern) = parser::parse(translated.as_deref().unwrap_or(source)) else {
            return Self::parse_all(source);
        };
        rename(&mut pattern.root);
        Ok(pattern)
    }
}

/// Makes the expression look for the names of STIX 2.1, too.
fn rename(expression: &mut ObservationExpression) {
    match expression {
        ObservationExpression::Bracket(bracket) => rename_tests(&mut bracket.comparison),
        ObservationExpression::And(chain)
        | ObservationExpression::Or(chain)
        | ObservationExpression::FollowedBy(chain) => chain.operands_mut().iter_mut().for_each(rename),
        ObservationExpression::Qualified(qualified) => rename(qualified.expression_mut()),
    }
}

fn rename_tests(expression: &mut ComparisonExpression) {
    match expression {
        ComparisonExpression::And(chain) | ComparisonExpression::Or(chain) => {
            chain.operands_mut().iter_mut().for_each(rename_tests);
        }
        ComparisonExpression::Test(test) => {
            let Some(path) = renamed(test.path()) else { return };
            let span = test.span();
            let other = ComparisonExpression::from(ComparisonTest { path, ..test.clone() });
            let is_missing = test.is_negated() && *test.predicate() == Predicate::Exists;
            let test = ComparisonExpression::from(test.clone());
            *expression = if is_missing { test.and(other) } else { test.or(other) };
            expression.locate(span);
        }
    }
}

/// Returns the path in STIX 2.1, if its first property was renamed.
fn renamed(path: &ObjectPath) -> Option<ObjectPath> {
    let mut steps = path.steps();
    let StepKind::Key(first) = steps.next()?.kind() else { return None };
    let meant = stix_2_0_path(path.object_type(), first)?;
    let meant = parser::object_path(&format!("{}:{meant}", path.object_type()))?;
    let mut kinds: Vec<StepKind> = meant.steps().map(|step| step.kind().clone()).collect();
    kinds.extend(steps.map(|step| step.kind().clone()));
    build::object_path(path.object_type(), kinds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_stix_2_0_are_looked_for_with_those_of_2_1() {
        for (text, expected) in [
            (
                "[process:binary_ref.name = 'x']",
                "[process:binary_ref.name = 'x' OR process:image_ref.name = 'x']",
            ),
            ("[NOT EXISTS file:created]", "[NOT EXISTS file:created AND NOT EXISTS file:ctime]"),
            (
                "[process:name = 'x' AND process:pid = 7]",
                "[(process:name = 'x' OR process:image_ref.name = 'x') AND process:pid = 7]",
            ),
            ("[file:name = 'START ']", "[file:name = 'START ']"),
        ] {
            let pattern = Pattern::parse_version(text, LanguageVersion::V2_0).unwrap();
            assert_eq!(pattern.to_string(), expected, "{text}");
            assert_eq!(Pattern::parse(expected).unwrap(), pattern, "{text}");
        }
    }

    #[test]
    fn versions_are_told_by_the_indicator() {
        use LanguageVersion::{V2_0, V2_1};
        for (version, language, expected) in [
            (Some("2.0"), Some("stix"), V2_0),
            (Some("2.1"), Some("stix"), V2_1),
            (None, Some("stix"), V2_1),
            (None, None, V2_0),
            (Some("3.0"), None, V2_1),
        ] {
            assert_eq!(
                LanguageVersion::of_indicator(version, language),
                expected,
                "{version:?} {language:?}"
            );
        }
    }

    #[test]
    fn mistakes_are_placed_in_the_text_as_written() {
        let text = "[file:name = 'x'] START '2020-01-01T00:00:00Z' STOP 'soon' AND";
        let errors = Pattern::parse_version(text, LanguageVersion::V2_0).unwrap_err();
        assert!(errors.iter().all(|error| error.span().text(text).is_some()));
    }
}
