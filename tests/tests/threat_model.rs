//! Each test that the threat model names is there.

use conformance::workspace;

#[test]
fn named_tests_exist() {
    let text = std::fs::read_to_string(workspace().join("docs/threat-model.md")).unwrap();
    let named: Vec<_> = text.split('`').filter_map(|part| part.split_once(".rs::")).collect();
    assert!(named.len() > 20, "{} tests are named", named.len());
    for (file, test) in named {
        let path = workspace().join(format!("{file}.rs"));
        let source =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(source.contains(&format!("fn {test}(")), "`{file}.rs` has no test `{test}`");
    }
}
