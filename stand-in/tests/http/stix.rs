//! `GET /api/v1/iocs/stix` in the seed's shape, and the ids.

use std::collections::HashSet;

use serde_json::{Value, json};
use socdefenders_standin::{Ids, IocType, Settings};

use crate::client::{Api, STIX, column, indicators, keys};

#[tokio::test]
async fn may_be_as_the_specification_wants_it() {
    let api = Api::start(Settings::new().with_iocs(80).with_valid_stix(true)).await;
    let bundle = api.json(STIX).await;
    assert_eq!(keys(&bundle), ["type", "id", "objects"]);
    for object in bundle["objects"].as_array().unwrap() {
        for name in ["created", "modified"] {
            let time = object[name].as_str().unwrap();
            assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
        }
    }
}

#[tokio::test]
async fn has_exactly_the_documented_members() {
    let api = Api::start(Settings::new().with_iocs(80)).await;
    let reply = api.pro(STIX).await;
    assert_eq!(reply.header("content-type"), "application/json");
    let bundle = reply.json();
    assert_eq!(keys(&bundle), ["type", "spec_version", "id", "objects"]);
    assert_eq!((&bundle["type"], &bundle["spec_version"]), (&json!("bundle"), &json!("2.1")));

    let identity = &bundle["objects"][0];
    assert_eq!(keys(identity), ["type", "spec_version", "id", "name"]);
    assert_eq!((&identity["type"], &identity["name"]), (&json!("identity"), &json!("SOC Defenders")));

    assert_eq!(indicators(&bundle).len(), api.upstream.row_count());
    let rows = api.upstream.rows();
    for indicator in indicators(&bundle) {
        let expected = rows.iter().any(|row| {
            *indicator
                == json!({
                    "type": "indicator",
                    "spec_version": "2.1",
                    "id": format!("indicator--{}", row.id),
                    "pattern": row.stix_pattern(),
                    "pattern_type": "stix",
                    "valid_from": row.first_seen.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
                })
        });
        assert!(expected, "{indicator}");
        assert_eq!(keys(indicator), ["type", "spec_version", "id", "pattern", "pattern_type", "valid_from"]);
    }
}

#[tokio::test]
async fn has_a_hundred_indicators_unless_told_and_ten_thousand_at_most() {
    let api = Api::start(Settings::new().with_iocs(10_100)).await;
    assert_eq!(indicators(&api.json(STIX).await).len(), 100);
    assert_eq!(indicators(&api.json("/api/v1/iocs/stix?limit=3").await).len(), 3);
    assert_eq!(indicators(&api.json("/api/v1/iocs/stix?limit=99999").await).len(), 10_000);
    api.upstream.reconfigure(|settings| settings.with_stix_cap(Settings::SILENT_CAP));
    assert_eq!(indicators(&api.json("/api/v1/iocs/stix?limit=10000").await).len(), 1_000);
    assert_eq!(indicators(&api.json("/api/v1/iocs/stix?limit=10").await).len(), 10);
    api.upstream.reconfigure(|settings| settings.with_stix_cap(None));
    assert_eq!(indicators(&api.json("/api/v1/iocs/stix?limit=10000").await).len(), 10_000);
}

#[tokio::test]
async fn patterns_are_escaped() {
    let api = Api::start(Settings::new()).await;
    let bundle = api.json("/api/v1/iocs/stix?type=url&limit=10000").await;
    let patterns = column(indicators(&bundle), "pattern");
    let quoted = patterns.iter().filter(|pattern| pattern.contains(r"/o\'brien/")).count();
    let slashed = patterns.iter().filter(|pattern| pattern.contains(r"/share\\")).count();
    assert!(quoted > 1 && slashed > 1, "{quoted} {slashed}");
    for pattern in patterns {
        let literal =
            pattern.strip_prefix("[url:value = '").and_then(|rest| rest.strip_suffix("']")).unwrap();
        let bare = literal.replace(r"\\", "").replace(r"\'", "");
        assert!(!bare.contains('\'') && !bare.contains('\\'), "{pattern}");
    }
}

#[tokio::test]
async fn ids_are_stable_by_default() {
    let api = Api::start(Settings::new().with_iocs(50)).await;
    let first = api.pro(STIX).await.text;
    assert_eq!(first, api.pro(STIX).await.text);
    api.upstream.add(1);
    let after: Value = api.json(STIX).await;
    let before: Value = serde_json::from_str(&first).unwrap();
    assert_ne!(before["id"], after["id"], "another content, another bundle");
    assert_eq!(before["objects"][0], after["objects"][0]);
    assert_eq!(indicators(&before), &indicators(&after)[1..]);
}

#[tokio::test]
async fn ids_can_differ_with_every_request() {
    let api = Api::start(Settings::new().with_iocs(30).with_ids(Ids::PerRequest)).await;
    let all_ids = |bundle: &Value| -> HashSet<String> {
        let objects = bundle["objects"].as_array().unwrap();
        let ids = objects.iter().chain([bundle]).map(|object| object["id"].as_str().unwrap().to_owned());
        ids.collect()
    };
    let (first, second) = (api.json(STIX).await, api.json(STIX).await);
    assert_eq!(all_ids(&first).len(), api.upstream.row_count() + 2);
    assert!(all_ids(&first).is_disjoint(&all_ids(&second)));
    assert_eq!(column(indicators(&first), "pattern"), column(indicators(&second), "pattern"));
}

#[tokio::test]
async fn ids_can_be_malformed() {
    let api = Api::start(Settings::new().with_iocs(30).with_ids(Ids::Malformed)).await;
    let bundle = api.json(STIX).await;
    assert_eq!(bundle["objects"][0]["id"], "identity--socdefenders");
    for id in column(indicators(&bundle), "id") {
        let uuid: uuid::Uuid = id.strip_prefix("indicator--").unwrap().parse().unwrap();
        assert_ne!(uuid.get_variant(), uuid::Variant::RFC4122, "{id}");
    }
}

#[tokio::test]
async fn every_type_has_a_pattern() {
    let api = Api::start(Settings::new().with_iocs(10)).await;
    for ioc_type in IocType::ALL {
        let bundle = api.json(&format!("{STIX}?type={ioc_type}")).await;
        assert!(!indicators(&bundle).is_empty(), "{ioc_type}");
    }
}
