//! The objects of an answer of the STIX endpoint as they came: out of lists, bundles in bundles, and texts one after the
//! other.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use super::Failure;
use super::client::{Reply, STIX};
use super::record_list::RecordList;
use super::refusal::{Cause, Refusal};
use super::text::Text;
use crate::ingest::{Repair, Repairs};

/// How deep bundles and lists may lie in each other.
const DEPTH: usize = 32;

/// What a text holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    /// The texts of the objects.
    pub(super) objects: Vec<Bytes>,
    /// How many of the records are indicators, or may be meant for one, by which a cut answer shows.
    pub(super) indicators: usize,
    /// The bundles that had to be put right, with an empty list of objects, and how.
    pub(super) repaired: Vec<(Bytes, Repairs)>,
    /// The texts that hold no objects, and why not.
    pub(super) refused: Vec<(Bytes, Refusal)>,
    /// Whether there is one bundle or list around everything. What has none may have been cut off between two objects.
    pub(super) has_end: bool,
    /// Whether the text holds more records than were to be read.
    is_over: bool,
    /// Whether there is a bundle, a list, or anything that has a type.
    is_stix: bool,
    /// Why the text cannot be read to its end, if so.
    broken: Option<String>,
}

impl Contents {
    /// Takes a text apart, which may hold up to `most` records: what comes behind them is not read.
    pub(super) fn of(bytes: &Bytes, most: usize) -> Self {
        let text = Text::of(bytes);
        let mut apart = TakingApart { text: &text, most, contents: Self::default() };
        apart.take_all();
        apart.contents
    }

    /// How many records there are.
    fn records(&self) -> usize {
        self.objects.len() + self.refused.len() + self.repaired.len()
    }
}

impl Reply for Contents {
    const PATH: &str = STIX;

    fn read(body: &Bytes, content_type: &str, most: usize) -> Result<Self, Failure> {
        let contents = Self::of(body, most);
        match &contents.broken {
            _ if contents.is_over => Err(Failure::TooManyRecords { limit: most, server_time: None }),
            Some(error) => Err(Failure::not_json(content_type, error)),
            None if !contents.is_stix => Err(Failure::Shape { message: "there is no bundle".to_owned() }),
            None => Ok(contents),
        }
    }
}

struct TakingApart<'a> {
    text: &'a Text<'a>,
    most: usize,
    contents: Contents,
}

impl<'a> TakingApart<'a> {
    fn take_all(&mut self) {
        let text = self.text.shown();
        let mut values = Deserializer::from_str(text).into_iter::<&RawValue>();
        let whole: Result<Vec<_>, _> = values.by_ref().take(self.most.saturating_add(1)).collect();
        match whole {
            Ok(values) if !values.is_empty() => {
                values.iter().for_each(|value| self.take(value.get(), 0));
                self.contents.has_end &= values.len() == 1;
            }
            Ok(_) => {
                self.contents.broken = Some("it is empty".to_owned());
                self.refuse(text, "it is empty");
            }
            Err(_) if has_lines(text) => {
                text.split_inclusive('\n').for_each(|line| self.take_line(line));
                self.contents.has_end = false;
            }
            Err(error) => {
                self.contents.broken = Some(error.to_string());
                self.refuse(text, error);
            }
        }
    }

    /// Takes a line of JSON Lines. Only of the last line, if it does not end as the others do, more may have been meant to
    /// come.
    fn take_line(&mut self, line: &'a str) {
        let record = line.trim_ascii();
        match serde_json::from_str::<&RawValue>(record) {
            _ if record.is_empty() => {}
            Ok(value) => self.take(value.get(), 0),
            Err(error) => {
                if !line.ends_with('\n') {
                    self.contents.broken = Some(error.to_string());
                }
                self.refuse(record, error);
            }
        }
    }

