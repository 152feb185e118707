//! Names that IANA registers, and that properties of chapter 6 take their values from.
//!
//! Each file beside this one is a registry: a line an entry, sorted by the name in lower case. Where the name has
//! capitals, or is an alias, the registered or preferred spelling follows after a space. What was registered after
//! the files were made is not in them, which is why all rules that read them but one are warnings; the exception is
//! that of character sets, whose revision of 2013 the specification names.

/// A registry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registry(&'static str);

/// Media types (sections 6.1 and 6.7).
pub(crate) const MEDIA_TYPES: Registry = Registry(include_str!("registries/media-types.txt"));
/// Character sets, with their aliases (sections 6.3 and 6.7).
pub(crate) const CHARACTER_SETS: Registry = Registry(include_str!("registries/character-sets.txt"));
/// Services, transports and protocols inside IP, and what the specification names beside them (section 6.12).
pub(crate) const PROTOCOLS: Registry = Registry(include_str!("registries/protocols.txt"));
/// Elements of IP Flow Information Export (section 6.12).
pub(crate) const IPFIX_ELEMENTS: Registry = Registry(include_str!("registries/ipfix-elements.txt"));
/// Headers of HTTP, and those that are sent without being registered (section 6.12.2).
pub(crate) const HTTP_HEADERS: Registry = Registry(include_str!("registries/http-headers.txt"));

impl Registry {
    /// How the registry spells a name, whatever the case.
    pub(crate) fn spelling(self, name: &str) -> Option<&'static str> {
        let Self(text) = self;
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let before = text.get(..low + (high - low) / 2)?;
            let start = before.rfind('\n').map_or(0, |end| end + 1);
            let line = text.get(start..)?.split('\n').next()?;
            let (key, spelling) = line.split_once(' ').unwrap_or((line, line));
            match key.bytes().cmp(name.bytes().map(|byte| byte.to_ascii_lowercase())) {
                std::cmp::Ordering::Less => low = start + line.len() + 1,
                std::cmp::Ordering::Equal => return Some(spelling),
                std::cmp::Ordering::Greater => high = start,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_found_in_any_case() {
        let sizes = [(MEDIA_TYPES, 2173), (CHARACTER_SETS, 904), (PROTOCOLS, 7323), (IPFIX_ELEMENTS, 471)];
        for (registry, size) in sizes.into_iter().chain([(HTTP_HEADERS, 279)]) {
            assert_eq!(registry.0.lines().count(), size);
            assert!(registry.0.lines().is_sorted_by_key(|line| line.split(' ').next()));
            for line in registry.0.lines() {
                let (key, spelling) = line.split_once(' ').unwrap_or((line, line));
                assert_eq!(key, key.to_ascii_lowercase());
                assert_eq!(registry.spelling(&key.to_ascii_uppercase()), Some(spelling));
            }
            for name in ["", " ", "\n", "zzzz", "A B", "\u{e9}", "application/pdf utf-8"] {
                assert_eq!(registry.spelling(name), None, "{name}");
            }
        }
        assert_eq!(CHARACTER_SETS.spelling("latin1"), Some("ISO-8859-1"));
        assert_eq!(IPFIX_ELEMENTS.spelling("octetDeltaCount"), Some("octetDeltaCount"));
    }
}
