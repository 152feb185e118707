//! Starting, growing and stopping, in whatever runtime.

use std::{
    io::ErrorKind,
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use socdefenders_standin::{Fault, Growth, Settings, StandIn};

use crate::client::{Api, LIST, client};

fn small() -> Settings {
    Settings::new().with_iocs(10)
}

#[tokio::test]
async fn stops_and_frees_its_port() {
    let api = Api::start(small()).await;
    // Leaves a connection behind that would go on.
    assert_eq!(api.pro(LIST).await.status, 200);
    let address = api.upstream.address();
    api.upstream.stop().await.unwrap();
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    let again = StandIn::start(small().with_port(address.port())).await.unwrap();
    assert_eq!(again.address(), address);
}

#[tokio::test]
async fn stops_in_the_middle_of_an_answer() {
    let api = Api::start(small()).await;
    api.upstream.inject(Fault::Delay(Duration::from_secs(60)));
    let target = format!("{}{LIST}", api.upstream.base_url());
    let waiting = tokio::spawn(client().get(target).send());
    while api.upstream.pending_faults() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::timeout(Duration::from_secs(5), api.upstream.stop()).await.unwrap().unwrap();
    assert!(waiting.await.unwrap().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaves_nothing_behind_when_dropped() {
    let upstream = StandIn::start(small()).await.unwrap();
    let address = upstream.address();
    let open = TcpStream::connect(address).unwrap();
    drop(upstream);
    assert!(TcpStream::connect(address).is_err());
    open.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let rest = std::io::copy(&mut &open, &mut std::io::sink());
    assert!(rest.map_or_else(|error| error.kind() == ErrorKind::ConnectionReset, |length| length == 0));
}

#[test]
fn runs_under_actix() {
    actix_web::rt::System::new().block_on(async {
        let api = Api::start(small()).await;
        assert_eq!(api.pro(LIST).await.status, 200);
        api.upstream.stop().await.unwrap();
    });
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = StandIn::start(small().with_port(port)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
}

#[tokio::test]
async fn many_run_side_by_side() {
    let (one, two) = (Api::start(small()).await, Api::start(small()).await);
    one.upstream.inject(Fault::Status(500));
    assert_eq!(two.pro(LIST).await.status, 200);
    assert_eq!(one.pro(LIST).await.status, 500);
}

#[tokio::test]
async fn grows_by_itself_until_told_otherwise() {
    let growth = Growth { iocs: 3, every: Duration::from_millis(10) };
    let api = Api::start(small().with_second_source_share(0.0)).await;
    assert_eq!(api.upstream.row_count(), 10);
    api.upstream.reconfigure(|settings| settings.with_growth(growth));
    let begin = Instant::now();
    while api.upstream.row_count() < 22 {
        assert!(begin.elapsed() < Duration::from_secs(10), "nothing grows");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((api.upstream.row_count() - 10) % 3, 0);
    api.upstream.reconfigure(|settings| settings.with_growth(None));
    // One round may have been under way.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let rows = api.upstream.row_count();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(api.upstream.row_count(), rows);
}
