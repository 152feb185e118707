//! What a service writes in odd ways is read for what it says, and what is kept of it are the bytes that it sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use socdefenders_standin::Settings;
use taxii_server::feed::{Endpoint, Failure, FeedSettings, PollError};
use taxii_server::storage::quarantine::Chosen;

use super::world::World;

/// A service that gives the same bytes for each endpoint, whatever is asked.
#[derive(Clone, Default)]
struct Service {
    bodies: Arc<Mutex<BTreeMap<&'static str, Vec<u8>>>>,
}

impl Service {
    fn says(&self, path: &'static str, body: &[u8]) {
        self.bodies.lock().unwrap().insert(path, body.to_owned());
    }

    async fn url(&self) -> String {
        let service = self.clone();
        let server = HttpServer::new(move || {
            let bodies = service.bodies.clone();
            App::new().default_service(web::to(move |request: HttpRequest| {
                let body = bodies.lock().unwrap().get(request.path()).cloned();
                async {
                    body.map_or_else(
                        || HttpResponse::NotFound().finish(),
                        |body| HttpResponse::Ok().body(body),
                    )
                }
            }))
        });
        let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        url
    }
}

const LIST: &str = "/api/v1/iocs";
const STIX: &str = "/api/v1/iocs/stix";

async fn bench(endpoint: Endpoint) -> (World, Service, FeedSettings) {
    let world = World::new(Settings::new().with_iocs(0)).await;
    let service = Service::default();
    let mut settings = world.settings(endpoint, "sk_live_any");
    settings.url = service.url().await;
    (world, service, settings)
}

/// The bytes in quarantine, and the bytes of what was put right.
async fn kept(world: &World) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let quarantined = world.storage.quarantined(&Chosen::default(), 100).await.unwrap();
    let repaired = world.storage.repaired(100).await.unwrap();
    let mut kept = (
        quarantined.into_iter().map(|record| record.quarantined.record).collect::<Vec<_>>(),
        repaired.into_iter().map(|record| record.repaired.record).collect::<Vec<_>>(),
    );
    kept.0.sort();
    kept.1.sort();
    kept
}

fn indicator(number: u8, more: &str) -> String {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--7c9e6679-7425-40de-944b-e07fc1f90a{number:02x}","created":"2025-06-01T10:00:00.000Z","modified":"2025-06-01T10:00:00.000Z","pattern":"[domain-name:value = 'host-{number}.example']","name":"host-{number}.example","pattern_type":"stix","valid_from":"2025-06-01T10:00:00.000Z"{more}}}"#
    )
}

#[tokio::test]
async fn rows_are_kept_as_the_bytes_that_came() {
    let (world, service, settings) = bench(Endpoint::List).await;
    let rows: [&[u8]; 6] = [
        br#"{"type":"ipv4","value":"192.0.2.1"}"#,
        b"{ \"type\" : \"ipv4\",\r\n\t\"value\": \"999.1.1.1\", \"score\": 1e2 }",
        br#"{"type":"ipv4","value":"192.0.2.2","value":"192.0.2.3"}"#,
        b"{\"type\":\"domain\",\"value\":\"caf\xe9.example\"}",
        br#"{"type":"domain","value":"evil[.]example","score":1.0}"#,
        br#"{"type":"domain","value":"\ud800.example"}"#,
    ];
    let body =
        [b"\xef\xbb\xbf {\"meta\":{\"total\":6}, \"data\" :[ ", rows.join(&b" ,\n"[..]).as_slice(), b" ]}\n"]
            .concat();
    service.says(LIST, &body);
    let polled = world.poller(&settings).poll().await.unwrap();
    assert!(polled.complete);
    let mut refused: Vec<_> = [1, 2, 3, 5].map(|at: usize| rows[at].to_owned()).to_vec();
    refused.sort();
    assert_eq!(kept(&world).await, (refused, vec![rows[4].to_owned()]));
    assert_eq!(world.names().await.into_iter().collect::<Vec<_>>(), ["192.0.2.1", "evil.example"]);
}

#[tokio::test]
async fn a_bad_line_of_json_lines_is_a_record_in_quarantine() {
    let (world, service, settings) = bench(Endpoint::Stix).await;
    let bad: [&[u8]; 3] =
        [b"{\"type\":\"indicator\", \"id\":", b"{\"type\":\"indicator\",\"name\":\"\xff\"}", b"\0"];
    let lines = [
        indicator(1, "").into_bytes(),
        bad[0].to_owned(),
        indicator(2, ", \"confidence\":50, \"confidence\":50").into_bytes(),
        bad[1].to_owned(),
        Vec::new(),
        indicator(3, "").into_bytes(),
        bad[2].to_owned(),
        indicator(4, "").into_bytes(),
        Vec::new(),
    ];
    let text = lines.join(&b"\n"[..]);
    service.says(STIX, &text);
    let mut poller = world.poller(&settings);
    assert!(poller.poll().await.unwrap().complete);
    let mut refused = bad.map(<[u8]>::to_owned).to_vec();
    refused.sort();
    assert_eq!(kept(&world).await, (refused, vec![lines[2].clone()]));
    assert_eq!(world.names().await.len(), 4);

    // What breaks off is not a bad line: more may have been meant to come.
    service.says(STIX, &text[..text.len() - 10]);
    let before = world.progress().await;
    let failed = poller.poll().await.unwrap_err();
    assert!(matches!(failed, PollError::Feed(Failure::NotJson { .. })), "{failed}");
    assert_eq!(world.progress().await, before);
}

/// All shapes in which STIX comes give the same objects.
#[tokio::test]
async fn the_shape_of_an_answer_does_not_matter() {
    let (one, two) = (indicator(1, ""), indicator(2, ""));
    let shapes = [
        format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{one},{two}]}}"#),
        format!("[{one},\n{two}]"),
        format!("{one}\n{two}\n"),
        format!("{one}\r\n\r\n{two}"),
        format!(r#"[{{"type":"bundle","objects":[{one}]}},{two}]"#),
        format!("{{\"type\":\"bundle\",\"objects\":[{one}]}}\n{{\"type\":\"bundle\",\"objects\":[{two}]}}\n"),
    ];
    for shape in shapes {
        let (world, service, settings) = bench(Endpoint::Stix).await;
        service.says(STIX, shape.as_bytes());
        world.poller(&settings).poll().await.unwrap();
        assert_eq!(world.names().await.len(), 2, "{shape}");
        assert!(kept(&world).await.0.is_empty(), "{shape}");
    }
    for other in [r#"{"error":{"code":"maintenance"}}"#, "<html></html>", "", "null"] {
        let (world, service, settings) = bench(Endpoint::Stix).await;
        service.says(STIX, other.as_bytes());
        assert!(world.poller(&settings).poll().await.is_err(), "{other}");
        assert!(kept(&world).await.0.is_empty(), "{other}");
    }
}