    fn take(&mut self, text: &'a str, depth: usize) {
        if self.has_enough() {
            return;
        }
        if depth > DEPTH {
            return self
                .refuse(text, format_args!("lists and bundles lie in each other more than {DEPTH} deep"));
        }
        if text.starts_with('[') {
            (self.contents.is_stix, self.contents.has_end) = (true, true);
            let is_over = Cell::new(false);
            let list = RecordList { most: self.most, is_over: &is_over };
            match list.deserialize(&mut Deserializer::from_str(text)) {
                Ok(items) => items.iter().for_each(|item| self.take(item.get(), depth + 1)),
                Err(_) if is_over.get() => self.contents.is_over = true,
                Err(error) => self.refuse(text, error),
            }
            return;
        }
        if !text.starts_with('{') {
            return self.refuse(text, "an object of STIX is a JSON object");
        }
        let members = match serde_json::from_str::<Members<'a>>(text) {
            Ok(members) => members,
            Err(error) => return self.refuse(text, error),
        };
        let object_type = members.object_type;
        self.contents.is_stix |= object_type.is_some();
        if object_type == Some("\"bundle\"") {
            return self.take_bundle(text, members, depth);
        }
        self.contents.indicators += usize::from(may_be_indicator(object_type));
        self.contents.objects.push(self.text.original(text));
    }

    /// Whether as many records have been read as may be; then there are too many, since another one is at hand.
    fn has_enough(&mut self) -> bool {
        self.contents.is_over |= self.contents.records() >= self.most;
        self.contents.is_over
    }

    fn take_bundle(&mut self, text: &'a str, members: Members<'a>, depth: usize) {
        self.contents.has_end = true;
        let objects = members.objects;
        let mut repairs = Repairs::new();
        if members.has_spec_version {
            repairs.insert(Repair::BundleVersion);
        }
        if depth > 0 {
            repairs.insert(Repair::Nesting);
        }
        if objects.len() > 1 {
            repairs.insert(Repair::Repeated);
        }
        if !repairs.is_empty() {
            self.contents.repaired.push((self.frame(text, &objects), repairs));
        }
        for objects in objects {
            self.take(objects, depth + 1);
        }
    }

    /// Returns the text of a bundle as it came, but for its objects, which are records of their own.
    fn frame(&self, bundle: &str, objects: &[&str]) -> Bytes {
        let original = self.text.original(bundle);
        let mut frame = Vec::new();
        let mut end = 0;
        for objects in objects {
            let start = objects.as_ptr().addr() - bundle.as_ptr().addr();
            frame.extend_from_slice(&original.slice(end..start));
            frame.extend_from_slice(b"[]");
            end = start + objects.len();
        }
        frame.extend_from_slice(&original.slice(end..));
        frame.into()
    }

    fn refuse(&mut self, text: &str, why: impl std::fmt::Display) {
        if self.has_enough() {
            return;
        }
        self.contents.indicators += 1;
        self.contents.refused.push((self.text.original(text), Cause::Shape.because(why)));
    }
}

/// The members of an object by which it is told what it is. Of a type that comes twice the last counts, of `objects` all.
#[derive(Clone, Default)]
struct Members<'a> {
    object_type: Option<&'a str>,
    objects: Vec<&'a str>,
    has_spec_version: bool,
}

/// The name of a member, borrowed from the text where nothing in it is escaped.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;

        impl<'de> Visitor<'de> for Seen {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Members<'de>, A::Error> {
                let mut seen = Members::default();
                while let Some(Name(name)) = members.next_key()? {
                    let value = members.next_value::<&RawValue>()?.get();
                    match &*name {
                        "type" => seen.object_type = Some(value),
                        "objects" => seen.objects.push(value),
                        "spec_version" => seen.has_spec_version = true,
                        _ => {}
                    }
                }
                Ok(seen)
            }
        }

        deserializer.deserialize_map(Seen)
    }
}

/// Whether an object is an indicator, or of no type that the specification knows: what is spoiled takes a place too.
fn may_be_indicator(object_type: Option<&str>) -> bool {
    let name = object_type.unwrap_or_default().trim_matches('"');
    name == "indicator" || stix_core::object::def(name).is_none()
}

