//! The status page in a browser: it loads, says what it should, breaks none of its own rules, and can be looked at. The
//! pictures are kept in `target/screenshots`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::Duration;

use conformance::program::{Access, Program};
use socdefenders_standin::{Settings, StandIn};

/// The width and height of a window.
type Size = (u32, u32);

const DESK: Size = (1200, 1000);
/// The narrowest window that Chromium has without a screen.
const PHONE: Size = (500, 900);

/// The bytes that every PNG begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

#[test]
#[ignore = "needs Chromium: tests/run sets it up"]
fn pages_load_and_can_be_looked_at() {
    let demo = Program::demo();
    let page = |path: &str| url(demo.access(), path);
    let overview = wait_for(&page("/status"), "Up to date");
    assert!(overview.contains("Logged in as <b>reader</b>"), "{overview}");
    let collection = link(&overview, "/status/collections/");
    let objects = dom(&page(&collection));
    let object = link(&objects, &format!("{collection}/objects/"));
    assert!(dom(&page(&object)).contains("<h2 id=\"json\">"));
    // One that can stand in an address as it is.
    let plain =
        |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
    let mut names = objects.split("<bdi>").skip(1).filter_map(|rest| rest.split('<').next());
    let name = names.find(plain).expect("some object has a plain name");
    wait_for(&page(&format!("/status/search?value={name}")), &format!("<bdi>{name}</bdi></a>"));

    let connect = dom(&page("/status/connect"));
    assert!(connect.contains("Microsoft Sentinel") && connect.contains("/taxii2/"), "{connect}");
    for (name, path, size) in [
        ("overview", "/status", DESK),
        ("overview-narrow", "/status", PHONE),
        ("collection", &*collection, DESK),
        ("collection-narrow", &*collection, PHONE),
        ("object", &*object, DESK),
        ("search", &*format!("/status/search?value={name}"), DESK),
        ("quarantine", "/status/quarantine", DESK),
        ("connect", "/status/connect", DESK),
    ] {
        pictures(name, &page(path), size);
    }
}

#[tokio::test]
#[ignore = "needs Chromium: tests/run sets it up"]
async fn an_empty_feed_and_a_stale_one_can_be_looked_at() {
    let feed = StandIn::start(Settings::new().with_iocs(0)).await.unwrap();
    let server = Program::serve_with(&feed.base_url(), &feed.pro_key(), "stale_after = '3s'\n");
    let page = url(server.access(), "/status");
    let empty = wait_for(&page, "Up to date");
    assert!(empty.contains("Nothing has come into this collection yet."), "{empty}");
    pictures("empty", &page, DESK);

    feed.add(3);
    wait_for(&page, "/objects/indicator");
    feed.stop().await.unwrap();
    // It may be stale before a poll has failed, and the other way round.
    wait_for(&page, "class=\"failure\"");
    let stale = wait_for(&page, ">Stale: ");
    assert!(stale.contains("class=\"failure\""), "{stale}");
    pictures("stale", &page, DESK);
    pictures("stale-narrow", &page, PHONE);
}

/// Pictures of a page in both schemes of colours, which differ.
fn pictures(name: &str, url: &str, size: Size) {
    let light = picture(name, url, size, &[]);
    let dark = picture(&format!("{name}-dark"), url, size, &["--blink-settings=preferredColorScheme=0"]);
    assert_ne!(light, dark, "{name}: the dark looks like the light");
}

/// The address of a page, with the credentials.
fn url(access: &Access, path: &str) -> String {
    let base = access.discovery.strip_suffix("/taxii2/").expect("discovery is at /taxii2/");
    base.replacen("://", &format!("://{}:{}@", access.user, access.password), 1) + path
}

/// The first link that begins so.
fn link(text: &str, start: &str) -> String {
    let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links
        .into_iter()
        .find(|link| link.starts_with(start))
        .unwrap_or_else(|| panic!("no link to {start}:\n{text}"))
        .to_owned()
}

/// What the browser has made of a page, once it says this.
fn wait_for(url: &str, wanted: &str) -> String {
    for _ in 0..30 {
        let text = dom(url);
        if text.contains(wanted) {
            return text;
        }
        thread::sleep(Duration::from_millis(500));
    }
    panic!("the page never says {wanted}:\n{}", dom(url));
}

/// What the browser has made of a page.
fn dom(url: &str) -> String {
    String::from_utf8(browser(&["--dump-dom", url]).stdout).expect("a page is text")
}

/// A picture of a page, of exactly this size.
fn picture(name: &str, url: &str, (width, height): Size, more: &[&str]) -> Vec<u8> {
    let folder = folder();
    let path = folder.join(format!("{name}.png"));
    let (size, target) =
        (format!("--window-size={width},{height}"), format!("--screenshot={}", path.display()));
    browser(&[&[&*size, &*target, "--hide-scrollbars"], more, &[url]].concat());
    let picture = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(picture.starts_with(PNG) && picture.len() > 5_000, "{name} shows nothing");
    let number = |at: usize| u32::from_be_bytes(picture[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (width, height), "{name}");
    picture
}

/// Where the pictures are kept.
fn folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let target = test.ancestors().nth(3).unwrap_or(Path::new("target"));
    let folder = target.join("screenshots");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// Runs Chromium, which must have nothing to complain about.
fn browser(arguments: &[&str]) -> Output {
    let profile = tempfile::tempdir().expect("a temporary folder can be made");
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--enable-logging=stderr"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(arguments)
        .output()
        .expect("chromium can be run");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    let log = String::from_utf8_lossy(&output.stderr);
    let complaint =
        log.lines().find(|line| line.contains("CONSOLE") || line.contains("Content Security Policy"));
    assert_eq!(complaint, None, "{arguments:?}");
    output
}
