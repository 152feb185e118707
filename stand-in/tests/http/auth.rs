//! Keys and tiers.

use reqwest::Method;
use socdefenders_standin::{KeyTier, Keys, Settings};

use crate::client::{Api, LIST, STIX};

fn small() -> Settings {
    Settings::new().with_iocs(20)
}

#[tokio::test]
async fn both_headers_carry_a_key() {
    let api = Api::start(small()).await;
    for key in [api.upstream.pro_key(), api.upstream.free_key(), api.upstream.expired_key()] {
        assert!(key.starts_with("sk_live_"), "{key}");
    }
    let key = api.upstream.pro_key();
    for target in [LIST, STIX] {
        assert_eq!(api.with_headers(target, &[("x-api-key", &key)]).await.status, 200);
        assert_eq!(
            api.with_headers(target, &[("authorization", &format!("bearer {key}"))]).await.status,
            200
        );
    }
}

#[tokio::test]
async fn a_request_without_a_good_key_is_told_why() {
    let api = Api::start(small()).await;
    let expired = api.upstream.expired_key();
    let pro = api.upstream.pro_key();
    let cases: &[(&[(&'static str, &str)], &str)] = &[
        (&[], "missing_api_key"),
        (&[("authorization", "Bearer ")], "missing_api_key"),
        (&[("authorization", "Basic dTpw")], "missing_api_key"),
        (&[("x-api-key", "")], "missing_api_key"),
        (&[("authorization", "Bearer sk_live_wrong")], "invalid_api_key"),
        (&[("x-api-key", "sk_live_wrong")], "invalid_api_key"),
        (&[("x-api-key", &expired)], "expired_api_key"),
        (&[("authorization", "Bearer sk_live_wrong"), ("x-api-key", &pro)], "invalid_api_key"),
    ];
    for (headers, code) in cases {
        for target in [LIST, STIX] {
            let reply = api.with_headers(target, headers).await;
            assert_eq!(reply.error(), (401, (*code).to_owned()), "{headers:?}");
        }
    }
}

#[tokio::test]
async fn the_message_for_a_missing_key_is_the_documented_one() {
    let api = Api::start(small()).await;
    let body = api.with_headers(LIST, &[]).await.json();
    assert_eq!(
        body["error"]["message"],
        "API key is required. Include it in the Authorization header as \"Bearer sk_live_...\" or in the \
         X-API-Key header."
    );
}

#[tokio::test]
async fn a_key_in_the_query_is_no_key() {
    let api = Api::start(small()).await;
    let target = format!("{LIST}?api_key={}", api.upstream.pro_key());
    assert_eq!(api.with_headers(&target, &[]).await.error().1, "missing_api_key");
}

#[tokio::test]
async fn stix_is_for_pro_only() {
    let api = Api::start(small()).await;
    assert_eq!(api.free(STIX).await.error(), (403, "pro_required".to_owned()));
    assert_eq!(api.free(LIST).await.status, 200);
    assert_eq!(api.pro(STIX).await.status, 200);
}

#[tokio::test]
async fn keys_can_be_revoked() {
    let api = Api::start(small()).await;
    let old = api.upstream.pro_key();
    api.upstream.reconfigure(|settings| settings.with_seed(99));
    assert_eq!(api.upstream.pro_key(), old, "the seed counts at the start only");
    api.upstream.reconfigure(|settings| settings.with_keys(Keys::from_seed(99)));
    assert_eq!(api.with_key(LIST, &old).await.error(), (401, "invalid_api_key".to_owned()));
    assert_eq!(api.pro(LIST).await.status, 200);
}

#[tokio::test]
async fn other_addresses_and_methods_are_refused() {
    let api = Api::start(small()).await;
    assert_eq!(api.pro("/api/v1/iocs/").await.error().0, 404);
    assert_eq!(api.pro("/").await.error().0, 404);
    let posted = api.send(Method::POST, LIST, &[]).await.unwrap();
    assert_eq!(posted.status(), 405);
    assert_eq!(posted.headers()["allow"], "GET");
}

#[tokio::test]
async fn the_log_says_what_was_asked() {
    let api = Api::start(small()).await;
    api.free("/api/v1/iocs?type=ipv4&since=2024-01-01T00%3A00%3A00Z&limit=7").await;
    api.with_headers(STIX, &[("x-api-key", "sk_live_wrong")]).await;
    let log = api.upstream.requests();
    assert_eq!(log.len(), 2);
    assert_eq!((log[0].method.as_str(), log[0].path.as_str()), ("GET", LIST));
    assert_eq!((log[0].key, log[0].status), (KeyTier::Free, 200));
    assert_eq!(log[0].parameter("since").as_deref(), Some("2024-01-01T00:00:00Z"));
    assert_eq!(log[0].parameter("offset"), None);
    assert_eq!((log[1].key, log[1].status, log[1].query.as_str()), (KeyTier::Invalid, 401, ""));
    api.upstream.clear_requests();
    assert!(api.upstream.requests().is_empty());
}
