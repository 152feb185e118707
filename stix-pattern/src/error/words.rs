//! What other languages write where the pattern language has something of its own. Help and corrections look it up here.

use super::Expected;
use super::scene::Scene;
use crate::check::entities;
use crate::lexer::{Keyword, TokenKind};

/// What a word of another language stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// This operator.
    Operator(&'static str),
    /// `LIKE`, with these wildcards around the text.
    Wildcards { before: &'static str, behind: &'static str },
    /// Perhaps this operator.
    Unsure(&'static str),
}

/// The words for operators, in upper case; two words are joined by a blank.
const OPERATORS: [(&str, Word); 30] = {
    use Word::{Operator, Unsure, Wildcards};
    const CONTAINS: Word = Wildcards { before: "%", behind: "%" };
    const STARTS: Word = Wildcards { before: "", behind: "%" };
    const ENDS: Word = Wildcards { before: "%", behind: "" };
    [
        ("CONTAINS", CONTAINS),
        ("CONTAIN", CONTAINS),
        ("INCLUDES", CONTAINS),
        ("STARTSWITH", STARTS),
        ("STARTS_WITH", STARTS),
        ("STARTS WITH", STARTS),
        ("BEGINSWITH", STARTS),
        ("BEGINS WITH", STARTS),
        ("ENDSWITH", ENDS),
        ("ENDS_WITH", ENDS),
        ("ENDS WITH", ENDS),
        ("EQUALS", Operator("=")),
        ("EQUAL", Operator("=")),
        ("EQ", Operator("=")),
        ("IS", Operator("=")),
        ("NE", Operator("!=")),
        ("NEQ", Operator("!=")),
        ("GT", Operator(">")),
        ("GE", Operator(">=")),
        ("GTE", Operator(">=")),
        ("LT", Operator("<")),
        ("LE", Operator("<=")),
        ("LTE", Operator("<=")),
        ("REGEX", Operator("MATCHES")),
        ("REGEXP", Operator("MATCHES")),
        ("RLIKE", Operator("MATCHES")),
        ("MATCH", Operator("MATCHES")),
        ("ILIKE", Unsure("LIKE")),
        ("BETWEEN", Unsure(">=")),
        ("HAS", Unsure("LIKE")),
    ]
};

/// Returns the word for an operator that is found, and of how many tokens it is.
pub(super) fn operator(scene: &Scene<'_>) -> Option<(Word, isize)> {
    if !scene.expects(&[Expected::Operator]) || scene.found.kind != TokenKind::Word {
        return None;
    }
    let first = scene.found_text().to_ascii_uppercase();
    let second = scene.text_at(1).to_ascii_uppercase();
    let meant = |words: &str| OPERATORS.iter().find(|(word, _)| *word == words).map(|(_, meaning)| *meaning);
    if first == "IS" && second == "NOT" {
        return Some((Word::Operator("!="), 2));
    }
    let two = meant(&format!("{first} {second}")).map(|word| (word, 2));
    two.or_else(|| meant(&first).map(|word| (word, 1)))
}

/// Returns how many seconds a unit of time has.
pub(super) fn seconds(unit: &str) -> Option<u64> {
    Some(match unit.to_ascii_uppercase().as_str() {
        "S" | "SEC" | "SECS" | "SECOND" | "SECONDS" => 1,
        "M" | "MIN" | "MINS" | "MINUTE" | "MINUTES" => 60,
        "H" | "HR" | "HRS" | "HOUR" | "HOURS" => 60 * 60,
        "D" | "DAY" | "DAYS" => 24 * 60 * 60,
        "WEEK" | "WEEKS" => 7 * 24 * 60 * 60,
        _ => return None,
    })
}

/// A comparison with `NULL`.
pub(super) struct NullTest {
    /// How far away its operator is.
    pub(super) operator: isize,
    /// How far away its last token is.
    pub(super) last: isize,
    /// Whether it asks for a value to be there.
    pub(super) exists: bool,
}

/// Returns whether a word for nothing stands this far away.
pub(super) fn is_null_at(scene: &Scene<'_>, at: isize) -> bool {
    let text = scene.text_at(at).to_ascii_lowercase();
    scene.kind_at(at) == Some(TokenKind::Word) && matches!(text.as_str(), "null" | "none" | "nil")
}

/// `= null`, `!= NULL`, `IS NULL`, `IS NOT NULL`
pub(super) fn null_test(scene: &Scene<'_>) -> Option<NullTest> {
    let is_null = |at| is_null_at(scene, at);
    if scene.expects_constant() && is_null(0) {
        let exists = match scene.kind_at(-1)? {
            TokenKind::Equal => false,
            TokenKind::NotEqual => true,
            _ => return None,
        };
        return Some(NullTest { operator: -1, last: 0, exists });
    }
    let is = scene.expects(&[Expected::Operator]) && scene.found_text().eq_ignore_ascii_case("IS");
    match (is, scene.text_at(1).eq_ignore_ascii_case("NOT")) {
        (true, true) if is_null(2) => Some(NullTest { operator: 0, last: 2, exists: true }),
        (true, false) if is_null(1) => Some(NullTest { operator: 0, last: 1, exists: false }),
        _ => None,
    }
}

/// `FOLLOWED BY`, and of how many tokens it is.
pub(super) fn followed_by(scene: &Scene<'_>) -> Option<isize> {
    if !scene.expects_more() {
        return None;
    }
    let text = scene.found_text().to_ascii_uppercase();
    match text.as_str() {
        "FOLLOWED_BY" | "FOLLOWED-BY" => Some(1),
        "FOLLOWED" if scene.text_at(1).eq_ignore_ascii_case("BY") => Some(2),
        _ => None,
    }
}

/// Constants that are joined as if they were tests.
pub(super) struct ConstantsJoined {
    /// Whether the value is to be none of them.
    pub(super) is_negated: bool,
}

impl ConstantsJoined {
    /// Returns whether the operator at this distance, behind the constants, binds tighter than the one between them
    /// did.
    pub(super) fn mixes(&self, scene: &Scene<'_>, at: isize) -> bool {
        !self.is_negated && scene.kind_at(at) == Some(TokenKind::Keyword(Keyword::And))
    }
}

/// `[a:b = 'x' OR 'y']`, `[a:b != 'x' AND 'y']`, at the second constant.
pub(super) fn constants_joined(scene: &Scene<'_>) -> Option<ConstantsJoined> {
    let is_joined =
        scene.expects(&[Expected::Comparison]) && scene.is_constant_at(0) && scene.is_constant_at(-2);
    let is_negated = match (is_joined, scene.kind_at(-1)?, scene.kind_at(-3)?) {
        (true, TokenKind::Keyword(Keyword::Or), TokenKind::Equal) => false,
        (true, TokenKind::Keyword(Keyword::And), TokenKind::NotEqual) => true,
        _ => return None,
    };
    scene.path_text_before(-3)?;
    let has_not = scene.kind_at(-4) == Some(TokenKind::Keyword(Keyword::Not));
    // Behind `AND`, there is no telling how far the alternatives reach.
    let first = scene.path_start(-4)?;
    let is_first = scene.kind_at(first - 1) != Some(TokenKind::Keyword(Keyword::And));
    (!has_not && is_first).then_some(ConstantsJoined { is_negated })
}

/// `[a:b > 5 AND < 9]`, at the second operator: the path of the first.
pub(super) fn path_of_operator_alone<'a>(scene: &Scene<'a>) -> Option<&'a str> {
    use TokenKind::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let is_operator = |at: isize| {
        matches!(
            scene.kind_at(at),
            Some(Equal | Greater | GreaterOrEqual | Less | LessOrEqual | NotEqual)
                | Some(TokenKind::Keyword(Keyword::Like | Keyword::Matches))
        )
    };
    let joins = matches!(scene.kind_at(-1), Some(TokenKind::Keyword(Keyword::And | Keyword::Or)));
    let is_alone =
        scene.expects(&[Expected::Comparison]) && is_operator(0) && joins && scene.is_constant_at(1);
    (is_alone && scene.is_constant_at(-2) && is_operator(-3)).then(|| scene.path_text_before(-3)).flatten()
}

