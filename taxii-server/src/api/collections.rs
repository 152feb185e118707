//! `GET /{api-root}/collections/` (section 5.1): those that the caller has any right to,
//! always in the order of the settings.

use actix_web::{HttpResponse, web};

use super::{State, answer, collection};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::wire::Collections;

pub(super) async fn get(state: web::Data<State>, caller: Principal) -> Result<HttpResponse, ApiError> {
    state.enter(&caller)?;
    let collections = state.visible(&caller).map(|settings| collection::describe(settings, &caller));
    answer(&Collections { collections: collections.collect() })
}
