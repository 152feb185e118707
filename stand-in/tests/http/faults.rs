//! Each fault as a client sees it, and that it is over after one answer.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use socdefenders_standin::{Clock, Fault, KeyTier, Part, Settings, Shape};

use crate::client::{Api, LIST, STIX, data};

async fn api() -> Api {
    Api::start(Settings::new().with_iocs(2_000)).await
}

#[tokio::test]
async fn a_status_comes_with_the_error_body() {
    let api = api().await;
    let cases = [
        (400, "invalid_parameter"),
        (401, "invalid_api_key"),
        (402, "payment_required"),
        (403, "pro_required"),
        (404, "not_found"),
        (429, "rate_limit_exceeded"),
        (500, "internal_error"),
        (502, "service_unavailable"),
        (503, "service_unavailable"),
    ];
    for (status, _) in cases {
        api.upstream.inject(Fault::Status(status));
    }
    assert_eq!(api.upstream.pending_faults(), cases.len());
    for (status, code) in cases {
        assert_eq!(api.pro(LIST).await.error(), (status, code.to_owned()));
    }
    assert_eq!(api.pro(LIST).await.status, 200);
    let logged: Vec<u16> = api.upstream.requests().iter().map(|request| request.status).collect();
    assert_eq!(logged, [400, 401, 402, 403, 404, 429, 500, 502, 503, 200]);
}

#[tokio::test]
async fn a_status_that_is_no_answer_becomes_500() {
    let api = api().await;
    for status in [0, 100, 199, 1_000] {
        api.upstream.inject(Fault::Status(status));
        assert_eq!(api.pro(LIST).await.error(), (500, "internal_error".to_owned()));
    }
}

#[tokio::test]
async fn a_rate_limit_names_its_end() {
    let api = api().await;
    api.upstream.inject(Fault::RateLimited { reset_in: Duration::from_secs(90) });
    let reply = api.pro(STIX).await;
    assert_eq!(reply.error(), (429, "rate_limit_exceeded".to_owned()));
    assert_eq!(reply.number("x-ratelimit-remaining"), 0);
    let wait = reply.number("x-ratelimit-reset") - Clock::system().now().timestamp();
    assert!((88..=91).contains(&wait), "{wait}");
    assert_eq!(api.pro(STIX).await.status, 200);
}

#[tokio::test]
async fn a_truncated_body_arrives_as_if_whole() {
    let api = api().await;
    for target in [LIST, STIX] {
        let whole = api.pro(target).await.text;
        api.upstream.inject(Fault::Truncated);
        let reply = api.pro(target).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.number("content-length"), reply.text.len() as i64);
        assert_eq!(reply.text, whole[..whole.len() / 2]);
        assert!(serde_json::from_str::<serde_json::Value>(&reply.text).is_err());
        assert_eq!(api.pro(target).await.text, whole);
    }
}

#[tokio::test]
async fn a_cut_connection_delivers_less_than_it_promised() {
    let api = api().await;
    for target in [LIST, "/api/v1/iocs/stix?limit=10000"] {
        let whole = api.pro(target).await.text;
        api.upstream.inject(Fault::CutConnection);
        let bearer = format!("Bearer {}", api.upstream.pro_key());
        let mut response =
            api.send(reqwest::Method::GET, target, &[("authorization", &bearer)]).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.content_length(), Some(whole.len() as u64));
        let mut arrived = Vec::new();
        let error = loop {
            match response.chunk().await {
                Ok(Some(chunk)) => arrived.extend_from_slice(&chunk),
                Ok(None) => panic!("the body ended as if it were whole"),
                Err(error) => break error,
            }
        };
        assert!(!error.is_timeout(), "{error}");
        assert_eq!(arrived, &whole.as_bytes()[..whole.len() / 2]);
        assert_eq!(api.pro(target).await.text, whole);
    }
}

#[tokio::test]
async fn a_page_for_people() {
    let api = api().await;
    api.upstream.inject(Fault::HtmlPage);
    let reply = api.pro(LIST).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(reply.text.starts_with("<!doctype html>"));
}

#[tokio::test]
async fn a_delay_and_a_slow_drip_bring_the_right_answer_late() {
    let api = api().await;
    let whole = api.pro(LIST).await.text;
    let wait = Duration::from_millis(200);
    let slow =
        [Fault::Delay(wait), Fault::SlowDrip { bytes: whole.len() / 9, every: Duration::from_millis(25) }];
    for fault in slow {
        api.upstream.inject(fault.clone());
        let begin = Instant::now();
        assert_eq!(api.pro(LIST).await.text, whole);
        assert!(begin.elapsed() >= wait, "{fault:?} took {:?}", begin.elapsed());
    }
}

