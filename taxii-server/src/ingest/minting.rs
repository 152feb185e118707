//! The objects that the bridge makes: a pure function of all that is known of a subject.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use stix_core::sdo::{AttackPattern, Identity, Indicator, Vulnerability};
use stix_core::sro::Relationship;
use stix_core::tlp::Tlp;
use stix_core::validate::Valid;
use stix_core::{Confidence, ExternalReference, Identifier, IdentifierError, Object, SdoCommon, Timestamp};

use super::bounded::MOST_TEXTS;
use super::contribution::least;
use super::key::Namer;
use super::subject::Ends;
use super::{Allowance, AttackLibrary, Compared, Contribution, Emit, Mapping, Subject};

/// How objects are made: the author, the marking, the names.
#[derive(Clone, Debug, Hash)]
pub struct Minting {
    namer: Namer,
    author: Author,
    author_id: Identifier,
    marking: Option<Tlp>,
    mapping: Mapping,
    library: Option<Arc<AttackLibrary>>,
}

/// What an object is made of.
pub(super) struct Material<'a> {
    pub(super) subject: &'a Subject,
    /// The objects at the ends of a relation.
    pub(super) ends: &'a Ends,
    /// What the sources say, in the order of their keys, so that the same contributions make the same object.
    pub(super) known: &'a [Contribution],
    /// The markings that the settings of the feeds say.
    pub(super) levels: &'a [Tlp],
    /// What allow-lists say of the value.
    pub(super) allowance: &'a Allowance,
}

/// Who is named as the creator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Author {
    /// SOC Defenders, the source of the content.
    ///
    /// Section 3.5 wants the identity that made the object, which is the bridge. Consumers show the
    /// creator as the author, though, and the content is the source's; the identity says so.
    Source,
    /// The bridge.
    Bridge,
}

/// The source whose content it is.
const SOURCE: &str = "SOC Defenders";
/// This program.
const BRIDGE: &str = "SOC Defenders bridge";
/// When the identities of authors were made: once for all installations, so that they are all the same.
const AUTHOR_CREATED: i64 = 1_767_225_600_000;

impl Minting {
    /// Objects by this author, with this marking, made by this installation.
    ///
    /// # Errors
    /// Never with the names that this program uses.
    pub fn new(author: Author, installation: &str, marking: Option<Tlp>) -> Result<Self, IdentifierError> {
        let name = match author {
            Author::Source => SOURCE,
            Author::Bridge => BRIDGE,
        };
        let namer = Namer::new(name, installation);
        let author_id = namer.key("identity", serde_json::json!({"name": name})).identifier()?;
        let (mapping, library) = (Mapping::default(), None);
        Ok(Self { namer, author, author_id, marking, mapping, library })
    }

    /// The same, with another mapping.
    pub fn with_mapping(self, mapping: Mapping) -> Self {
        Self { mapping, ..self }
    }

    /// The same, with techniques as MITRE publishes them.
    pub fn with_library(self, library: Option<Arc<AttackLibrary>>) -> Self {
        Self { library, ..self }
    }

    /// How records become objects.
    pub(super) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// The marking that the settings say.
    pub(super) fn marking(&self) -> Option<Tlp> {
        self.marking
    }

    /// Whether values become objects of their own.
    pub(super) fn emits_observables(&self) -> bool {
        self.mapping.emit == Emit::Observables
    }

    /// The technique as MITRE publishes it, if that is at hand.
    pub(super) fn technique(&self, id: &str) -> Option<&Valid<Object>> {
        self.library.as_ref()?.technique(id)
    }

    /// What makes keys.
    pub fn namer(&self) -> &Namer {
        &self.namer
    }

