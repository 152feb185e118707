//! Nobody is left to believe that a feed is read when it is not: readiness, metrics and the webhook.

use std::time::Duration;

use actix_web::{App, HttpServer, web};
use serde_json::Value;
use socdefenders_standin::{Fault, Settings, StandIn};
use taxii_server::bridge::Bridge;
use taxii_server::clock::Clock;
use taxii_server::config::Config;
use taxii_server::feed::FeedSettings;
use taxii_server::storage;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// How long anything here may take at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// Gives what is posted to it; the first time it fails, as such receivers do.
async fn receiver() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (sender, received) = mpsc::unbounded_channel();
    let server = HttpServer::new(move || {
        let (sender, fails) = (sender.clone(), std::sync::atomic::AtomicBool::new(true));
        let fails = web::Data::new(fails);
        App::new().app_data(fails.clone()).default_service(web::to(move |body: String| {
            let failed = fails.swap(false, std::sync::atomic::Ordering::SeqCst);
            if !failed {
                sender.send(serde_json::from_str(&body).unwrap()).unwrap();
            }
            async move {
                if failed {
                    actix_web::HttpResponse::InternalServerError().finish()
                } else {
                    actix_web::HttpResponse::Ok().finish()
                }
            }
        }))
    })
    .workers(1)
    .disable_signals()
    .bind("127.0.0.1:0")
    .unwrap();
    let url = format!("http://{}/hook", server.addrs()[0]);
    tokio::spawn(server.run());
    (url, received)
}

#[tokio::test]
async fn a_stale_feed_is_told_to_everybody_and_so_is_its_recovery() {
    let standin = StandIn::start(Settings::new().with_iocs(50)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("key");
    std::fs::write(&key_file, standin.pro_key()).unwrap();
    let mut feed = FeedSettings::default();
    feed.url = standin.base_url();
    feed.api_key_file = Some(key_file);
    feed.interval = Duration::from_secs(1);
    feed.stale_after = Some(Duration::from_secs(3));
    feed.attempts = 1;
    let (webhook, mut told) = receiver().await;
    let mut config = Config::default();
    config.listen.set_port(0);
    config.admin_listen = Some("127.0.0.1:0".parse().unwrap());
    config.feeds = vec![feed];
    config.webhook = Some(webhook);
    let storage = storage::open(&folder.path().join("taxii.db").into()).await.unwrap();
    // It fails from the beginning.
    (0..2).for_each(|_| standin.inject(Fault::Status(500)));
    let mut bridge = Bridge::start(config, storage, Clock::system()).await.unwrap();
    let admin = format!("http://{}", bridge.server().admin_address().unwrap());
    let get = async |path: &str| {
        let answer = reqwest::get(format!("{admin}{path}")).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(
        get("/readyz").await,
        (503, "not every feed has been read up to the present yet\n".to_owned())
    );
    assert!(get("/metrics").await.1.contains("taxii_feed_ready{feed=\"socdefenders\"} 0"));
    let ready = async |expected: u16| {
        let becomes = async {
            while get("/readyz").await.0 != expected {
                sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, becomes).await.unwrap();
    };
    ready(200).await;
    let metrics = get("/metrics").await.1;
    for line in [
        "taxii_feed_ready{feed=\"socdefenders\"} 1",
        "taxii_feed_gap_seconds{feed=\"socdefenders\",reason=\"look-back\"} 0",
        "taxii_feed_odd_records_total{feed=\"socdefenders\",handling=\"quarantined\",reason=\"shape\"} 0",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
    }
    assert!(metrics.contains("type=\"indicator\"}"), "{metrics}");
    (0..10_000).for_each(|_| standin.inject(Fault::HtmlPage));
    ready(503).await;
    assert_eq!(get("/readyz").await.1, "a feed is stale\n");
    // On a slow machine the feed may have been stale before, too.
    let mut event = async |name: &str, problem: Option<&str>| loop {
        let event = timeout(PATIENCE, told.recv()).await.unwrap().unwrap();
        let is_problem = |part| event["feed"]["problem"].as_str().is_some_and(|text| text.contains(part));
        if event["event"] == name && problem.is_none_or(is_problem) {
            return event;
        }
    };
    let stale = event("stale", Some("not whole JSON")).await;
    assert_eq!((&stale["feed"]["name"], &stale["feed"]["state"]), (&"socdefenders".into(), &"stale".into()));
    standin.clear_faults();
    ready(200).await;
    assert_eq!(event("recovered", None).await["feed"]["state"], "good");
    bridge.stop().await;
}
