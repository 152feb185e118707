//! Properties that STIX 2.0 had, or that other tools and people write, and the properties of STIX 2.1 that are meant.

/// The property that is meant by a name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Renamed {
    meaning: Meaning,
    is_stix_2_0: bool,
}

#[derive(Clone, Copy, Debug)]
enum Meaning {
    /// This path, for certain.
    Path(&'static str),
    /// Something else, as this help says.
    Help(&'static str),
}

impl Renamed {
    /// Returns the path to write instead, if it means the same for certain.
    pub(super) fn path(self) -> Option<&'static str> {
        match self.meaning {
            Meaning::Path(path) => Some(path),
            Meaning::Help(_) => None,
        }
    }

    /// Returns how to write it in STIX 2.1.
    pub(super) fn help(self) -> String {
        match self.meaning {
            Meaning::Path(path) if self.is_stix_2_0 => {
                format!("the property is from STIX 2.0; write `{path}`")
            }
            Meaning::Path(path) => format!("did you mean `{path}`?"),
            Meaning::Help(help) if self.is_stix_2_0 => format!("the property is from STIX 2.0; {help}"),
            Meaning::Help(help) => help.to_owned(),
        }
    }
}

/// Returns the property that is meant by a name that the object type does not have.
pub(super) fn property(object_type: &str, name: &str) -> Option<Renamed> {
    let meaning = stix_2_0(object_type, name);
    let is_stix_2_0 = meaning.is_some();
    let meaning = meaning.or_else(|| alias(object_type, &name.to_ascii_lowercase()))?;
    Some(Renamed { meaning, is_stix_2_0 })
}

/// Returns the path in STIX 2.1 of a property of STIX 2.0, if it means the same.
pub(crate) fn stix_2_0_path(object_type: &str, name: &str) -> Option<&'static str> {
    match stix_2_0(object_type, name)? {
        Meaning::Path(path) => Some(path),
        Meaning::Help(_) => None,
    }
}

/// Returns whether the object type had the property in STIX 2.0.
pub(super) fn is_stix_2_0(object_type: &str, name: &str) -> bool {
    stix_2_0(object_type, name).is_some()
}

/// Returns the name in STIX 2.1 of a property of STIX 2.0.
fn stix_2_0(object_type: &str, name: &str) -> Option<Meaning> {
    use Meaning::{Help, Path};
    Some(match (object_type, name) {
        ("process", "name") => Path("image_ref.name"),
        ("process", "binary_ref") => Path("image_ref"),
        ("process", "created") => Path("created_time"),
        // It was a list of words, which are no whole command line.
        ("process", "arguments") => Help("write `command_line` with `LIKE` or `MATCHES`"),
        ("file" | "directory", "created") => Path("ctime"),
        ("file" | "directory", "modified") => Path("mtime"),
        ("file" | "directory", "accessed") => Path("atime"),
        ("file", "is_encrypted" | "encryption_algorithm" | "decryption_key") => {
            Help("remove the test: STIX 2.1 has this for artifacts and archives only")
        }
        ("windows-registry-key", "modified") => Path("modified_time"),
        ("user-account", "password_last_changed") => Path("credential_last_changed"),
        _ => return None,
    })
}

