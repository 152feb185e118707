//! Another address for health and metrics, which the outside need not reach.

use std::io;
use std::net::TcpListener;

use actix_http::HttpService;
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, map_config};
use actix_web::dev::AppConfig;
use actix_web::web;

use crate::api::{self, State};

/// Listens for plain HTTP.
pub(super) fn listen(
    builder: ServerBuilder,
    listener: TcpListener,
    state: web::Data<State>,
) -> io::Result<ServerBuilder> {
    builder.listen("admin", listener, move || {
        let app = api::admin_app(state.clone()).into_factory();
        let app = app.map_err(|error: actix_web::Error| error.error_response());
        HttpService::build().finish(map_config(app, |()| AppConfig::default())).tcp()
    })
}
