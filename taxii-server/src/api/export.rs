//! `GET /{api-root}/collections/{id}/export/{form}`: the collection as a file, for tools that know no TAXII. What TAXII
//! says of authentication and of errors holds; whatever the caller accepts, there is one media type for each form.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::State;
use crate::auth::Principal;
use crate::error::ApiError;
use crate::outlet::{Outlet, UnknownOutlet};

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (collection, form) = path.into_inner();
    let collection = state.readable(&caller, &collection)?;
    let outlet: Outlet =
        form.parse().map_err(|error: UnknownOutlet| ApiError::not_found(error.to_string()))?;
    let mut response = HttpResponse::Ok();
    response.content_type(outlet.media_type()).insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    // Lists are looked at in a browser, the whole is not.
    if let Outlet::Bundle | Outlet::Lines = outlet {
        let name = format!("attachment; filename=\"{collection}-{outlet}\"");
        response.insert_header((header::CONTENT_DISPOSITION, name));
    }
    Ok(response.streaming(outlet.read(state.storage.clone(), collection, state.now())))
}
