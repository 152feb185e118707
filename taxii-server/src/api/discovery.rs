//! `GET /taxii2/` (section 4.1).

use actix_web::{HttpResponse, web};

use super::{State, answer};
use crate::error::ApiError;
use crate::wire::Discovery;

pub(super) async fn get(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let config = &state.config;
    let api_root = config.api_root_url();
    answer(&Discovery {
        title: config.title.clone(),
        description: config.description.clone(),
        contact: config.contact.clone(),
        default: Some(api_root.clone()),
        api_roots: vec![api_root],
    })
}
