//! All rules of the validator, by what they are about.

use crate::validate::group::{Group, Severity};

rules! {
    // JSON and the data types.
    /// The document is JSON: UTF-8 text of one value, or of one value a line.
    Json "json" Error "2" Values;
    /// The document stays below the limits on size, nesting and the length of texts.
    Limit "limit" Error "2" Values;
    /// A member of a JSON object stands once (RFC 7493).
    DuplicateMember "duplicate-member" Error "2" Values;
    /// A value is of the kind that its property asks for.
    ValueKind "value-kind" Error "2" Values;
    /// There is no null in STIX: what is not known is left out.
    NoNull "no-null" Error "2" Values;
    /// A list or a dictionary is not empty: it is left out instead.
    NotEmpty "not-empty" Error "2.12" Values;
    /// A number is in the range of its property.
    Range "range" Error "2.10" Values;
    /// A timestamp is in UTC, of the form `YYYY-MM-DDThh:mm:ss.sssZ`, and names a day and time that exist.
    Timestamp "timestamp" Error "2.16" Values;
    /// `created` and `modified` have at least three digits of a second, the time stamp of a PE file has none.
    TimestampPrecision "timestamp-precision" Error "3.2" Values;
    /// Hexadecimal data is written in pairs of digits; so is every property whose name ends in `_hex`.
    Hexadecimal "hexadecimal" Error "2.8" Values;
    /// Hexadecimal data is written in lower case.
    HexadecimalCase "hexadecimal-case" Error "2.8" Values;
    /// Binary data is written in padded Base64; so is every property whose name ends in `_bin`.
    Binary "binary" Error "2.1" Values;
    /// The name of a hash algorithm is 3 to 250 of a-z, A-Z, 0-9, hyphen and underscore.
    HashName "hash-name" Error "2.7" Values;
    /// A hash has the length and the characters that its algorithm gives it.
    Hash "hash" Error "2.7" Values;
    /// The key of a dictionary is 1 to 250 of a-z, A-Z, 0-9, hyphen and underscore.
    DictionaryKey "dictionary-key" Error "2.3" Values;
    /// The key of a dictionary should be in lower case.
    DictionaryKeyCase "dictionary-key-case" Warning "2.3" Values;
    /// A URL is a URI of RFC 3986.
    Uri "uri" Error "2.5" Values;
    /// An IP address is one address, or a block of them in CIDR notation.
    IpAddress "ip-address" Error "6.8" Values;
    /// A MAC address is six pairs of hexadecimal digits in lower case, with colons between them.
    MacAddress "mac-address" Error "6.10" Values;
    /// An email address is an `addr-spec` of RFC 5322, without the name of the mailbox.
    EmailAddress "email-address" Error "6.5" Values;
    /// A domain name is made of labels, with dots between them.
    DomainName "domain-name" Error "6.4" Values;
    /// The name of software in the registry of NIST is a formatted string of CPE 2.3.
    Cpe "cpe" Error "6.14" Values;
    /// The name of a character set is one of IANA.
    CharacterSet "character-set" Error "6.7" Values;
    /// The hive of a registry key is written out.
    RegistryHive "registry-hive" Error "6.17" Values;
    /// A value that was changed so that nobody follows it should say so with `defanged`.
    Defanged "defanged" Warning "3.2" Values;
    /// The number of bytes or packets, or the distance that a location may be off, should not be negative.
    NegativeAmount "negative-amount" Warning "6.12" Values;

    // Properties, and how they go together.
    /// `type` names the type of object in 3 to 250 of a-z, 0-9 and single hyphens.
    ObjectType "object-type" Error "3.1" Properties;
    /// A required property is there.
    RequiredProperty "required-property" Error "3.2" Properties;
    /// `spec_version` is `2.1`.
    SpecVersion "spec-version" Error "3.2" Properties;
    /// The name of a property is 3 to 250 of a-z, 0-9 and underscore, starting with a letter.
    PropertyName "property-name" Error "3.1" Properties;
    /// Names that the specification reserves for its future are not used.
    ReservedName "reserved-name" Error "3.8" Properties;
    /// A common property is used only on the objects that have it: `defanged` on cyber-observable objects, which in
    /// turn are not versioned.
    NotApplicable "not-applicable" Error "3.2" Properties;
    /// An external reference to `cve` or `capec` has the identifier in the form that they define.
    ExternalId "external-id" Error "2.5" Properties;
    /// The names of kill chains and of their phases should be in lower case, with hyphens between words.
    KillChainName "kill-chain-name" Warning "2.11" Properties;
    /// Properties that belong together, or exclude each other, or follow each other in time, do so.
    PropertyRelation "property-relation" Error "3.2" Properties;
    /// The name of a relation is written with a-z, 0-9 and hyphens.
    RelationshipType "relationship-type" Error "5.1" Properties;
    /// The objects in the deprecated container of observed data should be numbered.
    ObservableKey "observable-key" Warning "4.14" Properties;
    /// The container that observed data had in STIX 2.0 should not be used.
    Deprecated "deprecated" Warning "4.14" Properties;
    /// An indicator should have a name and a description.
    IndicatorDescription "indicator-description" Warning "4.7" Properties;
    /// The product of a malware analysis should be in lower case, with hyphens between words.
    AnalysisProduct "analysis-product" Warning "4.12" Properties;
    /// A header of an email that has a property of its own is not among the additional ones.
    EmailHeader "email-header" Error "6.6" Properties;
    /// Traffic with an `end` is not active any more, and says so.
    TrafficEnd "traffic-end" Error "6.12" Properties;
    /// The start-up information of a Windows process has the fields of `STARTUPINFO`, with their names.
    StartupInfo "startup-info" Error "6.13.2" Properties;
    /// The pattern of an indicator is in the language of section 9, and breaks no MUST of it. Looked for by the crate
    /// stix-pattern.
    Pattern "pattern" Error "9" Properties;
    /// The pattern of an indicator can match what it is meant for: its paths lead somewhere, its constants are of the
    /// right type, its addresses are some. Looked for by the crate stix-pattern.
    PatternAdvice "pattern-advice" Warning "9" Properties;
    /// A label should not say what a property of its own says: the kind of malware belongs into `malware_types`, not
    /// into `labels`.
    TypeLabel "type-label" Warning "3.2" Properties;
    /// An external reference with a URL should have hashes of what the URL serves.
    ExternalReferenceHashes "external-reference-hashes" Warning "2.5" Properties;
    /// Network traffic should have the ports of both ends.
    TrafficPorts "traffic-ports" Warning "6.12" Properties;

    // Identifiers and what they point to.
    /// An identifier is a type, two hyphens and an RFC 4122 UUID.
    Identifier "identifier" Error "2.9" References;
    /// The identifier of an object begins with the object's type.
    IdPrefix "id-prefix" Error "2.9" References;
    /// An identifier points to an object of a type that the property allows.
    ReferenceTarget "reference-target" Error "2.9" References;
    /// Identifiers should hold a UUIDv4, those of cyber-observable objects a UUIDv5 made of their content.
    UuidVersion "uuid-version" Warning "2.9" References;
    /// A cyber-observable object without any property that contributes to its identifier has a UUIDv4.
    RandomUuid "random-uuid" Error "2.9" References;
    /// A producer gives a UUID to objects of one type only.
    UuidReuse "uuid-reuse" Error "2.9" References;
    /// The UUID namespace of cyber-observable objects is for identifiers made as section 2.9 says, and for
    /// nothing else.
    ScoNamespace "sco-namespace" Error "2.9" References;
    /// `derived-from` and `duplicate-of` lead from an object to one of the same type.
    RelationshipEnds "relationship-ends" Error "3.7" References;
    /// A relation should be one that the specification names between objects of these types.
    NamedRelationship "named-relationship" Warning "5.1" References;
    /// Observed data refers to at least one cyber-observable object.
    ObservedObject "observed-object" Error "4.14" References;
    /// What an object in the deprecated container of observed data refers to is there, and of a type that the property
    /// allows.
    ObservableReference "observable-reference" Error "4.14" References;
    /// The objects in the deprecated container of observed data belong together: none is there to which no reference
    /// leads from the others, in whatever direction.
    UnconnectedObservable "unconnected-observable" Error "4.14" References;

    // Versions.
    /// All versions of an object have the same `type`, `id`, `created` and `created_by_ref`.
    LockedProperty "locked-property" Error "3.6.2" Versions;
    /// What has the same identifier and `modified` has the same content; an object of a type without versions, such
    /// as a marking definition, never changes.
    VersionContent "version-content" Error "3.6.2" Versions;
    /// A cyber-observable object that stands twice should have the same properties both times.
    ObservableContent "observable-content" Warning "2.9" Versions;
    /// A revoked object has no later version.
    AfterRevoked "after-revoked" Error "3.6.2" Versions;

    // Markings and languages.
    /// A language is an RFC 5646 tag.
    LanguageTag "language-tag" Error "3.2" Markings;
    /// The parts of a language tag are in the registry of IANA.
    LanguageSubtag "language-subtag" Warning "3.2" Markings;
    /// The translations of a language-content object are by language and then by property.
    LanguageContent "language-content" Error "7.1" Markings;
    /// A translation has the shape of what it translates, with an empty text for an item of a list that is not
    /// translated.
    Translation "translation" Error "7.1" Markings;
    /// The version that language content translates should be there if the object is.
    TranslationVersion "translation-version" Warning "7.1" Markings;
    /// A selector of a granular marking names something that is in the object.
    Selector "selector" Error "7.2.3" Markings;
    /// A marking definition does not mark itself.
    SelfMarking "self-marking" Error "7.2" Markings;
    /// A statement marking has a `statement`, a TLP marking a `tlp`.
    MarkingDefinition "marking-definition" Error "7.2.1" Markings;
    /// The type of a marking definition should be `statement` or `tlp`; other markings are extensions.
    DefinitionType "definition-type" Warning "7.2.1" Markings;
    /// There are four TLP 1.0 markings, and they are what the specification prints.
    Tlp "tlp" Error "7.2.1.4" Markings;
    /// There are five TLP 2.0 markings, and they are what OASIS publishes beside the specification.
    Tlp2 "tlp-2" Warning "7.2.1.4" Markings;

    // Extensions and custom content.
    /// Custom content fits the JSON Schema that the user has given for its type or its extension.
    JsonSchema "json-schema" Error "7.3" Extensions;
    /// The key of an extension is the identifier of its extension definition, or a name that ends in `-ext`.
    ExtensionKey "extension-key" Error "3.2" Extensions;
    /// An extension of an extension definition says of which type it is, and no other extension does.
    ExtensionType "extension-type" Error "7.3" Extensions;
    /// An extension changes nothing that the specification defines: neither objects nor common properties.
    Redefinition "redefinition" Error "7.3" Extensions;
    /// An extension definition should have a description.
    ExtensionDescription "extension-description" Warning "7.3.1" Extensions;
    /// The definition of an extension that adds properties beside those of an object should list them.
    ExtensionProperties "extension-properties" Warning "7.3.1" Extensions;
    /// A type of object that the specification does not define should be defined by an extension.
    CustomObject "custom-object" Warning "11.2" Extensions;
    /// A property that the specification does not define should be defined by an extension.
    CustomProperty "custom-property" Warning "11.1" Extensions;
    /// Extensions should be defined by extension definitions, not by a name alone.
    CustomExtension "custom-extension" Warning "11.3" Extensions;
    /// The name of what no extension defines should begin with `x`, then the name of the source, then its own name.
    CustomName "custom-name" Warning "11.1" Extensions;

    // Bundles and whole documents.
    /// A bundle has no `spec_version` in STIX 2.1: its objects have.
    BundleSpecVersion "bundle-spec-version" Error "8" Documents;
    /// A bundle is not inside a bundle.
    NestedBundle "nested-bundle" Error "8" Documents;
    /// A bundle has the properties `type`, `id` and `objects`, and no other.
    BundleProperty "bundle-property" Error "8" Documents;

    // Vocabularies, enumerations and registries.
    /// A value is in its enumeration.
    Enumeration "enumeration" Error "10" Vocabularies;
    /// A value should be in its open vocabulary.
    OpenVocabulary "open-vocabulary" Warning "10" Vocabularies;
    /// The name of a hash algorithm should be a term of hash-algorithm-ov.
    HashAlgorithm "hash-algorithm" Warning "10.7" Vocabularies;
    /// A country should be a code of two letters of ISO 3166-1.
    Country "country" Warning "4.10" Vocabularies;
    /// The priority of a Windows process should be a priority class.
    ProcessPriority "process-priority" Warning "6.13.2" Vocabularies;
    /// A media type should be one of IANA.
    MediaType "media-type" Warning "6.7" Vocabularies;
    /// A protocol should have the name that IANA gives it.
    ProtocolName "protocol-name" Warning "6.12" Vocabularies;
    /// The options of a socket should have the names that its interface gives them.
    SocketOption "socket-option" Warning "6.12.4" Vocabularies;
    /// What a PDF document says about itself should be under the names of ISO 32000-1.
    PdfInformation "pdf-information" Warning "6.7.4" Vocabularies;
    /// The keys of IPFIX data should be the names of information elements of IANA.
    IpfixElement "ipfix-element" Warning "6.12" Vocabularies;

    // What only the tools of OASIS ask for.
    /// EXIF tags begin with a capital letter.
    ExifTag "exif-tag" Warning "6.7.5" Oasis;
    /// Each version of an object stands once.
    DuplicateObject "duplicate-object" Warning "3.6" Oasis;
    /// A value that is not in its open vocabulary is in lower case, with hyphens between words.
    OpenVocabularyFormat "open-vocabulary-format" Warning "2.14" Oasis;
    /// The name of a hash algorithm has at most 30 characters.
    HashNameLength "hash-name-length" Warning "2.7" Oasis;
    /// A CVE or CAPEC identifier comes from the source `cve` or `capec`.
    ExternalIdSource "external-id-source" Warning "2.5" Oasis;
    /// Objects other than cyber-observable ones have a UUIDv4, not a UUIDv5 of some namespace.
    UuidVersion4 "uuid-version-4" Warning "2.9" Oasis;
    /// A TLP 1.0 marking has no property beside those that the specification prints.
    TlpProperties "tlp-properties" Warning "7.2.1.4" Oasis;
    /// An object has one marking of each version of TLP at most.
    OneTlp "one-tlp" Warning "7.2.1.4" Oasis;
    /// The headers of an HTTP request are registered with IANA, or in wide use.
    HttpHeader "http-header" Warning "6.12.2" Oasis;
    /// What is inside an object has the properties that the specification gives it, and no other.
    UnknownProperty "unknown-property" Warning "11.1" Oasis;
    /// An object other than an identity says which identity created it.
    Creator "creator" Warning "3.2" Oasis;

    // What costs more time.
    /// The UUIDv5 of a cyber-observable object should be the one that its properties give.
    DeterministicId "deterministic-id" Warning "2.9" Thorough;
    /// What an object refers to is among the objects.
    MissingObject "missing-object" Warning "2.9" Thorough;
}
