//! The `status` resource (section 4.3.1): what became of the objects of one request.
//!
//! A status is written while its objects are read, so that it takes the memory of its text and no more. Clients check
//! that the counts add up and that each list is as long as its count says. So a list that would be too long is left out,
//! which section 4.3.1 allows, and its count stays.

use serde::Serialize;
use uuid::Uuid;

use crate::wire::Timestamp;

/// The most objects in a list of a status. A longer list is left out.
pub const MOST_LISTED: u64 = 100_000;

/// How many of the objects that failed come with a message. Those after them have only their identifier and version.
pub const MOST_MESSAGES: u64 = 1000;

/// What became of the objects of one request.
#[derive(Clone, Debug)]
pub struct Status {
    /// The identifier of the status, a UUID of version 4.
    id: Uuid,
    /// When the request came.
    request_timestamp: Timestamp,
    successes: List,
    failures: List,
    pendings: List,
}

/// One object of a [`Status`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct StatusDetails<'a> {
    /// The identifier of the object.
    pub id: &'a str,
    /// The version of the object.
    pub version: &'a str,
    /// Why it failed, or what else is to be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<&'a str>,
}

/// What became of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was stored, or was there already.
    Success,
    /// It was refused.
    Failure,
    /// It is still waiting.
    Pending,
}

/// A list of a status as its text, with the number of its objects.
#[derive(Clone, Debug, Default)]
struct List {
    count: u64,
    text: Vec<u8>,
}

impl Status {
    /// A status without any objects.
    pub fn new(id: Uuid, request_timestamp: Timestamp) -> Self {
        Self {
            id,
            request_timestamp,
            successes: List::default(),
            failures: List::default(),
            pendings: List::default(),
        }
    }

    /// Adds an object.
    ///
    /// # Errors
    /// Its text cannot be written, which does not happen.
    pub fn add(&mut self, ending: Ending, details: StatusDetails<'_>) -> Result<(), serde_json::Error> {
        match ending {
            Ending::Success => self.successes.add(details),
            Ending::Pending => self.pendings.add(details),
            Ending::Failure => {
                let message = details.message.filter(|_| self.failures.count < MOST_MESSAGES);
                self.failures.add(StatusDetails { message, ..details })
            }
        }
    }

    /// Writes the text.
    ///
    /// # Errors
    /// It cannot be written, which does not happen.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let Self { id, request_timestamp, successes, failures, pendings } = self;
        let lists = [
            ("success", "successes", successes),
            ("failure", "failures", failures),
            ("pending", "pendings", pendings),
        ];
        let length: usize = lists.iter().map(|(_, _, list)| list.text.len()).sum();
        let mut text = Vec::with_capacity(length.saturating_add(512));
        text.extend_from_slice(b"{\"id\":");
        serde_json::to_writer(&mut text, id)?;
        text.extend_from_slice(b",\"status\":");
        serde_json::to_writer(&mut text, if pendings.count == 0 { "complete" } else { "pending" })?;
        text.extend_from_slice(b",\"request_timestamp\":");
        serde_json::to_writer(&mut text, request_timestamp)?;
        let total = lists.iter().fold(0_u64, |sum, (_, _, list)| sum.saturating_add(list.count));
        text.extend_from_slice(format!(",\"total_count\":{total}").as_bytes());
        for (name, names, List { count, text: list }) in lists {
            text.extend_from_slice(format!(",\"{name}_count\":{count}").as_bytes());
            if !list.is_empty() {
                text.extend_from_slice(format!(",\"{names}\":[").as_bytes());
                text.extend_from_slice(list);
                text.push(b']');
            }
        }
        text.push(b'}');
        Ok(text)
    }
}

impl List {
    fn add(&mut self, details: StatusDetails<'_>) -> Result<(), serde_json::Error> {
        self.count = self.count.saturating_add(1);
        if self.count > MOST_LISTED {
            self.text = Vec::new();
            return Ok(());
        }
        if !self.text.is_empty() {
            self.text.push(b',');
        }
        serde_json::to_writer(&mut self.text, &details)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn status(of_each: u64) -> Value {
        let received = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut status = Status::new(Uuid::nil(), received);
        for number in 0..of_each {
            let id = number.to_string();
            for ending in [Ending::Success, Ending::Failure, Ending::Pending] {
                status
                    .add(ending, StatusDetails { id: &id, version: "v", message: Some("why \"it\"") })
                    .unwrap();
            }
        }
        serde_json::from_slice(&status.to_json().unwrap()).unwrap()
    }

    fn length(status: &Value, name: &str) -> Option<u64> {
        Some(status.get(name)?.as_array()?.len() as u64)
    }

    #[test]
    fn empty_lists_are_left_out() {
        let empty = status(0);
        assert_eq!(empty["status"], "complete");
        assert_eq!(empty["total_count"], 0);
        assert_eq!(length(&empty, "failures"), None);
    }

    #[test]
    fn only_the_first_failures_have_messages() {
        let status = status(MOST_MESSAGES + 1);
        assert_eq!(
            (&status["status"], &status["failure_count"]),
            (&"pending".into(), &(MOST_MESSAGES + 1).into())
        );
        let failures = status["failures"].as_array().unwrap();
        assert_eq!(failures.len() as u64, MOST_MESSAGES + 1);
        assert_eq!(failures.first().unwrap()["message"], "why \"it\"");
        let with_message = failures.iter().filter(|failure| failure.get("message").is_some()).count();
        assert_eq!(with_message as u64, MOST_MESSAGES);
    }

    #[test]
    fn list_that_is_too_long_is_left_out_and_counted() {
        let longest = status(MOST_LISTED);
        assert_eq!(length(&longest, "successes"), Some(MOST_LISTED));
        let longer = status(MOST_LISTED + 1);
        for (count, list) in
            [("success_count", "successes"), ("failure_count", "failures"), ("pending_count", "pendings")]
        {
            assert_eq!((&longer[count], length(&longer, list)), (&(MOST_LISTED + 1).into(), None));
        }
        assert_eq!(longer["total_count"], 3 * (MOST_LISTED + 1));
    }
}
