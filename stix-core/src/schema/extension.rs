//! What an extension definition adds, declared as a struct (STIX 2.1 section 7.3).

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Class, Common, Declared, NewCommon, StixObject, StructDef};
use crate::Custom;

/// The ways in which an extension extends STIX (section 7.3, `extension-type-enum`).
///
/// ```
/// use stix_core::schema::{Class, ExtensionKind};
///
/// assert_eq!(ExtensionKind::of_class(Class::Sdo).map(ExtensionKind::code), Some("new-sdo"));
/// assert_eq!(ExtensionKind::of_class(Class::Smo), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtensionKind {
    /// A new type of domain objects.
    NewSdo,
    /// A new type of cyber-observable objects.
    NewSco,
    /// A new type of relationship objects.
    NewSro,
    /// Properties inside `extensions`, under the identifier of the definition.
    Property,
    /// Properties beside those that the type of the object has.
    ToplevelProperty,
}

impl ExtensionKind {
    /// The value of `extension_type`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NewSdo => "new-sdo",
            Self::NewSco => "new-sco",
            Self::NewSro => "new-sro",
            Self::Property => "property-extension",
            Self::ToplevelProperty => "toplevel-property-extension",
        }
    }

    /// The kind that defines objects of this class; none for the classes that are not extended.
    pub const fn of_class(class: Class) -> Option<Self> {
        match class {
            Class::Sdo => Some(Self::NewSdo),
            Class::Sco => Some(Self::NewSco),
            Class::Sro => Some(Self::NewSro),
            Class::Smo | Class::Bundle => None,
        }
    }
}

/// An extension whose properties are declared.
#[derive(Debug)]
pub struct ExtensionDef {
    /// The identifier of its definition.
    pub id: &'static str,
    /// Where its properties stand.
    pub kind: ExtensionKind,
    /// Its properties.
    pub own: &'static StructDef,
}

/// The properties that an extension adds to objects of a type that exists already.
///
/// `#[derive(StixStruct)]` implements it for a struct that names its definition:
///
/// ```
/// use stix_core::{
///     Custom, StixObject, StixStruct,
///     schema::{Extension, ExtensionDef, ExtensionKind},
///     sdo::Malware,
/// };
///
/// /// How a laboratory ranks malware.
/// #[derive(Clone, Debug, PartialEq, StixStruct)]
/// #[stix(
///     name = "acme-ranking",
///     extension = "extension-definition--dd73de4f-a7f3-49ea-8ec1-8e884196b7a8"
/// )]
/// struct Ranking {
///     /// From 1, the most dangerous.
///     rank: i64,
///     #[stix(custom)]
///     custom: Custom,
/// }
///
/// let malware = Malware::new(false).with_extension(&Ranking::new(3))?;
/// assert_eq!(malware.extension::<Ranking>()?.map(|ranking| ranking.rank), Some(3));
/// let def: &ExtensionDef = Ranking::EXTENSION;
/// assert_eq!((def.kind, def.own.properties.len()), (ExtensionKind::Property, 1));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// With `toplevel` beside `extension` its properties stand beside those of the object.
pub trait Extension: Declared + Serialize + DeserializeOwned {
    /// Its table.
    const EXTENSION: &'static ExtensionDef;
}

/// Reads an extension out of the extensions and the undeclared properties of an object.
pub(crate) fn read<E: Extension>(
    extensions: &Custom,
    undeclared: &Custom,
) -> Result<Option<E>, serde_json::Error> {
    let Some(content) = extensions.get(E::EXTENSION.id) else { return Ok(None) };
    let members: Custom = match (E::EXTENSION.kind, content) {
        (ExtensionKind::ToplevelProperty, _) => {
            let own = undeclared.iter().filter(|(name, _)| E::find(name).is_some());
            own.map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        (_, Value::Object(members)) => {
            let own = members.iter().filter(|(name, _)| *name != "extension_type");
            own.map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        (_, other) => return E::deserialize(other).map(Some),
    };
    E::deserialize(Value::Object(members)).map(Some)
}

/// Puts an extension into an object, in place of one of the same definition.
pub(super) fn write<E: Extension>(
    common: &mut impl NewCommon,
    extension: &E,
) -> Result<(), serde_json::Error> {
    let ExtensionDef { id, kind, .. } = E::EXTENSION;
    let mut content = Custom::from_iter([("extension_type".to_owned(), json!(kind.code()))]);
    let members = serde_json::to_value(extension)?;
    let members = members.as_object().into_iter().flatten();
    let members = members.map(|(name, value)| (name.clone(), value.clone()));
    match kind {
        ExtensionKind::ToplevelProperty => {
            let undeclared = common.undeclared_mut();
            undeclared.retain(|name, _| E::find(name).is_none());
            undeclared.extend(members);
        }
        _ => content.extend(members),
    }
    common.defined_extensions_mut().insert((*id).to_owned(), content.into());
    Ok(())
}

/// Names the extension definition of its type on an object, if the type has one.
#[doc(hidden)]
pub fn name_definition<T: StixObject<Common: NewCommon>>(object: &mut T) {
    if let Some((id, kind)) = T::OBJECT.definition() {
        let extensions = object.common_mut().defined_extensions_mut();
        extensions.entry(id).or_insert_with(|| json!({"extension_type": kind.code()}));
    }
}

/// The undeclared properties and the extensions of an object, as they are read together.
pub(super) fn of_common<E: Extension>(common: &dyn Common) -> Result<Option<E>, serde_json::Error> {
    common.extensions().map_or(Ok(None), |extensions| read(&extensions, common.undeclared()))
}

/// Stops the compilation if a declared extension does not name a definition.
#[doc(hidden)]
pub const fn assert_extension_id(id: &str) {
    let uuid = match id.as_bytes().split_first_chunk::<22>() {
        Some((b"extension-definition--", uuid)) => uuid,
        _ => b"",
    };
    let uuid = match std::str::from_utf8(uuid) {
        Ok(uuid) => Uuid::try_parse(uuid),
        Err(_) => Uuid::try_parse(""),
    };
    assert!(uuid.is_ok() && id.len() == 58, "not an identifier of an extension definition");
}

/// Stops the compilation if an extension cannot define objects of this class.
#[doc(hidden)]
pub const fn assert_extensible(class: Class) {
    assert!(ExtensionKind::of_class(class).is_some(), "no extension defines objects of this class");
}
