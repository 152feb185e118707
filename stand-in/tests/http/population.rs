//! What there is to be had.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use socdefenders_standin::{Clock, Ioc, IocType, Settings, Shape};

use crate::client::{Api, LIST};

#[tokio::test]
async fn a_share_of_iocs_has_two_sources() {
    let api = Api::start(Settings::new()).await;
    let rows = api.upstream.rows();
    assert_eq!(api.upstream.unique_count(), 3_000);
    assert_eq!(api.upstream.row_count(), rows.len());
    assert!((3_100..3_200).contains(&rows.len()), "{}", rows.len());

    let mut reports: HashMap<(IocType, &str), Vec<&Ioc>> = HashMap::new();
    for row in &rows {
        reports.entry((row.ioc_type, &row.value)).or_default().push(row);
    }
    assert!(reports.values().all(|reports| reports.len() <= 2));
    for pair in reports.values().filter(|reports| reports.len() == 2) {
        assert_ne!(pair[0].source.feed_name, pair[1].source.feed_name);
        assert_ne!(pair[0].id, pair[1].id);
    }
    let ids: HashSet<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows.len());
}

#[tokio::test]
async fn the_share_is_a_setting() {
    for (share, rows) in [(0.0, 200), (1.0, 400), (-3.0, 200), (f64::NAN, 200)] {
        let api = Api::start(Settings::new().with_iocs(200).with_second_source_share(share)).await;
        assert_eq!((api.upstream.row_count(), api.upstream.unique_count()), (rows, 200), "{share}");
    }
}

#[tokio::test]
async fn the_same_seed_and_time_give_the_same_bytes() {
    let settings = |seed| {
        Settings::new()
            .with_seed(seed)
            .with_iocs(100)
            .with_shape(Shape::Full)
            .with_clock(Clock::stopped_at("2026-03-01T12:00:00Z".parse().unwrap()))
    };
    let (one, two, other) =
        (Api::start(settings(5)).await, Api::start(settings(5)).await, Api::start(settings(6)).await);
    let target = format!("{LIST}?limit=10000");
    assert_eq!(one.pro(&target).await.text, two.pro(&target).await.text);
    assert_ne!(one.pro(&target).await.text, other.pro(&target).await.text);
    assert_eq!(one.upstream.add(20), two.upstream.add(20));
    assert_ne!(one.upstream.pro_key(), other.upstream.pro_key());
}

#[tokio::test]
async fn what_is_added_is_new() {
    let api = Api::start(Settings::new().with_iocs(500)).await;
    let (rows, unique) = (api.upstream.row_count(), api.upstream.unique_count());
    api.upstream.add(250);
    assert_eq!((api.upstream.row_count(), api.upstream.unique_count()), (rows + 250, unique + 250));
}

#[tokio::test]
async fn a_row_can_be_inserted_as_it_is() {
    let api = Api::start(Settings::new().with_iocs(10)).await;
    let mut odd = api.upstream.rows().remove(0);
    odd.value = "hxxp://example[.]com".to_owned();
    odd.id = uuid::Uuid::nil();
    api.upstream.insert(odd.clone());
    assert_eq!(api.upstream.rows().last(), Some(&odd));
    assert!(api.pro(LIST).await.text.contains("hxxp://example[.]com"));
}

#[tokio::test]
async fn a_large_population_is_no_trouble() {
    let settings = Settings::new().with_iocs(60_000).with_spread(Duration::from_secs(300 * 24 * 3600));
    let api = Api::start(settings).await;
    assert_eq!(api.upstream.unique_count(), 60_000);
    let types: HashSet<_> = api.upstream.rows().iter().map(|row| row.ioc_type).collect();
    assert_eq!(types.len(), IocType::ALL.len());
}
