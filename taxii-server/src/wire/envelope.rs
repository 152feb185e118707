//! The `envelope` resource (section 3.7), assembled from the bytes of the objects.

/// A page of objects: each of `objects` is the JSON text of one object.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Where the next page begins; written together with `more: true`, never alone.
    pub next: Option<&'a str>,
    /// The objects, oldest first.
    pub objects: &'a [&'a [u8]],
    /// Write `"objects": []` when there are none. The specification forbids it (section 2), yet some
    /// clients fail without.
    pub empty_lists: bool,
}

impl Envelope<'_> {
    /// The JSON text: the bytes of the objects are joined, not read.
    ///
    /// ```
    /// use taxii_server::wire::Envelope;
    ///
    /// let objects = [br#"{"type":"malware"}"#.as_slice()];
    /// let page = Envelope { next: Some("abc"), objects: &objects, empty_lists: false };
    /// assert_eq!(page.to_json(), br#"{"more":true,"next":"abc","objects":[{"type":"malware"}]}"#);
    /// ```
    pub fn to_json(&self) -> Vec<u8> {
        let length: usize = self.objects.iter().map(|object| object.len().saturating_add(1)).sum();
        let mut json = Vec::with_capacity(length.saturating_add(64));
        json.push(b'{');
        if let Some(next) = self.next {
            // `next` is base64url, which needs no escapes.
            json.extend_from_slice(br#""more":true,"next":""#);
            json.extend_from_slice(next.as_bytes());
            json.push(b'"');
        }
        if !self.objects.is_empty() || self.empty_lists {
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(br#""objects":["#);
            for (index, object) in self.objects.iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                json.extend_from_slice(object);
            }
            json.push(b']');
        }
        json.push(b'}');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_objects() {
        let empty = Envelope { next: None, objects: &[], empty_lists: false };
        assert_eq!(empty.to_json(), b"{}");
        assert_eq!(Envelope { empty_lists: true, ..empty }.to_json(), br#"{"objects":[]}"#);
    }

    #[test]
    fn objects_keep_their_bytes() {
        let objects = [b"{ \"a\" : 1.0 }".as_slice(), b"{}"];
        let page = Envelope { next: None, objects: &objects, empty_lists: false };
        assert_eq!(page.to_json(), b"{\"objects\":[{ \"a\" : 1.0 },{}]}");
    }
}
