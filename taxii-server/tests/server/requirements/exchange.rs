//! Requests and the answers to them as data: `fixtures/taxii21/exchanges` has a file for each test.
//!
//! The server is that of `library`. Whatever is asked, the answer must have the headers that TAXII gives every answer,
//! and what fails must have the body of a TAXII error.

use std::collections::BTreeMap;

use reqwest::header::HeaderMap;
use reqwest::{Method, Response};
use serde::Deserialize;
use serde_json::Value;

use super::library::{fixture, library};
use crate::backend::Backend;
use crate::world::{Caller, MEDIA_TYPE, World};

/// Makes of each name a test for each backend, which holds the exchanges in the file of that name.
macro_rules! exchanges {
    ($($name:ident),* $(,)?) => {
        $(async fn $name(backend: crate::backend::Backend) {
            super::exchange::hold(backend, stringify!($name)).await;
        })*
        crate::backend::on_both!($($name),*);
    };
}
pub(super) use exchanges;

/// A request and what its answer must be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// Method and path.
    request: String,
    /// The account that asks; empty for none.
    #[serde(default = "reader")]
    caller: String,
    /// Headers beside, or in place of, those that every request has; `null` leaves one out.
    #[serde(default)]
    headers: BTreeMap<String, Option<String>>,
    /// What is sent: a text as it is, anything else as JSON.
    body: Option<Value>,
    /// The status of the answer.
    status: u16,
    /// Headers of the answer; `null` for one that must not be there.
    #[serde(default)]
    answer_headers: BTreeMap<String, Option<String>>,
    /// The whole body of the answer.
    answer: Option<Value>,
    /// Members of the body of the answer; `null` for one that must not be there.
    #[serde(default)]
    members: BTreeMap<String, Value>,
    /// The identifiers of `objects`.
    ids: Option<Vec<String>>,
    /// The `modified` or, in the manifest, `version` of `objects`.
    versions: Option<Vec<String>>,
    /// How many `objects` there are.
    count: Option<usize>,
}

fn reader() -> String {
    "reader".to_owned()
}

/// Holds the exchanges of a file.
pub(super) async fn hold(backend: Backend, name: &str) {
    let caller = library(backend);
    let exchanges: Vec<Exchange> =
        serde_json::from_value(fixture(&format!("exchanges/{name}.json"))).unwrap();
    assert!(!exchanges.is_empty());
    for exchange in exchanges {
        exchange.hold(&caller).await;
    }
}

impl Exchange {
    async fn hold(&self, caller: &Caller) {
        let response = self.send(caller).await;
        let headers = response.headers().clone();
        let status = response.status();
        let body = response.bytes().await.unwrap();
        let shown = String::from_utf8_lossy(&body);
        assert_eq!(status, self.status, "{self:#?}\n{shown}");
        self.check_headers(&headers);
        if self.request.starts_with("HEAD") {
            assert!(body.is_empty(), "{self:#?}");
            return;
        }
        let body: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{self:#?}\n{shown}"));
        self.check_body(&body);
    }

    async fn send(&self, caller: &Caller) -> Response {
        let (method, path) = self.request.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let mut headers = BTreeMap::from([("accept".to_owned(), Some(MEDIA_TYPE.to_owned()))]);
        if !self.caller.is_empty() {
            headers.insert("authorization".to_owned(), Some(World::authorization(&self.caller)));
        }
        if self.body.is_some() {
            headers.insert("content-type".to_owned(), Some(MEDIA_TYPE.to_owned()));
        }
        headers.extend(self.headers.clone());
        let mut request = caller.client.request(method, format!("{}{path}", caller.url));
        for (name, value) in headers.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            request = request.header(name, value);
        }
        let request = match &self.body {
            Some(Value::String(text)) => request.body(text.clone()),
            Some(value) => request.body(value.to_string()),
            None => request,
        };
        request.send().await.unwrap()
    }

    fn check_headers(&self, headers: &HeaderMap) {
        let header = |name: &str| {
            let values: Vec<_> = headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect();
            (!values.is_empty()).then(|| values.join(", "))
        };
        assert_eq!(header("content-type").as_deref(), Some(MEDIA_TYPE), "{self:#?}");
        assert_eq!(header("www-authenticate").is_some(), self.status == 401, "{self:#?}");
        assert_eq!(header("allow").is_some(), self.status == 405, "{self:#?}");
        for (name, expected) in &self.answer_headers {
            assert_eq!(header(name), *expected, "{name}: {self:#?}");
        }
    }

    fn check_body(&self, body: &Value) {
        if self.status >= 400 {
            assert_eq!(body["http_status"], self.status.to_string(), "{self:#?}");
            assert!(body["title"].is_string(), "{self:#?}\n{body}");
        }
        if let Some(answer) = &self.answer {
            assert_eq!(body, answer, "{self:#?}");
        }
        for (name, expected) in &self.members {
            assert_eq!(&body[name], expected, "{name}: {self:#?}\n{body}");
        }
        let objects: Vec<&Value> = body["objects"].as_array().into_iter().flatten().collect();
        let texts = |name: &str, or: &str| -> Vec<_> {
            let values = objects.iter().map(|object| object.get(name).or(object.get(or)));
            values.map(|value| value.and_then(Value::as_str).unwrap_or_default().to_owned()).collect()
        };
        if let Some(ids) = &self.ids {
            assert_eq!(&texts("id", "id"), ids, "{self:#?}");
        }
        if let Some(versions) = &self.versions {
            assert_eq!(&texts("modified", "version"), versions, "{self:#?}");
        }
        if let Some(count) = self.count {
            assert_eq!(objects.len(), count, "{self:#?}");
        }
    }
}