#[tokio::test]
async fn a_delay_holds_up_nobody_else() {
    let api = api().await;
    api.upstream.inject(Fault::Delay(Duration::from_secs(5)));
    let begin = Instant::now();
    let both = async {
        tokio::select! {
            _ = api.pro(LIST) => panic!("it was to be delayed"),
            () = async {
                while api.upstream.pending_faults() > 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                assert_eq!(api.pro(LIST).await.status, 200);
            } => {}
        }
    };
    both.await;
    assert!(begin.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn a_wrong_content_type_and_an_empty_body() {
    let api = api().await;
    api.upstream.inject(Fault::WrongContentType);
    api.upstream.inject(Fault::EmptyBody);
    let mislabelled = api.pro(LIST).await;
    assert_eq!(mislabelled.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(data(&mislabelled.json()).len(), 100);
    let empty = api.pro(LIST).await;
    assert_eq!((empty.status.as_u16(), empty.text.as_str()), (200, ""));
    assert_eq!(empty.header("content-length"), "0");
}

#[tokio::test]
async fn a_gzip_bomb_is_small_until_it_is_opened() {
    let api = api().await;
    api.upstream.inject(Fault::GzipBomb { mebibytes: 32 });
    let reply = api.pro(LIST).await;
    assert_eq!((reply.status.as_u16(), reply.text.len()), (200, 32 << 20));
    assert!(reply.text.bytes().all(|byte| byte == b' '));

    api.upstream.inject(Fault::GzipBomb { mebibytes: 32 });
    let bearer = format!("Bearer {}", api.upstream.pro_key());
    let request = reqwest::Client::builder().no_gzip().no_proxy().build().unwrap();
    let request = request.get(format!("{}{LIST}", api.upstream.base_url())).header("authorization", bearer);
    let packed = request.send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.bytes().await.unwrap().len() < 64 << 10);
}

#[tokio::test]
async fn a_redirect_leads_to_another_host() {
    let api = api().await;
    api.upstream.inject(Fault::Redirect("http://www.example.test/api/v1/iocs".to_owned()));
    let reply = api.pro(LIST).await;
    assert_eq!(reply.status, 302);
    assert_eq!(reply.header("location"), "http://www.example.test/api/v1/iocs");
}

#[tokio::test]
async fn faults_meet_whoever_comes_and_can_be_taken_back() {
    let api = api().await;
    api.upstream.inject(Fault::Status(503));
    assert_eq!(api.with_headers("/nowhere", &[]).await.status, 503);
    api.upstream.inject(Fault::CutConnection);
    api.upstream.clear_faults();
    assert!(api.try_pro(LIST).await.is_ok());
}

/// The kinds of the causes of an error, from the outermost to the innermost.
fn io_kind(error: &reqwest::Error) -> Option<std::io::ErrorKind> {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind)
}

#[tokio::test]
async fn a_reset_connection_is_no_end_of_an_answer() {
    let api = api().await;
    for target in [LIST, "/api/v1/iocs/stix?limit=10000"] {
        let whole = api.pro(target).await.text;
        for part in [Part::Nothing, Part::Half] {
            api.upstream.inject(Fault::Reset(part));
            let error = api.try_pro(target).await.err().unwrap();
            assert_eq!(io_kind(&error), Some(std::io::ErrorKind::ConnectionReset), "{part:?}: {error:?}");
            assert_eq!(api.pro(target).await.text, whole);
        }
    }
}

#[tokio::test]
async fn an_answer_is_held_until_it_is_let_go() {
    let api = api().await;
    let whole = api.pro(LIST).await.text;
    for part in [Part::Nothing, Part::Half] {
        api.upstream.inject(Fault::Hold(part));
        let meanwhile = async {
            api.upstream.held().await;
            assert_eq!(api.pro(LIST).await.text, whole, "others are answered");
            api.upstream.release();
        };
        let (held, ()) = tokio::join!(api.pro(LIST), meanwhile);
        assert_eq!(held.text, whole, "{part:?}");
    }
}

#[tokio::test]
async fn rows_are_shuffled_repeated_and_moved() {
    let api = Api::start(Settings::new().with_iocs(300).with_shape(Shape::Full)).await;
    let pages = ["/api/v1/iocs?limit=100", "/api/v1/iocs?limit=100&offset=100"];
    let first = api.json(pages[0]).await;
    api.upstream.inject(Fault::ShuffledRows);
    let shuffled = api.json(pages[0]).await;
    assert_ne!(data(&shuffled), data(&first));
    assert!(data(&first).iter().all(|row| data(&shuffled).contains(row)));
    api.upstream.inject(Fault::RepeatedRows);
    let repeated = api.json(pages[0]).await;
    assert_eq!(data(&repeated).len(), 200);
    assert_eq!(data(&repeated)[..2], [data(&first)[0].clone(), data(&first)[0].clone()]);
    api.upstream.inject(Fault::RepeatedPage);
    assert_eq!(data(&api.json(pages[1]).await), data(&first));
    let second = api.json(pages[1]).await;
    api.upstream.inject(Fault::MovingRows(10));
    let moved = api.json(pages[1]).await;
    // Ten that were at the end are at the beginning now, and push the others on.
    assert_eq!(data(&moved)[..10], data(&first)[90..]);
    assert_eq!(data(&moved)[10..], data(&second)[..90]);
}

#[tokio::test]
async fn keys_are_replaced_from_one_request_to_the_next() {
    let api = api().await;
    let old = api.upstream.pro_key();
    api.upstream.inject(Fault::Delay(Duration::ZERO));
    api.upstream.inject(Fault::NewKeys(5));
    let statuses = [api.with_key(LIST, &old).await.status, api.with_key(LIST, &old).await.status];
    assert_eq!(statuses, [StatusCode::OK, StatusCode::UNAUTHORIZED]);
    assert_eq!(api.pro(LIST).await.status, StatusCode::OK);
    assert_eq!(api.upstream.requests()[1].key, KeyTier::Invalid);
}

#[tokio::test]
async fn a_status_may_come_with_a_line_of_text() {
    let api = api().await;
    api.upstream.inject(Fault::PlainStatus(402));
    let reply = api.pro(LIST).await;
    assert_eq!((reply.status.as_u16(), reply.text.as_str()), (402, "Payment Required\n"));
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
}
