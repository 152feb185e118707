//! `GET /{api-root}/` (section 4.2).

use actix_web::{HttpResponse, web};

use super::{State, answer};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::wire::{ApiRoot, TAXII_MEDIA_TYPE};

pub(super) async fn get(state: web::Data<State>, caller: Principal) -> Result<HttpResponse, ApiError> {
    let root = state.enter(&caller)?;
    answer(&ApiRoot {
        title: root.title.clone(),
        description: root.description.clone(),
        versions: vec![TAXII_MEDIA_TYPE.to_owned()],
        max_content_length: state.config.max_content_length,
    })
}
