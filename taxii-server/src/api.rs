//! The TAXII 2.1 API, one file per endpoint (sections 4 and 5).
//!
//! A request passes, in this order: the log, the net that turns whatever fails into a TAXII error, the
//! normalisation of the path, the gate (authentication, then negotiation), the endpoint. Pages are kept encoded, other
//! resources are compressed on their way.

pub mod filter;

mod api_root;
mod body;
mod body_budget;
mod collection;
mod collections;
mod discovery;
mod encoding;
mod export;
pub(crate) mod gate;
mod health;
mod manifest;
mod net;
mod object;
mod objects;
mod page;
mod page_cache;
mod path;
mod readiness;
mod status;
mod versions;

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, NormalizePath, from_fn};
use actix_web::{App, Error, HttpResponse, Resource, Route, Scope, guard, web};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tracing_actix_web::TracingLogger;

use self::body_budget::BodyBudget;
use self::page_cache::PageCache;
use self::readiness::Readiness;
use crate::auth::Authenticator;
use crate::clock::Clock;
use crate::config::{ApiRootSettings, CollectionSettings, Config};
use crate::error::ApiError;
use crate::feed_status::{FeedState, FeedStatus};
use crate::ingest::AllowLists;
use crate::ingest::Intake;
use crate::metrics::Metrics;
use crate::outlet::Guard;
use crate::search::Search;
use crate::storage::{CollectionId, Storage, StorageError};
use crate::supervisor::Supervisor;
use crate::telemetry::RequestSpan;
use crate::wire::TAXII_MEDIA_TYPE;

/// What every request can use. Clones share it all.
#[derive(Clone, Debug)]
pub struct State {
    /// The settings.
    pub config: Arc<Config>,
    /// The store.
    pub storage: Arc<dyn Storage>,
    /// Takes in what clients add and delete.
    pub intake: Arc<Intake>,
    /// Finds objects by what they name.
    pub search: Arc<Search>,
    /// Finds out who is asking.
    pub authenticator: Arc<Authenticator>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Keeps the background tasks running.
    pub(crate) supervisor: Supervisor,
    pub(crate) clock: Clock,
    /// Decides which values block lists may contain.
    guard: Guard,
    pages: PageCache,
    body_budget: BodyBudget,
    readiness: Readiness,
    /// The API root that the request is for; one without collections outside of them all.
    root: ApiRootSettings,
}

