//! `GET /{api-root}/status/{status-id}/` (section 4.3): what became of the objects of a request.
//!
//! Only who sent the request may see it, in the API root of the collection. A status is read in pieces and written on a
//! thread for blocking work, since it may tell of very many objects.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::State;
use crate::auth::Principal;
use crate::error::ApiError;
use crate::off_worker;
use crate::storage::DateAdded;
use crate::storage::submission::{Fate, Outcome, Submission};
use crate::wire::{Ending, Status, StatusDetails, TAXII_MEDIA_TYPE};

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let unknown = || ApiError::not_found("there is no such status");
    let id = id.parse::<Uuid>().ok().filter(|_| id.len() == 36).ok_or_else(unknown)?;
    let submission = state.intake.submission(id).await?;
    let is_shown = |found: &Submission| found.sender == sender(&caller) && state.is_here(&found.collection);
    let submission = submission.filter(is_shown).ok_or_else(unknown)?;
    let mut status = Status::new(id, submission.received.timestamp());
    let mut after = None;
    loop {
        let parts = state.intake.outcomes(id, after).await?;
        let Some(last) = parts.last() else { break };
        after = Some(last.first);
        let received = submission.received;
        status = off_worker::run(move || {
            for part in parts {
                let outcomes: Vec<Outcome> = serde_json::from_str(&part.outcomes)?;
                add(&mut status, received, &outcomes)?;
            }
            Ok::<_, serde_json::Error>(status)
        })
        .await?;
    }
    // A status that was removed meanwhile has told of some of its objects only.
    state.intake.submission(id).await?.ok_or_else(unknown)?;
    let text = off_worker::run(move || status.to_json()).await?;
    Ok(HttpResponse::Ok().content_type(TAXII_MEDIA_TYPE).body(text))
}

/// The name under which the caller sends.
pub(super) fn sender(caller: &Principal) -> String {
    caller.name().unwrap_or_default().to_owned()
}

/// The text of the status of a request whose outcomes are at hand.
pub(super) async fn of(submission: Submission, outcomes: Vec<Outcome>) -> Result<Vec<u8>, ApiError> {
    let text = off_worker::run(move || {
        let mut status = Status::new(submission.id, submission.received.timestamp());
        add(&mut status, submission.received, &outcomes)?;
        status.to_json()
    });
    Ok(text.await?)
}

/// Adds objects to the status of their request. An object that has no version, and was not added, has that of the request.
fn add(status: &mut Status, received: DateAdded, outcomes: &[Outcome]) -> Result<(), serde_json::Error> {
    let received = received.timestamp().to_string();
    for Outcome { id, version, fate } in outcomes {
        let (ending, message) = match fate {
            Fate::Waiting => (Ending::Pending, None),
            Fate::Added => (Ending::Success, None),
            Fate::Duplicate => (Ending::Success, Some("the collection had it already")),
            Fate::Conflict => (Ending::Failure, Some(CONFLICT)),
            // Without a reason where too many objects of the request were refused.
            Fate::Refused(reason) => {
                (Ending::Failure, Some(reason.as_str()).filter(|reason| !reason.is_empty()))
            }
        };
        status
            .add(ending, StatusDetails { id, version: version.as_deref().unwrap_or(&received), message })?;
    }
    Ok(())
}

const CONFLICT: &str =
    "the collection has this version with other content: a change needs a later `modified`";
