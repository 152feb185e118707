//! `GET /{api-root}/` (section 4.2).

use actix_web::{HttpResponse, web};

use super::{State, answer};
use crate::error::ApiError;
use crate::wire::{ApiRoot, TAXII_MEDIA_TYPE};

pub(super) async fn get(state: web::Data<State>) -> Result<HttpResponse, ApiError> {
    let config = &state.config;
    answer(&ApiRoot {
        title: config.title.clone(),
        description: config.description.clone(),
        versions: vec![TAXII_MEDIA_TYPE.to_owned()],
        max_content_length: config.max_content_length,
    })
}
