//! User text in a message.

/// The most characters of user text that a message repeats.
const LONGEST: usize = 48;

/// The text in backticks, shortened if it is long, on one line and without control characters.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::from("`");
    for character in text.chars().take(LONGEST) {
        if character.is_control() || matches!(character, '\u{feff}' | '\u{2028}' | '\u{2029}') {
            quoted.extend(character.escape_default());
        } else {
            quoted.push(character);
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        quoted.push('…');
    }
    quoted.push('`');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_text_stays_short_and_on_one_line() {
        assert_eq!(quote("a\nb"), "`a\\nb`");
        assert_eq!(quote("\u{feff}"), "`\\u{feff}`");
        assert_eq!(quote(&"é".repeat(48)), format!("`{}`", "é".repeat(48)));
        assert_eq!(quote(&"é".repeat(49)), format!("`{}…`", "é".repeat(48)));
    }
}
