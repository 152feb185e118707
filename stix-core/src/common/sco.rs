//! The common properties of cyber-observable objects (STIX 2.1 section 3.2).

use std::borrow::Cow;

use stix_derive::StixStruct;

use crate::{
    Context, Custom, GranularMarking, Identifier, SpecVersion,
    schema::{Common, ExtensionSet, NewCommon},
    values::Extensions,
};

/// The common properties of cyber-observable objects, with the extensions that the specification
/// defines for a type.
///
/// ```
/// use stix_core::{ScoBuilder, ScoCommon, sco::Mutex, tlp::Tlp};
///
/// let mutex = Mutex::new("a").with_defanged(false).with_object_marking_refs([Tlp::Green2.id()]);
/// let common: &ScoCommon = &mutex.common;
/// assert_eq!(common.defanged, Some(false));
/// ```
#[derive(Clone, Debug, StixStruct)]
#[stix(name = "common properties of cyber-observable objects", section = "3.2", builder = ScoBuilder)]
#[non_exhaustive]
pub struct ScoCommon<X: ExtensionSet = Extensions> {
    /// The version of the specification that the object follows.
    #[stix(default = SpecVersion)]
    pub spec_version: Option<SpecVersion>,
    /// The identifier of the object, made of its content where the specification says how.
    pub id: Identifier,
    /// The markings of the whole object.
    #[stix(after_own, refs("marking-definition"))]
    pub object_marking_refs: Option<Vec<Identifier>>,
    /// The markings of parts of the object.
    pub granular_markings: Option<Vec<GranularMarking>>,
    /// Whether values were changed so that nobody follows them by mistake.
    pub defanged: Option<bool>,
    /// The extensions of the object, by their name or the identifier of their definition.
    #[stix(id_contributing = X::ID_CONTRIBUTING)]
    pub extensions: Option<X>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
    /// Whether the identifier was made by `new` and is to follow the content while it is built.
    #[stix(state)]
    id_follows_content: bool,
}

/// How the object was built does not count.
impl<X: ExtensionSet> PartialEq for ScoCommon<X> {
    fn eq(&self, other: &Self) -> bool {
        self.spec_version == other.spec_version
            && self.id == other.id
            && self.object_marking_refs == other.object_marking_refs
            && self.granular_markings == other.granular_markings
            && self.defanged == other.defanged
            && self.extensions == other.extensions
            && self.custom == other.custom
    }
}

impl<X: ExtensionSet> NewCommon for ScoCommon<X> {
    fn new_common(context: &Context, object_type: &'static str) -> Self {
        let common = Self::new(Identifier::known(object_type, context.uuid()));
        Self { id_follows_content: true, ..common }
    }

    fn defined_extensions_mut(&mut self) -> &mut Custom {
        self.extensions.get_or_insert_default().custom_mut()
    }

    fn undeclared_mut(&mut self) -> &mut Custom {
        &mut self.custom
    }
}

impl<X: ExtensionSet> Common for ScoCommon<X> {
    super::common!();

    fn extensions(&self) -> Option<Cow<'_, Custom>> {
        let Ok(serde_json::Value::Object(extensions)) = serde_json::to_value(self.extensions.as_ref()?)
        else {
            return None;
        };
        Some(Cow::Owned(extensions))
    }

    fn id_follows_content(&self) -> bool {
        self.id_follows_content
    }

    fn set_id(&mut self, id: Identifier) {
        self.id = id;
    }
}