/// Returns whether a bracket stands within a bracket that is closed behind it.
pub(super) fn is_nested_bracket(scene: &Scene<'_>) -> bool {
    use TokenKind::{LeftBracket, LeftParenthesis};
    let opens = scene.expects(&[Expected::Comparison]) && scene.found.kind == LeftBracket;
    opens && (matches!(scene.kind_at(-1), Some(LeftBracket | LeftParenthesis)) || is_enclosed(scene, 0))
}

/// Returns whether more brackets are closed than opened from this token on.
pub(super) fn is_enclosed(scene: &Scene<'_>, first: isize) -> bool {
    let mut open = 0_i32;
    for at in first.. {
        match scene.kind_at(at) {
            Some(TokenKind::LeftBracket) => open += 1,
            Some(TokenKind::RightBracket) => open -= 1,
            Some(_) => {}
            None => break,
        }
        if open < 0 {
            return true;
        }
    }
    false
}

/// `file:hashes:MD5`, at the second colon.
pub(super) fn is_colon_in_path(scene: &Scene<'_>) -> bool {
    use TokenKind::{HyphenatedWord, String, Word};
    scene.expects(&[Expected::Operator])
        && scene.found.kind == TokenKind::Colon
        && matches!(scene.kind_at(1), Some(HyphenatedWord | String | Word))
}

/// Returns the pattern in `"[a:b = 1]"`, if the text begins so.
pub(super) fn without_quotes_around<'a>(scene: &Scene<'a>) -> Option<&'a str> {
    let text = scene.source.trim();
    let is_start = scene.expects(&[Expected::Pattern, Expected::ClosedString, Expected::ValidEscape])
        && scene.kind_at(-1).is_none();
    let mut characters = text.chars();
    let (first, last) = (characters.next()?, characters.next_back()?);
    let is_pair = matches!(
        (first, last),
        ('"', '"')
            | ('\'', '\'')
            | ('`', '`')
            | ('“', '”' | '“')
            | ('„', '“' | '”')
            | ('‘', '’')
            | ('«', '»')
    );
    let inner = characters.as_str().trim();
    (is_start && is_pair && inner.starts_with(['[', '('])).then_some(inner)
}

/// Returns the whole text without entities of HTML, if one of them stands where the mistake is.
pub(super) fn without_entities(scene: &Scene<'_>) -> Option<String> {
    let rest = scene.source.get(scene.found.span.start()..)?;
    let entity = rest.starts_with('&').then(|| rest.split_inclusive(';').next()).flatten()?;
    entities::without_entities(entity)?;
    entities::without_entities(scene.source)
}

/// `[a:b = 'x';]`, `[a:b = 'x',]`: a mark before the end of a bracket.
pub(super) fn is_stray_in_bracket(scene: &Scene<'_>) -> bool {
    let rest = scene.source.get(scene.found.span.end()..).unwrap_or_default();
    scene.expects(&[Expected::MoreBracket])
        && matches!(scene.found_text(), ";" | ",")
        && rest.trim_start().starts_with(']')
}
