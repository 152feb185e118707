//! Log lines: one for each request, and what else happens. Never a credential.

use std::io::{self, IsTerminal};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::{Error, HttpMessage};
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::TryInitError;

use crate::config::LogFormat;

/// What is logged if `RUST_LOG` does not say. The framework calls each malformed request an error, and anybody can send
/// any number of them: they are answered with 400, and are no concern of the operator.
const FILTER: &str =
    "info,actix_server=warn,sqlx=warn,actix_http::h1::dispatcher=off,actix_http::h1::decoder=off";

/// Starts to log to the standard error; `RUST_LOG` chooses what, by default all from `info` on.
///
/// # Errors
///
/// Logging was started before.
pub fn start(format: LogFormat) -> Result<(), TryInitError> {
    use tracing_subscriber::util::SubscriberInitExt;

    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(FILTER));
    // Where a line cannot be written there is nowhere to say so; trying would be a panic.
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let lines = lines.log_internal_errors(false);
    match format {
        LogFormat::Text => lines.with_ansi(colours()).finish().try_init()?,
        LogFormat::Json => lines.json().flatten_event(true).finish().try_init()?,
    }
    // As a field, in which line ends are escaped: a message may hold text from outside.
    std::panic::set_hook(Box::new(|panic| tracing::error!(panic = panic.to_string(), "panicked")));
    Ok(())
}

fn colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Puts a span around each request. Of the headers only `User-Agent` is in it.
#[derive(Debug)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = request.extensions().get::<RequestId>().map(ToString::to_string);
        let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        tracing::info_span!(
            "request",
            id,
            method = %request.method(),
            target = %request.uri(),
            peer = request.peer_addr().map(|address| address.ip().to_string()),
            agent,
        )
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}

/// The line at the end of a request, which is written within its span.
pub fn request_ended(status: StatusCode, took: Duration) {
    tracing::info!(
        status = status.as_u16(),
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "served"
    );
}