/// Whether a text that is not whole is one of lines, most of which can be read: a page for people is not, and neither is a
/// bundle that breaks off.
fn has_lines(text: &str) -> bool {
    let lines = || text.lines().filter(|line| !line.trim_ascii().is_empty());
    let is_whole = |line: &&str| line.starts_with('{') && serde_json::from_str::<&RawValue>(line).is_ok();
    lines().next().is_some_and(|first| first.starts_with('{'))
        && lines().filter(is_whole).count() * 2 >= lines().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_found_wherever_they_lie() {
        let cases = [
            (r#"{"type":"a"}"#, vec![r#"{"type":"a"}"#], 0, 0),
            (r#"[{"type":"a"}, [{"b":1.0}]]"#, vec![r#"{"type":"a"}"#, r#"{"b":1.0}"#], 0, 0),
            ("{\"a\" :1}\n{\"a\":2}\n", vec![r#"{"a" :1}"#, r#"{"a":2}"#], 0, 0),
            (r#"{"type":"bundle","objects":[{"a":1}]}"#, vec![r#"{"a":1}"#], 0, 0),
            (r#"{"type":"bundle","spec_version":"2.0","objects":[{"a":1}]}"#, vec![r#"{"a":1}"#], 1, 0),
            (
                r#"{"objects":[{"type":"bundle","objects":[{"a":1}]}],"type":"bundle"}"#,
                vec![r#"{"a":1}"#],
                1,
                0,
            ),
            (r#"{"type":"bundle"}"#, vec![], 0, 0),
            (
                r#"{"objects":[{"a":1}],"type":"bundle","objects":[{"a":2}],"objects":7}"#,
                vec![r#"{"a":1}"#, r#"{"a":2}"#],
                1,
                1,
            ),
            (r#"{"type":"bundle","objects":[1,"x",{"a":1}]}"#, vec![r#"{"a":1}"#], 0, 2),
            ("{\"a\":1}\n{\"a\":", vec![r#"{"a":1}"#], 0, 1),
            ("{\"a\":1}\r\n{\"a\": tru}\r\n\r\nnone\n{\"a\":2}", vec![r#"{"a":1}"#, r#"{"a":2}"#], 0, 2),
            ("{\"a\":1\n{\"a\":2}\n", vec![r#"{"a":2}"#], 0, 1),
            ("{\"a\":\n[1\n{}\n", vec![], 0, 1),
        ];
        for (text, objects, repaired, refused) in cases {
            let contents = Contents::of(&text.into(), 100);
            assert_eq!(contents.objects, objects, "{text}");
            assert_eq!((contents.repaired.len(), contents.refused.len()), (repaired, refused), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Contents::of(&deep.into(), 100).refused.len(), 1);
    }

    #[test]
    fn text_with_too_many_records_is_told_apart() {
        for text in [
            r#"[{"type":"a"},[{"type":"b"},7]]"#,
            r#"{"type":"bundle","objects":[{"type":"a"},{"type":"b"},{"type":"c"}]}"#,
            "{\"type\":\"a\"}\n{\"type\":\"b\"}\n{\"type\":\"c\"}",
            "{\"type\":\"a\"}\n{\"type\":}\n{\"type\":\"c\"}",
            "[[{\"type\":\"a\"}],[{\"type\":\"b\"}],[{\"type\":\"c\"}]]",
        ] {
            assert_eq!(Contents::read(&text.into(), "", 3).unwrap().records(), 3, "{text}");
            let failure = Contents::read(&text.into(), "", 2).unwrap_err();
            assert_eq!(failure, Failure::TooManyRecords { limit: 2, server_time: None }, "{text}");
        }
    }

    #[test]
    fn a_bundle_that_is_put_right_is_kept_as_it_came_but_for_its_objects() {
        let bundle = b"{ \"spec_version\":\"2.0\", \"x\": 1e2,\n \"objects\" : [ {\"\xff\":1} ], \"type\":\"bundle\", \"\xfe\":1 }";
        let contents = Contents::of(&Bytes::from_static(bundle), 100);
        let frame =
            b"{ \"spec_version\":\"2.0\", \"x\": 1e2,\n \"objects\" : [], \"type\":\"bundle\", \"\xfe\":1 }";
        assert_eq!(contents.repaired.first().unwrap().0, frame.as_slice());
        assert_eq!(contents.objects, [b"{\"\xff\":1}".as_slice()]);
    }

    #[test]
    fn what_has_nothing_around_it_has_no_end() {
        let cases = [
            ("{\"type\":\"bundle\"}", true),
            ("[{\"type\":\"a\"}]", true),
            ("{\"type\":\"a\"}", false),
            ("{\"type\":\"a\"}\n{\"type\":\"bundle\"}\n", false),
            ("{\"type\":\"bundle\"}\n{\"type\":\n{\"type\":\"b\"}\n", false),
        ];
        for (text, has_end) in cases {
            assert_eq!(Contents::of(&text.into(), 100).has_end, has_end, "{text}");
        }
    }

    #[test]
    fn an_answer_that_is_not_whole_is_no_answer() {
        let bundle = "{\"type\":\"bundle\",\n \"objects\":[\n{\"type\":\"a\"},\n{\"type\":\"b\"}\n]}";
        let lines = "{\"type\":\"a\"}\n{\"type\":\n{\"type\":\"b\"}\n";
        for whole in [bundle, lines, "[]", "{\"type\":\"indicator\"}"] {
            assert!(Contents::read(&whole.into(), "", 100).is_ok(), "{whole}");
        }
        let page = "<html><script>\n{\"@type\":\"WebPage\"}\n</script></html>\n";
        let cut_line = lines.get(..lines.len() - 2).unwrap();
        let cut_bundle = bundle.get(..bundle.len() - 1).unwrap();
        for broken in ["", " \n", page, cut_line, cut_bundle, "{\"type\":"] {
            let failure = Contents::read(&broken.to_owned().into(), "", 100).unwrap_err();
            assert!(matches!(failure, Failure::NotJson { .. }), "{broken}: {failure}");
        }
        for other in ["{\"error\":{\"code\":\"x\"}}", "{}", "1", "null"] {
            let failure = Contents::read(&other.into(), "", 100).unwrap_err();
            assert!(matches!(failure, Failure::Shape { .. }), "{other}: {failure}");
        }
    }
}
