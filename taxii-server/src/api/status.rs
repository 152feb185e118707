//! `GET /{api-root}/status/{status-id}/` (section 4.3): what became of the objects of a request.
//!
//! Only who sent the request may see it, in the API root of the collection.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{State, answer};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::storage::submission::{Fate, Outcome, Submission};
use crate::wire::{Status, StatusDetails};

pub(super) async fn get(
    state: web::Data<State>,
    caller: Principal,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let unknown = || ApiError::not_found("there is no such status");
    let id = id.parse::<Uuid>().ok().filter(|_| id.len() == 36).ok_or_else(unknown)?;
    match state.intake.submission(id).await? {
        Some((submission, outcomes))
            if submission.sender == sender(&caller) && state.is_here(&submission.collection) =>
        {
            answer(&of(&submission, outcomes))
        }
        _ => Err(unknown()),
    }
}

/// The name under which the caller sends.
pub(super) fn sender(caller: &Principal) -> String {
    caller.name().unwrap_or_default().to_owned()
}

/// The status of a request. An object that has no version, and was not added, has that of the request.
pub(super) fn of(submission: &Submission, outcomes: Vec<Outcome>) -> Status {
    let received = submission.received.timestamp();
    let total = outcomes.len();
    let (mut successes, mut failures, mut pendings) = (Vec::new(), Vec::new(), Vec::new());
    for Outcome { id, version, fate } in outcomes {
        let (list, message) = match fate {
            Fate::Waiting => (&mut pendings, None),
            Fate::Added => (&mut successes, None),
            Fate::Duplicate => (&mut successes, Some("the collection had it already".to_owned())),
            Fate::Conflict => (&mut failures, Some(CONFLICT.to_owned())),
            Fate::Refused(reason) => (&mut failures, Some(reason)),
        };
        let version = version.unwrap_or_else(|| received.to_string());
        list.push(StatusDetails { id, version, message });
    }
    let count = |list: &[StatusDetails]| u64::try_from(list.len()).unwrap_or(u64::MAX);
    Status {
        id: submission.id,
        status: if pendings.is_empty() { "complete" } else { "pending" },
        request_timestamp: Some(received),
        total_count: u64::try_from(total).unwrap_or(u64::MAX),
        success_count: count(&successes),
        successes,
        failure_count: count(&failures),
        failures,
        pending_count: count(&pendings),
        pendings,
    }
}

const CONFLICT: &str =
    "the collection has this version with other content: a change needs a later `modified`";
