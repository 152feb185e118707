//! `GET /taxii2/` (section 4.1): the API roots in which the caller has any right.

use actix_web::{HttpResponse, web};

use super::path::visible;
use super::{State, answer};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::wire::Discovery;

pub(super) async fn get(state: web::Data<State>, caller: Principal) -> Result<HttpResponse, ApiError> {
    let config = &state.config;
    let roots = config.api_roots().into_iter().filter(|root| visible(root, &caller).next().is_some());
    let api_roots: Vec<_> = roots.map(|root| config.api_root_url(&root.path)).collect();
    answer(&Discovery {
        title: config.title.clone(),
        description: config.description.clone(),
        contact: config.contact.clone(),
        default: api_roots.first().cloned(),
        api_roots,
    })
}
