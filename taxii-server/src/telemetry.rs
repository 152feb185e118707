//! Log lines: one for each request, and what else happens. Never a credential.

use std::error::Error;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{StatusCode, header};
use actix_web::{Error as ActixError, HttpMessage};
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};
use tracing_appender::rolling::{RollingFileAppender, RollingWriter, Rotation};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::writer::MakeWriterExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::audit::{self, Caller, Trail};
use crate::config::{Config, LogFormat};

/// What is logged if `RUST_LOG` does not say. The framework calls each malformed request an error, and anybody can send
/// any number of them: they are answered with 400, and are no concern of the operator.
const FILTER: &str =
    "info,actix_server=warn,sqlx=warn,actix_http::h1::dispatcher=off,actix_http::h1::decoder=off";

/// Where the audit log goes, and for how long it is kept.
#[derive(Clone, Copy, Debug)]
pub struct AuditPlace<'a> {
    /// The folder. There is a file in it for each day, UTC.
    pub folder: &'a Path,
    /// What the name of each file begins with.
    pub prefix: &'static str,
    /// How many files are kept.
    pub days: usize,
}

impl<'a> AuditPlace<'a> {
    /// Returns where the settings want the audit log, if they want one.
    pub fn of(config: &'a Config, prefix: &'static str) -> Option<Self> {
        let days = config.keep_audit_log.as_secs() / (24 * 60 * 60);
        let folder = config.audit_log.as_deref()?;
        Some(Self { folder, prefix, days: usize::try_from(days).unwrap_or(usize::MAX) })
    }
}

/// Starts to log to the standard error, where `RUST_LOG` chooses what, by default all from `info` on, and to write the
/// audit log.
///
/// # Errors
/// Logging was started before, or the audit log cannot be written.
pub fn start(format: LogFormat, audit: Option<AuditPlace<'_>>) -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(FILTER));
    let level = if audit.is_some() { LevelFilter::INFO } else { LevelFilter::OFF };
    let filter = filter.add_directive(format!("{}={level}", audit::TARGET).parse()?);
    // Where a line cannot be written there is nowhere to say so; trying would be a panic.
    let stderr = io::stderr.with_filter(|metadata| metadata.target() != audit::TARGET);
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr).log_internal_errors(false);
    let lines = match format {
        LogFormat::Text => lines.with_ansi(colours()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let entries = audit.map(entries).transpose()?;
    tracing_subscriber::registry().with(filter).with(lines).with(entries).try_init()?;
    // As a field, in which line ends are escaped: a message may hold text from outside.
    std::panic::set_hook(Box::new(|panic| tracing::error!(panic = panic.to_string(), "panicked")));
    Ok(())
}

/// Starts to write the audit log, and no other.
///
/// # Errors
/// Logging was started before, or the audit log cannot be written.
pub fn start_audit(audit: AuditPlace<'_>) -> Result<(), Box<dyn Error>> {
    let filter = Targets::new().with_target(audit::TARGET, LevelFilter::INFO);
    tracing_subscriber::registry().with(filter).with(entries(audit)?).try_init()?;
    Ok(())
}

/// A layer that writes the entries of the audit log, each as JSON in a line. An entry is with the system when the request
/// goes on, so that none is lost with the process.
///
/// The writer chooses what is written, not a filter of the layer: with one of those, asking whether a level is enabled, as
/// `sqlx` does for each statement, makes the next event of the thread disappear.
fn entries<S>(audit: AuditPlace<'_>) -> Result<impl Layer<S> + use<S>, String>
where
    S: tracing::Subscriber + for<'span> LookupSpan<'span>,
{
    let AuditPlace { folder, prefix, days } = audit;
    let failed = |error: &dyn Error| format!("cannot write the audit log in `{}`: {error}", folder.display());
    private_folder(folder).map_err(|error| failed(&error))?;
    let files = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(prefix)
        .filename_suffix("jsonl")
        .max_log_files(days)
        .build(folder)
        .map_err(|error| failed(error.source().unwrap_or(&error)))?;
    let files = Files(files).with_filter(|metadata| metadata.target() == audit::TARGET);
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(files);
    Ok(lines.with_current_span(false).with_span_list(false).log_internal_errors(false))
}

/// Makes the folder, if it is not there, so that only its owner can look into it.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The files of the audit log. What cannot be written is told in the other log.
struct Files(RollingFileAppender);

/// One of the files.
struct Reported<W>(W);

impl<'a> MakeWriter<'a> for Files {
    type Writer = Reported<RollingWriter<'a>>;

    fn make_writer(&'a self) -> Self::Writer {
        Reported(self.0.make_writer())
    }
}

impl<W: io::Write> io::Write for Reported<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).inspect_err(|error| {
            tracing::error!(error = error as &dyn Error, "an entry of the audit log could not be written");
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
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

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, ActixError>) {}
}

/// The line at the end of a request, which is written within its span.
pub fn request_ended(status: StatusCode, took: Duration, trail: &Trail) {
    let (client, objects) = trail.facts();
    let account = match trail.caller() {
        Caller::Account { account, .. } => Some(account),
        Caller::Unknown | Caller::Refused { .. } | Caller::Anonymous => None,
    };
    tracing::info!(
        status = status.as_u16(),
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        account,
        client = client.map(|client| client.to_string()),
        objects,
        "served"
    );
}
