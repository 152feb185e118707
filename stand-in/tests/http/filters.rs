//! The filters of both endpoints.

use chrono::{SecondsFormat, TimeDelta};
use socdefenders_standin::{Confidence, Ioc, IocType, Settings};

use crate::client::{Api, LIST, STIX, column, data, indicators};

async fn api() -> Api {
    Api::start(Settings::new().with_iocs(1_500)).await
}

/// How many rows each endpoint finds, which must be as many as there are.
async fn expect(api: &Api, query: &str, on_stix: bool, admits: impl Fn(&Ioc) -> bool) {
    let expected: Vec<Ioc> = api.upstream.rows().into_iter().filter(admits).collect();
    assert!(!expected.is_empty(), "{query} finds nothing, so it shows nothing");
    let page = api.json(&format!("{LIST}?limit=10000&{query}")).await;
    assert_eq!(page["meta"]["total"], expected.len(), "{query}");
    let sorted = |mut values: Vec<String>| {
        values.sort();
        values
    };
    let of_list = column(data(&page), "value").into_iter().map(str::to_owned).collect();
    assert_eq!(sorted(of_list), sorted(expected.iter().map(|row| row.value.clone()).collect()), "{query}");
    if on_stix {
        let bundle = api.json(&format!("{STIX}?limit=10000&{query}")).await;
        let of_bundle = column(indicators(&bundle), "pattern").into_iter().map(str::to_owned).collect();
        assert_eq!(sorted(of_bundle), sorted(expected.iter().map(Ioc::stix_pattern).collect()), "{query}");
    }
}

#[tokio::test]
async fn by_type() {
    let api = api().await;
    for ioc_type in IocType::ALL {
        expect(&api, &format!("type={ioc_type}"), true, |row| row.ioc_type == ioc_type).await;
    }
}

#[tokio::test]
async fn by_confidence() {
    let api = api().await;
    for level in Confidence::ALL {
        expect(&api, &format!("confidence={level}"), true, |row| row.confidence == level).await;
    }
}

#[tokio::test]
async fn by_category_and_industry() {
    let api = api().await;
    for category in ["government", "commercial", "community"] {
        expect(&api, &format!("category={category}"), false, |row| row.source.category == category).await;
    }
    for sector in ["energy", "healthcare", "financial-services"] {
        expect(&api, &format!("industry={sector}"), true, |row| row.industry.as_deref() == Some(sector))
            .await;
    }
}

#[tokio::test]
async fn by_all_at_once() {
    let api = api().await;
    expect(&api, "type=ipv4&confidence=high&category=government", false, |row| {
        (row.ioc_type, row.confidence, row.source.category.as_str())
            == (IocType::Ipv4, Confidence::High, "government")
    })
    .await;
}

#[tokio::test]
async fn a_name_that_nobody_uses_finds_nothing() {
    let api = api().await;
    for query in ["category=gossip", "industry=knitting"] {
        assert_eq!(api.json(&format!("{LIST}?{query}")).await["meta"]["total"], 0);
    }
}

#[tokio::test]
async fn stix_knows_neither_category_nor_offset() {
    let api = api().await;
    let all = api.json("/api/v1/iocs/stix?limit=50").await;
    assert_eq!(api.json("/api/v1/iocs/stix?limit=50&category=government&offset=10").await, all);
}

#[tokio::test]
async fn since_is_strictly_after() {
    let api = api().await;
    let mut times: Vec<_> = api.upstream.rows().iter().map(|row| row.updated).collect();
    times.sort();
    let middle = times[700];
    let written = middle.to_rfc3339_opts(SecondsFormat::Millis, true);
    expect(&api, &format!("since={written}"), true, |row| row.updated > middle).await;
    let just_before = middle - TimeDelta::milliseconds(1);
    let offset = (just_before + TimeDelta::hours(2)).format("%Y-%m-%dT%H:%M:%S%.3f%%2B02:00");
    expect(&api, &format!("since={offset}"), true, |row| row.updated >= middle).await;
}

#[tokio::test]
async fn since_finds_what_was_added_and_what_was_updated() {
    let api = api().await;
    let since = api.upstream.rows().iter().map(|row| row.updated).max().unwrap();
    let target = format!("{LIST}?since={}", since.to_rfc3339_opts(SecondsFormat::Millis, true));
    assert_eq!(api.json(&target).await["meta"]["total"], 0);
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;

    let added = api.upstream.add(3);
    assert_eq!(added.len(), 3);
    let touched = api.upstream.touch(5).unwrap();
    assert_eq!(touched.first_seen, api.upstream.rows()[5].first_seen);
    assert!(touched.last_seen > since);
    assert_eq!(api.upstream.touch(1_000_000), None);
    let mut found = column(data(&api.json(&target).await), "value").join(" ");
    for row in added.iter().chain([&touched]) {
        assert!(found.contains(&row.value), "{}", row.value);
        found = found.replacen(&row.value, "", 1);
    }
    assert_eq!(found.trim(), "");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let api = api().await;
    let bad = [
        "type=ip",
        "type=",
        "type=IPv4",
        "since=yesterday",
        "since=2024-01-01",
        "since=",
        "confidence=certain",
        "confidence=85",
        "industry=",
        "limit=0",
        "limit=-1",
        "limit=ten",
        "limit=%2B5",
        "limit=99999999999999999999999",
    ];
    for query in bad {
        for endpoint in [LIST, STIX] {
            let reply = api.pro(&format!("{endpoint}?{query}")).await;
            assert_eq!(reply.error(), (400, "invalid_parameter".to_owned()), "{endpoint} {query}");
            let name = query.split('=').next().unwrap();
            assert!(reply.json()["error"]["message"].as_str().unwrap().starts_with(name), "{query}");
        }
    }
    for query in ["offset=-1", "offset=x", "category="] {
        assert_eq!(api.pro(&format!("{LIST}?{query}")).await.error().0, 400, "{query}");
    }
}
