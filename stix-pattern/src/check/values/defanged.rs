//! Addresses, names and URLs that were made harmless to click on: `hxxp://example[.]com`.

/// What stands for each mark. The longer come before what they contain.
const MARKS: [(&str, &str); 17] = [
    ("[://]", "://"),
    ("[:]//", "://"),
    ("[.]", "."),
    ("(.)", "."),
    ("{.}", "."),
    ("[dot]", "."),
    ("(dot)", "."),
    ("{dot}", "."),
    ("[:]", ":"),
    ("[/]", "/"),
    ("[@]", "@"),
    ("(@)", "@"),
    ("[at]", "@"),
    ("(at)", "@"),
    ("{at}", "@"),
    ("\\.", "."),
    ("[.", "."),
];

/// The text as it was before, if it was defanged.
pub(super) fn refanged(value: &str) -> Option<String> {
    let bytes = value.as_bytes();
    let is_hxxp = matches!(bytes, [b'h' | b'H', b'x' | b'X', b'x' | b'X', ..])
        || matches!(bytes, [b'm' | b'M', b'e' | b'E', b'o' | b'O', b'w' | b'W', b':', ..])
        || matches!(bytes, [b'f' | b'F', b'x' | b'X', b'p' | b'P', ..]);
    // All bytes are looked at, which is faster than to stop at the first mark: hardly ever is there one.
    let has_mark = bytes.iter().fold(false, |has, byte| has | matches!(byte, b'[' | b'(' | b'{' | b'\\'));
    if !is_hxxp && !has_mark {
        return None;
    }
    let mut text = value.to_owned();
    for (mark, plain) in MARKS {
        text = replaced(&text, mark, plain);
    }
    let scheme = text.find(':').filter(|end| text.get(*end..).is_some_and(|rest| rest.starts_with("://")));
    if let Some(end) = scheme {
        let meant = match text.get(..end).unwrap_or_default().to_ascii_lowercase().as_str() {
            "hxxp" | "hxtp" | "htxp" | "meow" => "http",
            "hxxps" | "hxtps" | "htxps" => "https",
            "fxp" => "ftp",
            "fxps" => "ftps",
            _ => return (text != value).then_some(text),
        };
        text.replace_range(..end, meant);
    }
    (text != value).then_some(text)
}

/// Returns the beginning of a text as it was before, if it was defanged: of a pattern with wildcards, such as `hxxp%`.
pub(super) fn refanged_start(value: &str) -> Option<String> {
    if let Some(refanged) = refanged(value) {
        return Some(refanged);
    }
    let start = value.get(..4).filter(|start| start.eq_ignore_ascii_case("hxxp"))?;
    let rest = value.get(start.len()..)?;
    let is_scheme = rest.trim_start_matches(['s', 'S']).starts_with(['%', ':']);
    is_scheme.then(|| format!("http{rest}"))
}

/// Replaces a mark in whatever case.
fn replaced(text: &str, mark: &str, plain: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut replaced = String::with_capacity(text.len());
    let mut copied = 0;
    for (at, _) in lower.match_indices(mark) {
        replaced.push_str(text.get(copied..at).unwrap_or_default());
        replaced.push_str(plain);
        copied = at + mark.len();
    }
    replaced + text.get(copied..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_ways_of_defanging_are_undone() {
        for (defanged, meant) in [
            ("hxxp://example[.]com/a", "http://example.com/a"),
            ("hXXps[:]//www[.]example(.)com", "https://www.example.com"),
            ("192[.]0[.]2[.]1", "192.0.2.1"),
            ("192.0.2[.1", "192.0.2.1"),
            ("example[DOT]com", "example.com"),
            ("a[at]example[.]com", "a@example.com"),
            ("2001:db8[:]:1", "2001:db8::1"),
            ("fxp://example.com", "ftp://example.com"),
        ] {
            assert_eq!(refanged(defanged).as_deref(), Some(meant));
        }
        for plain in
            ["http://example.com/[a]", "http://[2001:db8::1]/", "example.com", "hxx.example", "fxpro.example"]
        {
            assert_eq!(refanged(plain), None, "{plain}");
        }
    }
}
