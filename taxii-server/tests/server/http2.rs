//! HTTP/2 is not offered, since nothing would bound its streams and header lists.
//!
//! What it would have to pass is kept as a test: as soon as `h2` is agreed on, the settings and the limits that it needs
//! are looked at.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::backend::Backend;
use super::tls::{Authority, at_the_server, by_hand, connect};

const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const MAX_CONCURRENT_STREAMS: u16 = 3;
const MAX_HEADER_LIST_SIZE: u16 = 6;
/// More streams than any client of TAXII needs at a time.
const MANY: u32 = 1_000;

type Stream = StreamOwned<ClientConnection, TcpStream>;

fn offering(authority: &Authority, protocols: &[&str]) -> Arc<ClientConfig> {
    let mut config = by_hand(authority);
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

#[tokio::test(flavor = "multi_thread")]
async fn client_that_offers_both_gets_http_1_1() {
    let authority = Authority::new();
    let world = authority.world(Backend::Sqlite).await;
    let config = offering(&authority, &["h2", "http/1.1"]);
    at_the_server(&world, move |address| {
        let mut stream = connect(address, &config);
        stream.write_all(b"GET /taxii2/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    })
    .await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_refused_or_bounded() {
    let authority = Authority::new();
    let world = authority.world(Backend::Sqlite).await;
    let config = offering(&authority, &["h2"]);
    at_the_server(&world, move |address| {
        let mut stream = connect(address, &config);
        let greeting = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
        if let Err(refused) = stream.write_all(greeting).and_then(|()| stream.flush()) {
            assert!(refused.to_string().contains("NoApplicationProtocol"), "{refused}");
            return;
        }
        assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
        assert_bounded(stream);
    })
    .await;
    world.stop().await;
}

/// The settings bound streams and header lists, and more streams than allowed are answered or end the connection.
fn assert_bounded(mut stream: Stream) {
    stream.sock.set_read_timeout(Some(Duration::from_secs(90))).unwrap();
    let (_, settings) = std::iter::repeat_with(|| frame(&mut stream).expect("the settings come first"))
        .find(|(kind, _)| *kind == SETTINGS)
        .unwrap();
    let setting = |name: u16| {
        settings
            .chunks_exact(6)
            .find(|entry| entry.starts_with(&name.to_be_bytes()))
            .map(|entry| u32::from_be_bytes(entry[2..].try_into().unwrap()))
    };
    assert!(setting(MAX_CONCURRENT_STREAMS).is_some_and(|most| most <= 250), "{settings:?}");
    assert!(setting(MAX_HEADER_LIST_SIZE).is_some_and(|most| most <= 64 << 10), "{settings:?}");
    // `GET https://localhost/`, which ends with its header; the client never takes a byte of an answer.
    let header = [0x82, 0x87, 0x84, 0x41, 9, b'l', b'o', b'c', b'a', b'l', b'h', b'o', b's', b't'];
    for number in 0..MANY {
        let mut request = vec![0, 0, u8::try_from(header.len()).unwrap(), 1, 5];
        request.extend((2 * number + 1).to_be_bytes());
        request.extend(header);
        if stream.write_all(&request).is_err() {
            return;
        }
    }
    let mut refused = 0;
    while let Some((kind, _)) = frame(&mut stream) {
        if kind == GOAWAY {
            return;
        }
        refused += u32::from(kind == 3);
        if refused + 250 >= MANY {
            return;
        }
    }
}

fn frame(stream: &mut Stream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).ok()?;
    let mut body = vec![0; usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2])];
    stream.read_exact(&mut body).ok()?;
    Some((head[3], body))
}