    /// The objects that others refer to: the markings of these levels, and the author.
    pub(crate) fn context(&self, levels: &[Tlp]) -> Vec<Object> {
        let created = chrono::DateTime::from_timestamp_millis(AUTHOR_CREATED).unwrap_or_default();
        let common = SdoCommon::new(self.author_id.clone(), Timestamp::from_millis(created));
        let (name, description) = match self.author {
            Author::Source => (
                SOURCE,
                "The SOC Defenders threat-intelligence feed (https://socdefenders.ai). Objects that name this \
                 identity as their creator were made from its content by a bridge, which is not part of it.",
            ),
            Author::Bridge => (
                BRIDGE,
                "A bridge that makes STIX objects from the content of the SOC Defenders feed \
                 (https://socdefenders.ai), of which it is not part.",
            ),
        };
        let identity = Identity::from_common(common, name)
            .with_description(description)
            .with_identity_class("organization");
        let markings = levels.iter().map(|level| level.marking().into());
        markings.chain([identity.into()]).collect()
    }

    /// What the techniques of MITRE refer to.
    pub(super) fn library_context(&self) -> impl Iterator<Item = Object> {
        self.library.iter().flat_map(|library| library.context())
    }

    /// The object for a subject; nothing for one that can only be passed through.
    pub(super) fn object(
        &self,
        id: Identifier,
        material: &Material<'_>,
        created: &Timestamp,
        modified: &Timestamp,
    ) -> Option<Object> {
        let Material { subject, ends, known, allowance, .. } = material;
        if let Subject::Observable(compared) = subject {
            return observable(&id, compared, material.marking());
        }
        let mut common = SdoCommon::new(id, created.clone());
        common.modified = modified.clone();
        common.object_marking_refs = material.marking().map(|tlp| vec![tlp.id()]);
        common.created_by_ref = Some(self.author_id.clone());
        common.revoked = (!known.is_empty() && known.iter().all(|part| part.revoked)).then_some(true);
        common.labels = not_empty(self.labels(known, allowance));
        let confidence = known.iter().filter_map(|part| part.statement.confidence).max();
        let low = Confidence::LOW.value();
        let lowered = allowance.lowered.then(|| confidence.unwrap_or(low).min(low));
        common.confidence = lowered.or(confidence).and_then(level);
        common.external_references = not_empty(references(subject, known));
        Some(match subject {
            Subject::Indicator { compared, pattern } => {
                let seen =
                    known.iter().fold(None, |least_yet, part| least(least_yet, part.first_seen.clone()));
                let valid_from = seen.unwrap_or_else(|| created.clone());
                // One source without an end to the validity means that there is none.
                let ends: Option<Vec<_>> =
                    known.iter().map(|part| part.statement.valid_until.clone()).collect();
                let end = ends.and_then(|ends| ends.into_iter().max()).filter(|end| *end > valid_from);
                let last_seen = known.iter().filter_map(|part| part.statement.last_seen.as_ref()).max();
                let lived = compared
                    .as_ref()
                    .and_then(|compared| self.mapping.valid_until(compared.ioc, &valid_from, last_seen));
                let value = compared.as_ref().map(|compared| compared.value.clone());
                let noun = compared.as_ref().map_or("Pattern", |compared| compared.ioc.noun());
                let mut indicator = Indicator::from_common(common, pattern.clone(), valid_from)
                    .with_name(value.or_else(|| name(known)).unwrap_or_else(|| pattern.clone()))
                    .with_description(description(noun, known))
                    .with_indicator_types(indicator_types(known));
                indicator.valid_until = lived.or(end);
                indicator.into()
            }
            Subject::Vulnerability(cve) => Vulnerability::from_common(common, cve.clone())
                .with_description(description("Vulnerability", known))
                .into(),
            Subject::Technique(technique) => {
                AttackPattern::from_common(common, name(known).unwrap_or_else(|| technique.clone())).into()
            }
            Subject::Relation { relation, .. } => {
                let (source, target) = (*ends).clone()?;
                Relationship::from_common(common, source, relation.clone(), target).into()
            }
            Subject::Observable(_) | Subject::Object(_) => return None,
        })
    }

    fn labels(&self, known: &[Contribution], allowance: &Allowance) -> Vec<String> {
        let said = known.iter().flat_map(|part| &part.labels);
        let said = said.filter_map(|label| self.mapping.labels.label(label));
        let lists = allowance.labels.iter().map(|list| format!("allow-list:{list}"));
        lists
            .chain(said.collect::<BTreeSet<_>>().into_iter().take(MOST_TEXTS))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }
}

