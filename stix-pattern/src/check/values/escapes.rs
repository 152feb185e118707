//! Constants that were escaped once more than the pattern language asks for (STIX 2.1, section 9.2): backslashes that are
//! doubled in the value, and the entities of HTML.

/// Returns the value with single backslashes, if all of those in a path are doubled: `C:\\Users\\Public`. A pair at
/// the beginning is that of a UNC path. In text that is more than a path, the pairs have to follow a drive or a hive.
pub(super) fn single_backslashes(value: &str, is_path: bool) -> Option<String> {
    let rest = value.trim_start_matches('\\');
    let first = value.len() - rest.len();
    let is_doubled = rest.contains("\\\\") && runs(rest).all(|run| run % 2 == 0);
    if !is_doubled || !is_path && !follows_root(rest) {
        return None;
    }
    let first = if first == 4 { 2 } else { first };
    Some("\\".repeat(first) + &rest.replace("\\\\", "\\"))
}

/// Returns how many backslashes there are at each place where there are some.
fn runs(text: &str) -> impl Iterator<Item = usize> {
    text.split(|mark| mark != '\\').map(str::len).filter(|length| *length > 0)
}

/// Returns whether the first backslashes follow a drive or a hive of the registry.
fn follows_root(text: &str) -> bool {
    let before = text.split('\\').next().unwrap_or_default();
    let word = before.rsplit(|mark: char| mark.is_whitespace() || "\"'=(".contains(mark)).next();
    let word = word.unwrap_or_default();
    let is_drive =
        word.len() == 2 && word.ends_with(':') && word.starts_with(|drive: char| drive.is_ascii_alphabetic());
    is_drive || word.starts_with("HKEY_")
}

/// The entities of HTML that tools write for the marks of a text.
const ENTITIES: [(&str, &str); 10] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&#34;", "\""),
    ("&#x22;", "\""),
    ("&#38;", "&"),
    // The last, so that `&amp;lt;` becomes `&lt;`.
    ("&amp;", "&"),
];

/// Returns the text without entities of HTML, if it has some.
pub(crate) fn without_entities(value: &str) -> Option<String> {
    if !value.contains('&') || !ENTITIES.iter().any(|(entity, _)| value.contains(entity)) {
        return None;
    }
    Some(ENTITIES.iter().fold(value.to_owned(), |text, (entity, mark)| text.replace(entity, mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_single_where_all_were_doubled() {
        for (value, is_path, meant) in [
            (r"C:\\Users\\Public", true, Some(r"C:\Users\Public")),
            (r"\\\\server\\share", true, Some(r"\\server\share")),
            (r"\\server\\share", true, Some(r"\\server\share")),
            (r"cmd /c C:\\Temp\\a.exe", false, Some(r"cmd /c C:\Temp\a.exe")),
            (r"\\server\share", true, None),
            (r"C:\Users\\Public", true, None),
            (r"copy \\server\share", false, None),
            (r"a\\b", false, None),
            (r"C:\Users", true, None),
        ] {
            assert_eq!(single_backslashes(value, is_path).as_deref(), meant, "{value}");
        }
    }

    #[test]
    fn entities_become_marks() {
        assert_eq!(
            without_entities("http://a.example/?a=1&amp;b=2").as_deref(),
            Some("http://a.example/?a=1&b=2")
        );
        assert_eq!(without_entities("&quot;a&quot; &amp;lt;").as_deref(), Some("\"a\" &lt;"));
        assert_eq!(without_entities("http://a.example/?a=1&b=2"), None);
    }
}
