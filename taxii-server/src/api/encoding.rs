//! How the bytes of a page are encoded on the wire (TAXII 2.1, section 3.1; RFC 9110, section 12.5.3; RFC 8878).

use std::io::{self, Write};

use actix_web::http::header::{AcceptEncoding, Encoding as Known};
use actix_web::{HttpMessage, HttpRequest};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::error::{ApiError, ErrorCode};

/// An encoding that pages are served in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    /// As they are.
    Identity,
    /// Smaller, for nearly every client.
    Gzip,
    /// Smaller still, in less time.
    Zstd,
}

/// A page is compressed while its first reader waits, so both levels are quick ones.
const GZIP_LEVEL: u32 = 2;
const ZSTD_LEVEL: i32 = 1;

impl Encoding {
    const ALL: [Self; 3] = [Self::Identity, Self::Gzip, Self::Zstd];

    /// The one that the client likes best; of those that it likes equally, the smallest.
    ///
    /// # Errors
    /// It takes none of them.
    pub(super) fn negotiated(request: &HttpRequest) -> Result<Self, ApiError> {
        let Some(accepted) = request.get_header::<AcceptEncoding>() else { return Ok(Self::Identity) };
        let known = Self::ALL.map(Self::known);
        let chosen = accepted.negotiate(known.iter());
        let chosen = chosen.and_then(|chosen| Self::ALL.into_iter().find(|one| one.known() == chosen));
        chosen.ok_or_else(|| {
            ApiError::new(ErrorCode::NotAcceptable)
                .with_description("this is encoded with `gzip` or `zstd`, or not at all")
        })
    }

    /// The name of it in a header; what is not encoded has none.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// The bytes in this encoding. It takes a while.
    ///
    /// # Errors
    /// There is no memory for it.
    pub(super) fn encode(self, body: &[u8]) -> io::Result<Vec<u8>> {
        match self {
            Self::Identity => Ok(body.to_owned()),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::new(GZIP_LEVEL));
                encoder.write_all(body)?;
                encoder.finish()
            }
            Self::Zstd => zstd::bulk::compress(body, ZSTD_LEVEL),
        }
    }

    fn known(self) -> Known {
        match self {
            Self::Identity => Known::identity(),
            Self::Gzip => Known::gzip(),
            Self::Zstd => Known::zstd(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_the_client_likes_best() {
        use Encoding::{Gzip, Identity, Zstd};
        let cases = [
            (None, Some(Identity)),
            (Some(""), Some(Identity)),
            (Some("gzip"), Some(Gzip)),
            (Some("GZIP"), Some(Gzip)),
            (Some("x-nonsense"), Some(Identity)),
            (Some("deflate, br"), Some(Identity)),
            (Some("gzip, deflate, br, zstd"), Some(Zstd)),
            (Some("gzip;q=1.0, zstd;q=0.5"), Some(Gzip)),
            (Some("gzip;q=0, zstd;q=0"), Some(Identity)),
            (Some("identity;q=1, gzip;q=0.5"), Some(Identity)),
            (Some("*"), Some(Identity)),
            (Some("gzip;q=0.1, *;q=0"), Some(Gzip)),
            (Some("identity;q=0, zstd"), Some(Zstd)),
            (Some("identity;q=0"), None),
            (Some("br, *;q=0"), None),
        ];
        for (accepted, expected) in cases {
            let mut request = TestRequest::default();
            if let Some(accepted) = accepted {
                request = request.insert_header(("accept-encoding", accepted));
            }
            assert_eq!(Encoding::negotiated(&request.to_http_request()).ok(), expected, "{accepted:?}");
        }
    }

    #[test]
    fn encoded_bytes_come_back() {
        let body = "indicator ".repeat(1000).into_bytes();
        let mut text = Vec::new();
        let encoded = Encoding::Gzip.encode(&body).unwrap();
        flate2::read::GzDecoder::new(&*encoded).read_to_end(&mut text).unwrap();
        assert_eq!(text, body);
        assert_eq!(zstd::bulk::decompress(&Encoding::Zstd.encode(&body).unwrap(), 1 << 20).unwrap(), body);
    }
}