/// Returns the property that people mean by a name in lower case.
fn alias(object_type: &str, name: &str) -> Option<Meaning> {
    use Meaning::{Help, Path};
    if matches!(object_type, "file" | "artifact" | "x509-certificate")
        && let Some(path) = hash(name)
    {
        return Some(Path(path));
    }
    Some(match (object_type, name) {
        ("file", "path" | "file_path" | "filepath" | "full_path" | "fullpath") => {
            Help("write the folder as `parent_directory_ref.path` and the name as `name`, joined by `AND`")
        }
        ("file", "filename" | "file_name") => Path("name"),
        ("file", "filesize" | "file_size") => Path("size"),
        ("file", "mime" | "mimetype" | "content_type") => Path("mime_type"),
        ("ipv4-addr" | "ipv6-addr", "ip" | "address" | "addr" | "name" | "ip_address") => Path("value"),
        ("mac-addr", "mac" | "address" | "addr" | "name") => Path("value"),
        ("domain-name", "domain" | "name" | "fqdn" | "domain_name") => Path("value"),
        ("url", "url" | "uri" | "name") => Path("value"),
        ("email-addr", "email" | "address" | "name") => Path("value"),
        ("process", "cmd" | "cmdline" | "commandline" | "command") => Path("command_line"),
        ("process", "process_name" | "image_name") => Path("image_ref.name"),
        ("process", "process_id" | "id_process") => Path("pid"),
        ("process", "image" | "path" | "executable" | "binary") => {
            Help("write `image_ref.name`, and the folder as `image_ref.parent_directory_ref.path`")
        }
        ("network-traffic", "src_ip" | "source_ip" | "src_addr") => Path("src_ref.value"),
        ("network-traffic", "dst_ip" | "dest_ip" | "destination_ip" | "dst_addr") => Path("dst_ref.value"),
        ("network-traffic", "source_port" | "sport") => Path("src_port"),
        ("network-traffic", "dest_port" | "destination_port" | "dport") => Path("dst_port"),
        ("network-traffic", "protocol") => Path("protocols[*]"),
        ("windows-registry-key", "name" | "path" | "hive") => Help("write the whole key as `key`"),
        ("windows-registry-key", "value") => Help("write `values[*].data`, or `values[*].name`"),
        ("windows-registry-key", "data") => Path("values[*].data"),
        ("user-account", "username" | "user_name" | "user" | "name" | "login") => {
            Help("write `account_login`, or `display_name` or `user_id`")
        }
        ("mutex", "value") => Path("name"),
        ("autonomous-system", "asn" | "value") => Path("number"),
        ("email-message", "from" | "sender") => Path("from_ref.value"),
        ("email-message", "to") => Path("to_refs[*].value"),
        ("email-message", "title") => Path("subject"),
        _ => return None,
    })
}

/// Returns the path to the hash of a file that is named after its algorithm.
fn hash(name: &str) -> Option<&'static str> {
    Some(match name.replace(['-', '_'], "").as_str() {
        "hash" => "hashes",
        "md5" | "md5hash" => "hashes.MD5",
        "sha1" | "sha1hash" => "hashes.'SHA-1'",
        "sha256" | "sha256hash" => "hashes.'SHA-256'",
        "sha512" | "sha512hash" => "hashes.'SHA-512'",
        "ssdeep" => "hashes.SSDEEP",
        "tlsh" => "hashes.TLSH",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::check::Checker;

    use super::*;

    #[test]
    fn meant_paths_are_paths_of_the_model() {
        let types = [
            "process",
            "file",
            "directory",
            "windows-registry-key",
            "user-account",
            "artifact",
            "url",
            "x509-certificate",
            "ipv4-addr",
            "ipv6-addr",
            "mac-addr",
            "domain-name",
            "email-addr",
            "mutex",
            "network-traffic",
            "autonomous-system",
            "email-message",
        ];
        let names = [
            "name",
            "binary_ref",
            "created",
            "modified",
            "accessed",
            "password_last_changed",
            "md5",
            "sha1",
            "sha-256",
            "sha512",
            "ssdeep",
            "tlsh",
            "filename",
            "filesize",
            "mime",
            "address",
            "domain",
            "uri",
            "cmd",
            "process_name",
            "process_id",
            "src_ip",
            "dst_ip",
            "sport",
            "dport",
            "protocol",
            "data",
            "value",
            "asn",
            "from",
            "to",
            "title",
        ];
        let mut found = 0;
        for object_type in types {
            let def = stix_core::object::def(object_type).expect(object_type);
            let missing = names.iter().filter(|name| def.property(name).is_none());
            for path in missing.filter_map(|name| property(object_type, name)?.path()) {
                let pattern = format!("[EXISTS {object_type}:{path}]");
                let report = Checker::default().check(&pattern);
                assert!(report.problems().is_empty(), "{pattern}: {:?}", report.problems());
                found += 1;
            }
        }
        assert!(found > 40, "{found}");
    }
}
