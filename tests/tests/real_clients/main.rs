//! The bridge as its users meet it: the built program, real TAXII clients, real signals.
//!
//! The clients are Python packages; the scripts that drive them lie in `tests/clients`.

mod minted;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use conformance::program::{Ended, Program, Signal};
use conformance::{client, long};
use socdefenders_standin::{Confidence, Handle, Ioc, Settings, Source, StandIn};
use uuid::Uuid;

/// Ends the program and checks that nothing is left of it.
fn end(program: Program, signal: Signal) {
    let Ended { status, took, left, log } = program.end(signal);
    assert!(status.success(), "it ended with {status} after {signal:?}; its log:\n{log}");
    assert!(took < Duration::from_secs(5), "it took {took:?} to end");
    assert!(left.is_empty(), "it left {left:?}");
    assert!(!log.contains("panicked"), "it panicked; its log:\n{log}");
}

fn drive_the_demo(script: &str) {
    let demo = Program::demo();
    client::run(script, &demo, &[]);
    end(demo, Signal::Terminate);
}

#[test]
#[ignore = "needs the Python clients: tests/run sets them up"]
fn taxii2_client_reads_everything_once() {
    drive_the_demo("taxii2_client.py");
}

#[test]
#[ignore = "needs the Python clients: tests/run sets them up"]
fn cytaxii2_reads_everything_once() {
    drive_the_demo("cytaxii2_client.py");
}

#[test]
#[ignore = "needs the Python clients: tests/run sets them up"]
fn python_stix2_parses_everything() {
    drive_the_demo("stix2_source.py");
}

#[test]
#[ignore = "needs the Python clients: tests/run sets them up"]
fn stix2_validator_finds_nothing() {
    drive_the_demo("stix2_validator.py");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python clients: tests/run sets them up"]
async fn misp_imports_everything_once() {
    let feed = StandIn::start(Settings::new().with_iocs(500)).await.unwrap();
    let server = Program::serve(&feed.base_url(), &feed.pro_key());
    client::run("misp_modules_import.py", &server, &[]);
    end(server, Signal::Terminate);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the Python clients: tests/run sets them up"]
async fn clients_add_objects_and_delete_them() {
    let feed = StandIn::start(Settings::new().with_iocs(50)).await.unwrap();
    let server = Program::serve(&feed.base_url(), &feed.pro_key());
    server.manage(&["account", "grant", "reader", "--write", "socdefenders"]);
    client::run("clients_that_write.py", &server, &[]);
    end(server, Signal::Terminate);
}

/// `MATCHES` takes Perl-compatible expressions: generated ones are broken, match and do not match as for `grep -P`.
#[test]
#[ignore = "needs Python: tests/run sets it up"]
fn regular_expressions_agree_with_grep_and_python() {
    let stix = conformance::program::stix();
    let count = if long() { "50000" } else { "1000" };
    client::run_alone("pcre_expressions.py", &[&stix, Path::new(count)]);
}

/// The answers of the pattern matcher of OASIS that lie beside ours are its answers.
#[test]
#[ignore = "needs the Python clients: tests/run sets them up"]
fn stix2_matcher_still_answers_as_it_is_written_down() {
    client::run_alone("stix2_matcher.py", &[]);
}

/// New IOCs and second reports of old ones come in while six styles of paging read; afterwards the
/// clients look at what has become of it.
#[tokio::test]
#[ignore = "needs the Python clients: tests/run sets them up"]
async fn paging_loses_nothing_while_the_feed_grows() {
    let feed = StandIn::start(Settings::new().with_iocs(1_000)).await.unwrap();
    let bridge = Program::serve(&feed.base_url(), &feed.pro_key());
    let seconds = if long() { "120" } else { "20" };
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // Should the client fail, the growing has to stop all the same.
            let _stop = OnDrop(&enough);
            client::run("paging_while_growing.py", &bridge, &["--seconds", seconds, "--grown", "200"]);
        });
        grow(&feed, &enough);
    });
    client::run("taxii2_client.py", &bridge, &["--changed", "50"]);
    client::run("stix2_validator.py", &bridge, &[]);
    end(bridge, Signal::Terminate);
    feed.stop().await.unwrap();
}

/// Eight new IOCs and two second reports every quarter of a second.
fn grow(feed: &Handle, enough: &AtomicBool) {
    for round in 0.. {
        if enough.load(Ordering::Relaxed) {
            return;
        }
        feed.add(8);
        let rows = feed.rows();
        for number in [2 * round, 2 * round + 1] {
            feed.insert(second_report(&rows[number * 7 % rows.len()], number, feed));
        }
        thread::sleep(Duration::from_millis(250));
    }
}

/// What another source says of an IOC: it is sure, and it has seen it now.
fn second_report(row: &Ioc, number: usize, feed: &Handle) -> Ioc {
    let now = feed.now();
    let source = Source { feed_name: format!("Second Opinion {number}"), ..row.source.clone() };
    Ioc {
        id: Uuid::from_u128(0x5ec0_0000_0000_4000_8000_0000_0000_0000 + number as u128),
        confidence: Confidence::High,
        first_seen: now,
        last_seen: now,
        updated: now,
        source,
        ..row.clone()
    }
}

struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn the_demo_leaves_nothing_behind_when_terminated() {
    end(Program::demo(), Signal::Terminate);
}

#[test]
fn the_demo_leaves_nothing_behind_after_ctrl_c() {
    end(Program::demo(), Signal::Interrupt);
}

#[tokio::test]
async fn the_server_ends_by_both_signals() {
    let feed = StandIn::start(Settings::new().with_iocs(50)).await.unwrap();
    for signal in [Signal::Interrupt, Signal::Terminate] {
        end(Program::serve(&feed.base_url(), &feed.pro_key()), signal);
    }
}
