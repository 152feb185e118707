//! A plain HTTP client: it follows no redirect and asks for what it is told.

use std::time::Duration;

use reqwest::{
    Client, Method, Response, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};
use serde_json::Value;
use socdefenders_standin::{Handle, Settings, StandIn};

pub(crate) const LIST: &str = "/api/v1/iocs";
pub(crate) const STIX: &str = "/api/v1/iocs/stix";

/// A client of one server.
pub(crate) struct Api {
    pub(crate) upstream: Handle,
    client: Client,
}

/// An answer that arrived in full.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Api {
    pub(crate) async fn start(settings: Settings) -> Self {
        Self { upstream: StandIn::start(settings).await.unwrap(), client: client() }
    }

    /// Gets path and query with the Pro key.
    pub(crate) async fn pro(&self, target: &str) -> Reply {
        self.with_key(target, &self.upstream.pro_key()).await
    }

    /// Gets path and query with the Free key.
    pub(crate) async fn free(&self, target: &str) -> Reply {
        self.with_key(target, &self.upstream.free_key()).await
    }

    /// Gets the JSON text of path and query with the Pro key.
    pub(crate) async fn json(&self, target: &str) -> Value {
        let reply = self.pro(target).await;
        assert_eq!(reply.status, 200, "{target}: {}", reply.text);
        reply.json()
    }

    pub(crate) async fn with_key(&self, target: &str, key: &str) -> Reply {
        self.with_headers(target, &[("authorization", &format!("Bearer {key}"))]).await
    }

    pub(crate) async fn with_headers(&self, target: &str, headers: &[(&'static str, &str)]) -> Reply {
        Reply::read(self.send(Method::GET, target, headers).await.unwrap()).await.unwrap()
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        target: &str,
        headers: &[(&'static str, &str)],
    ) -> reqwest::Result<Response> {
        let mut request = self.client.request(method, format!("{}{target}", self.upstream.base_url()));
        for (name, value) in headers {
            request = request
                .header(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header value"));
        }
        request.send().await
    }

    /// Gets with the Pro key what may not arrive.
    pub(crate) async fn try_pro(&self, target: &str) -> reqwest::Result<Reply> {
        self.try_with_key(target, &self.upstream.pro_key()).await
    }

    /// Gets what may not arrive.
    pub(crate) async fn try_with_key(&self, target: &str, key: &str) -> reqwest::Result<Reply> {
        let bearer = format!("Bearer {key}");
        Reply::read(self.send(Method::GET, target, &[("authorization", &bearer)]).await?).await
    }
}

impl Reply {
    pub(crate) async fn read(response: Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Self { status, headers, text: response.text().await? })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
    }

    pub(crate) fn number(&self, name: &str) -> i64 {
        self.header(name).parse().unwrap()
    }

    /// The status and the code, after a look at the documented error body.
    pub(crate) fn error(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(keys(&body), ["error"]);
        assert_eq!(keys(&body["error"]), ["code", "message", "request_id"]);
        assert!(body["error"]["request_id"].as_str().unwrap().starts_with("req_"));
        assert!(!body["error"]["message"].as_str().unwrap().is_empty());
        assert_eq!(self.header("content-type"), "application/json");
        (self.status.as_u16(), body["error"]["code"].as_str().unwrap().to_owned())
    }
}

pub(crate) fn client() -> Client {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(Policy::none()).timeout(Duration::from_secs(20)).no_proxy().build().unwrap()
}

/// The names of an object's members, in order.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The rows of a page.
pub(crate) fn data(page: &Value) -> &[Value] {
    page["data"].as_array().unwrap()
}

/// The objects of a bundle after the identity.
pub(crate) fn indicators(bundle: &Value) -> &[Value] {
    &bundle["objects"].as_array().unwrap()[1..]
}

/// The text of a member of each.
pub(crate) fn column<'a>(rows: &'a [Value], name: &str) -> Vec<&'a str> {
    rows.iter().map(|row| row[name].as_str().unwrap()).collect()
}