impl Material<'_> {
    /// The most restricted of the levels that the settings and the sources say; of two, that of the settings.
    fn marking(&self) -> Option<Tlp> {
        let said = self.known.iter().flat_map(|part| &part.markings);
        let said = said.filter_map(|id| Tlp::of(&id.parse().ok()?));
        let all = said.chain(self.levels.iter().copied());
        all.max_by_key(|tlp| (tlp.rank(), self.levels.contains(tlp), tlp.version()))
    }
}

/// The cyber-observable object of a value.
fn observable(id: &Identifier, compared: &Compared, marking: Option<Tlp>) -> Option<Object> {
    let mut properties = compared.properties();
    properties.insert("id".to_owned(), id.as_str().into());
    if let Some(marking) = marking {
        properties.insert("object_marking_refs".to_owned(), serde_json::json!([marking.id().as_str()]));
    }
    Valid::read(properties.into()).ok().map(Valid::into_inner)
}

fn level(number: u8) -> Option<Confidence> {
    Confidence::new(i64::from(number)).ok()
}

fn not_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// A name that a source gives it.
fn name(known: &[Contribution]) -> Option<String> {
    known.iter().filter_map(|part| part.statement.name.clone()).max()
}

/// What the sources say that it indicates; by default, what every IOC does.
fn indicator_types(known: &[Contribution]) -> Vec<String> {
    let said = union(known, |part| &part.indicator_types);
    not_empty(said).unwrap_or_else(|| vec!["malicious-activity".to_owned()])
}

fn union<'a>(
    known: &'a [Contribution],
    texts: impl Fn(&'a Contribution) -> &'a BTreeSet<String>,
) -> Vec<String> {
    known.iter().flat_map(texts).cloned().collect::<BTreeSet<_>>().into_iter().take(MOST_TEXTS).collect()
}

/// One sentence of what it is and who reported it, and what the latest record says beside.
fn description(noun: &str, known: &[Contribution]) -> String {
    let feeds: BTreeSet<&str> = known.iter().filter_map(|part| part.feed_name.as_deref()).collect();
    let feeds: Vec<&str> = feeds.into_iter().collect();
    let by = match feeds.as_slice() {
        [] => SOURCE.to_owned(),
        [one] => format!("{one} through {SOURCE}"),
        [most @ .., last] => format!("{} and {last} through {SOURCE}", most.join(", ")),
    };
    let said =
        known.iter().filter_map(|part| Some((&part.statement.last_seen, part.statement.context.as_ref()?)));
    match said.max() {
        Some((_, context)) => format!("{noun} reported by {by}. {context}"),
        None => format!("{noun} reported by {by}."),
    }
}

/// The well-known identifier, the articles, and the records at the source.
fn references(subject: &Subject, known: &[Contribution]) -> Vec<ExternalReference> {
    let well_known = match subject {
        Subject::Vulnerability(cve) => Some(ExternalReference::new("cve").with_external_id(cve.as_str())),
        Subject::Technique(technique) => Some(
            ExternalReference::new("mitre-attack")
                .with_external_id(technique.as_str())
                .with_url(format!("https://attack.mitre.org/techniques/{}", technique.replace('.', "/"))),
        ),
        _ => None,
    };
    let mut others = BTreeSet::new();
    for part in known {
        let feed = part.feed_name.as_deref().unwrap_or(SOURCE);
        let urls = part.references.iter().filter(|text| reqwest::Url::parse(text).is_ok());
        others.extend(urls.map(|url| (feed.to_owned(), Some(url.clone()), None)));
        others.extend(part.upstream_id.iter().map(|id| ("socdefenders".to_owned(), None, Some(id.clone()))));
    }
    let others = others.into_iter().take(MOST_TEXTS).map(|(source_name, url, external_id)| {
        let mut reference = ExternalReference::new(source_name);
        (reference.url, reference.external_id) = (url, external_id);
        reference
    });
    well_known.into_iter().chain(others).collect()
}
