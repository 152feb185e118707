//! taxii2-client, the library of OASIS that other clients are built on.
//!
//! It takes no answer whose content type does not name both the media type and the version, and resolves relative API
//! roots. The requests that read have a name of the library in `User-Agent`, those that write that of another one.

use reqwest::{Method, Response};
use serde_json::Value;

use super::Site;

const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

pub(super) struct Taxii2Client {
    site: Site,
}

impl Taxii2Client {
    pub(super) fn new(site: Site) -> Self {
        Self { site }
    }

    pub(super) async fn get(&self, path: &str, parameters: &[(&str, String)]) -> Response {
        let request = self.site.request(Method::GET, path).query(parameters);
        let request = request.header("accept", MEDIA_TYPE).header("authorization", self.authorization());
        let response = request.header("user-agent", "taxii2-client/2.3.0").send().await.unwrap();
        let content_type = response.headers()["content-type"].to_str().unwrap();
        for token in ["application/taxii+json", "version=2.1"] {
            assert!(content_type.contains(token), "it refuses `{content_type}`");
        }
        response
    }

    pub(super) async fn post(&self, path: &str, body: String) -> Response {
        let request = self.site.request(Method::POST, path).body(body);
        let request = request.header("accept", MEDIA_TYPE).header("content-type", MEDIA_TYPE);
        let request = request.header("authorization", self.authorization());
        request.header("user-agent", "python-requests/2.34.2").send().await.unwrap()
    }

    /// The path of the objects of a collection, found like this: the API root by the last segment of its path, the
    /// collection by its title.
    pub(super) async fn objects_of(&self, root: &str, title: &str) -> String {
        let discovery = self.json("/taxii2/").await;
        let mut roots = discovery["api_roots"].as_array().unwrap().iter().map(|root| root.as_str().unwrap());
        let root = roots.find(|url| url.rsplit('/').nth(1) == Some(root)).unwrap();
        let collections = self.json(&format!("{root}collections/")).await;
        let mut collections = collections["collections"].as_array().unwrap().iter();
        let collection = collections.find(|collection| collection["title"] == title).unwrap();
        format!("{root}collections/{}/objects/", collection["id"].as_str().unwrap())
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.get(path, &[]).await;
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }

    fn authorization(&self) -> String {
        format!("Basic {}", self.site.credentials)
    }
}