impl State {
    /// The state of a server with these settings and this store.
    pub fn new(
        config: Config,
        storage: Arc<dyn Storage>,
        clock: Clock,
        metrics: Arc<Metrics>,
        lists: Arc<AllowLists>,
    ) -> Self {
        let authenticator =
            Authenticator::new(storage.clone(), clock.clone(), config.access_rules(), Arc::clone(&metrics));
        let profile = |settings: &CollectionSettings| (settings.id.into(), settings.profile.into());
        let profiles = config.all_collections().map(profile);
        let small = config.small_envelope;
        let intake = Intake::new(storage.clone(), clock.clone(), config.allowance, profiles, small)
            .with_patience(config.post_wait)
            .with_limits(config.envelope_limits());
        let search = Search::new(
            storage.clone(),
            config.all_collections().map(|it| it.id.into()).collect(),
            clock.clone(),
        );
        let pages = PageCache::new(config.page_cache);
        let guard = Guard::new(config.block_lists.clone(), &config.never_block, lists);
        let body_budget = BodyBudget::new(&config);
        Self {
            config: Arc::new(config),
            storage,
            intake: Arc::new(intake),
            search: Arc::new(search),
            authenticator: Arc::new(authenticator),
            supervisor: Supervisor::new(Arc::clone(&metrics)),
            metrics,
            clock,
            guard,
            pages,
            body_budget,
            readiness: Readiness::default(),
            root: ApiRootSettings::default(),
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Whether a feed that fills the collection was never read up to the present.
    async fn is_being_read_first(&self, collection: &CollectionId) -> Result<bool, StorageError> {
        for feed in self.config.feeds_of(collection) {
            let status = FeedStatus::read(&*self.storage, feed, self.clock.now()).await?;
            if status.state == FeedState::Waiting {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The state for the requests to this API root.
    fn of(&self, root: ApiRootSettings) -> Self {
        Self { root, ..self.clone() }
    }
}

/// The application: the API, and what stands beside it on the same address.
pub fn app(
    state: web::Data<State>,
    beside: impl FnOnce(&mut web::ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let health_here = state.config.admin_listen.is_none();
    let roots = state.config.api_roots().into_iter().map(|root| state.of(root)).collect::<Vec<_>>();
    App::new()
        .app_data(state)
        .configure(|app| {
            if health_here {
                health::configure(app);
            }
        })
        .configure(beside)
        .service(discovery_scope())
        .configure(|app| {
            for state in roots {
                app.service(export_scope(state.clone()));
                app.service(api_root_scope(state));
            }
        })
        .default_service(web::to(unknown_path).wrap(from_fn(gate::nowhere)))
        .wrap(NormalizePath::trim())
        .wrap(from_fn(net::net))
        .wrap(TracingLogger::<RequestSpan>::new())
}

/// The application for the operator: health and metrics.
pub fn admin_app(
    state: web::Data<State>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(state)
        .configure(health::configure)
        .service(web::resource("/metrics").route(reading().to(health::metrics)))
        .default_service(web::to(nothing_else))
}

fn discovery_scope() -> Scope<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    web::scope("/taxii2")
        .service(endpoint("", "GET, HEAD").route(compressed(reading().to(discovery::get))))
        .default_service(web::to(unknown_path))
        .wrap(from_fn(gate::gate))
}

/// All paths come without their last slash: see [`NormalizePath`].
fn api_root_scope(
    state: State,
) -> Scope<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let read = "GET, HEAD";
    web::scope(&format!("/{}", state.root.path))
        .app_data(web::Data::new(state))
        .service(endpoint("", read).route(compressed(reading().to(api_root::get))))
        .service(endpoint("/status/{status}", read).route(compressed(reading().to(status::get))))
        .service(endpoint("/collections", read).route(compressed(reading().to(collections::get))))
        .service(endpoint("/collections/{collection}", read).route(compressed(reading().to(collection::get))))
        .service(endpoint("/collections/{collection}/manifest", read).route(reading().to(manifest::get)))
        .service(
            endpoint("/collections/{collection}/objects", "GET, HEAD, POST")
                .route(reading().to(objects::get))
                .route(compressed(web::post().to(objects::post))),
        )
        .service(
            endpoint("/collections/{collection}/objects/{object}", "GET, HEAD, DELETE")
                .route(reading().to(object::get))
                .route(web::delete().to(object::delete)),
        )
        .service(
            endpoint("/collections/{collection}/objects/{object}/versions", read)
                .route(reading().to(versions::get)),
        )
        .default_service(web::to(unknown_path))
        .wrap(from_fn(gate::gate))
}

/// The collections of an API root in other forms, for callers that accept anything.
fn export_scope(
    state: State,
) -> Scope<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    web::scope(&format!("/{}/collections/{{collection}}/export", state.root.path))
        .app_data(web::Data::new(state))
        .service(endpoint("/{form}", "GET, HEAD").route(compressed(reading().to(export::get))))
        .default_service(web::to(unknown_path))
        .wrap(from_fn(gate::identify))
}

/// A resource that answers other methods than the allowed ones with 405.
fn endpoint(path: &str, allow: &'static str) -> Resource {
    let refused = move || async move { Err::<HttpResponse, _>(ApiError::method_not_allowed(allow)) };
    web::resource(path).default_service(web::to(refused))
}

/// GET, and HEAD, whose body the server leaves out.
fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Compresses what the endpoint answers, if the client takes that. An answer that fails is short.
pub(crate) fn compressed(route: Route) -> Route {
    route.wrap(Compress::default())
}

async fn nothing_else() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain").body("here are /healthz, /readyz and /metrics\n")
}

async fn unknown_path() -> Result<HttpResponse, ApiError> {
    Err(path::nothing_here())
}

/// A resource as the answer.
fn answer(resource: &impl Serialize) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().content_type(TAXII_MEDIA_TYPE).body(serde_json::to_vec(resource)?))
}
