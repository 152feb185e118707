//! MISP itself, which looks through a collection from its beginning, and pushes.
//!
//! It joins the address and the API root by a slash of its own, writes the scheme `basic` in lower case, and declares a
//! content type when it reads, too. It cuts what it pushes into envelopes that fit into `max_content_length`.

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use taxii_server::config::DEFAULT_COLLECTION;

use super::{Reader, Site, Writer, accepted};
use crate::paging::Answer;
use crate::world::body;

const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";

pub(crate) struct MispCore {
    site: Site,
}

impl MispCore {
    pub(crate) fn new(site: Site) -> Self {
        Self { site }
    }

    /// The address that was typed in ends with a slash.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.site.request(method, &format!("//socdefenders/{path}"));
        let request = request.header("accept", MEDIA_TYPE).header("content-type", MEDIA_TYPE);
        request.header("authorization", format!("basic {}", self.site.credentials))
    }

    fn objects() -> String {
        format!("collections/{DEFAULT_COLLECTION}/objects/")
    }

    async fn send(&self, envelope: String) {
        let request = self.request(Method::POST, &Self::objects()).body(envelope);
        accepted(request.send().await.unwrap()).await;
    }
}

#[async_trait]
impl Reader for MispCore {
    async fn pull(&mut self) -> Vec<Value> {
        let (mut objects, mut parameters) = (Vec::new(), vec![("limit", "50".to_owned())]);
        loop {
            let request = self.request(Method::GET, &Self::objects()).query(&parameters);
            let answer = Answer::of(request.send().await.unwrap()).await;
            objects.extend(answer.objects);
            let Some(next) = answer.next else { return objects };
            parameters.truncate(1);
            parameters.push(("next", next));
        }
    }
}

#[async_trait]
impl Writer for MispCore {
    async fn push(&mut self, objects: Vec<Value>) -> usize {
        let root = body(self.request(Method::GET, "").send().await.unwrap()).await;
        let most = usize::try_from(root["max_content_length"].as_u64().unwrap()).unwrap();
        let (mut envelopes, mut batch) = (1, Vec::new());
        for object in objects {
            batch.push(object);
            if json!({ "objects": batch }).to_string().len() > most {
                let first = batch.pop();
                self.send(json!({ "objects": batch }).to_string()).await;
                envelopes += 1;
                batch = Vec::from_iter(first);
            }
        }
        self.send(json!({ "objects": batch }).to_string()).await;
        envelopes
    }
}
