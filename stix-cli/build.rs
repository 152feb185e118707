//! Puts the examples of `fixtures/rules` into the program, for `stix explain`.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let folder = fs::canonicalize("../fixtures/rules")?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut rules: Vec<_> = fs::read_dir(&folder)?.collect::<Result<_, _>>()?;
    rules.sort_by_key(fs::DirEntry::file_name);
    let mut code = "&[\n".to_owned();
    for rule in rules {
        let name = rule.file_name();
        let files = ["bad.json", "bad.jsonl", "expected.txt", "settings.json", "good.json", "good.jsonl"];
        let present: Vec<_> =
            files.map(|file| rule.path().join(file)).into_iter().filter(|path| path.exists()).collect();
        if !present.is_empty() {
            let files: String = present.iter().map(|path| embedded(path)).collect();
            let _ = writeln!(code, "    ({:?}, &[{files}]),", name.to_string_lossy());
        }
    }
    let target = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(Path::new(&target).join("examples.rs"), code + "]\n")
}

/// The name of a file and the code that includes it.
fn embedded(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    format!("({name:?}, include_str!({path:?})), ")
}
