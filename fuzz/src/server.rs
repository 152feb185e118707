//! What the server reads from outside: records of feeds, parameters of URLs, cursors, credentials, and patterns that become
//! values of a block list. Whatever the bytes are, reading ends in a value or an error that keeps its promises.

use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use stix_core::Timestamp;
use stix_pattern::Pattern;
use taxii_server::api::filter::{self, MatchField};
use taxii_server::auth::address::client;
use taxii_server::auth::certificate::identity;
use taxii_server::auth::credential::Credential;
use taxii_server::config::Config;
use taxii_server::feed::Reader;
use taxii_server::ingest::{Arrival, Form};
use taxii_server::storage::{Cursor, DateAdded};

/// Reads a record of a feed, as a row of the list and as objects of STIX: nothing is passed over in silence, and what
/// cannot be used is kept as it came.
pub fn feed_records(bytes: &[u8]) {
    let latest: Timestamp = "2026-12-01T00:00:00Z".parse().expect("a timestamp");
    let reader = Reader::new("fuzz").with_sector(Some("energy"));
    let row = reader.read(Form::Row, bytes, &latest);
    assert!(!row.is_empty(), "a row is used, put right or refused");
    for arrival in &row {
        if let Arrival::Quarantined(record) = arrival {
            assert_eq!(record.record, bytes, "a row is kept as it came");
            assert!(!record.reason.is_empty() && !record.cause.is_empty());
        }
    }
    assert_eq!(format!("{row:?}"), format!("{:?}", reader.read(Form::Row, bytes, &latest)), "reading is a function");
    let objects = reader.read(Form::Object, bytes, &latest);
    assert!(objects.len() <= 64 + bytes.len() * 2, "{} arrivals of {} bytes", objects.len(), bytes.len());
    if serde_json::from_slice::<serde_json::Value>(bytes).is_err() {
        let kept = |arrival: &Arrival| matches!(arrival, Arrival::Quarantined(_));
        let is_blank = bytes.trim_ascii().is_empty();
        // Several texts one after the other are no JSON value, and can all be used.
        assert!(is_blank || !objects.is_empty() || bytes.contains(&b'['), "{:?}", objects.iter().any(kept));
    }
}

/// Reads the query string of a page: a query within the bounds of the settings, or an error.
pub fn taxii_filters(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let config = Config::default();
    let read = || filter::parse(text, &MatchField::ALL, &config);
    let Ok(query) = read() else { return };
    assert!((1..=config.max_page.get()).contains(&query.limit));
    assert_eq!(query.max_bytes, config.max_page_bytes);
    for values in [&query.ids, &query.types, &query.spec_versions].into_iter().flatten() {
        assert!((1..=1000).contains(&values.len()));
        assert!(values.is_sorted() && values.windows(2).all(|pair| pair[0] != pair[1]), "{values:?}");
        assert!(values.iter().flat_map(|value| value.bytes()).all(|byte| byte.is_ascii_graphic()), "{values:?}");
    }
    assert_eq!(read().expect("it was read before"), query);
}

/// Reads a cursor: it is written back as it was, so that no two texts stand for one place.
pub fn cursors(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string(), text);
        assert!(cursor.0 >= DateAdded::from_millis(0));
    }
}

/// Reads what may be shown to log in. No identity of a certificate is a credential, and no name holds a colon.
pub fn credentials(bytes: &[u8]) {
    match Credential::parse(bytes) {
        Some(Credential::Basic { name, password }) => {
            assert!(!name.contains(':'));
            let again = format!("basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")));
            let again = Credential::parse(again.as_bytes());
            assert!(again == Some(Credential::Basic { name, password }));
        }
        Some(Credential::Token(token)) => assert_eq!(token.trim(), token),
        None => {}
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(identity) = identity(text) {
        assert_eq!(taxii_server::auth::certificate::identity(&identity).as_ref(), Some(&identity));
        let spaced = identity.contains(' ');
        assert!(spaced || Credential::parse(identity.as_bytes()).is_none(), "{identity}");
    }
    let peer: IpAddr = "10.0.0.1".parse().expect("an address");
    assert_eq!(client(peer, [text], &[]), peer, "nobody is believed who is not trusted");
    let trusted = ["10.0.0.0/8".parse().expect("a network")];
    let found = client(peer, [text], &trusted);
    assert_eq!(found, found.to_canonical());
}

/// Takes the values of a block list from a pattern: each is one line that a firewall reads as one value.
pub fn block_lists(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(pattern) = Pattern::parse(text) else { return };
    for (ioc, value) in taxii_server::outlet::entries(&pattern) {
        let kind = ioc.name();
        assert!(!value.is_empty() && value.len() <= 2048, "{kind}: {value}");
        assert!(value.bytes().all(|byte| byte.is_ascii_graphic()), "{kind}: {value}");
        assert!(!value.starts_with(['#', ';', '!', '/']), "{kind}: {value} begins like a comment");
        assert!(!matches!(kind, "ipv4" | "ipv6") || !value.ends_with("/0"), "{value} is every address");
    }
}
