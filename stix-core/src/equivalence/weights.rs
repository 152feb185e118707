//! Which properties are compared, by which method, and how much they count.

use super::Method::{self, Exact, ExternalReferences, List, Pattern, Reference, References, Text};

/// The weights of the properties of a type.
#[derive(Clone, Copy, Debug)]
pub struct TypeWeights {
    /// The value of the property `type`.
    pub object_type: &'static str,
    /// The properties that count.
    pub weights: &'static [Weight],
}

/// How a property counts.
#[derive(Clone, Copy, Debug)]
pub struct Weight {
    /// The property, or a name for those that [`Method::Distance`] compares.
    pub property: &'static str,
    /// How much it counts, in proportion to the others.
    pub weight: f64,
    /// How its values are compared.
    pub method: Method,
}

const DAY: Method = Method::Time { days: 1.0 };
const THOUSAND_KILOMETRES: Method = Method::Distance { kilometres: 1000.0 };

const fn weight(property: &'static str, weight: f64, method: Method) -> Weight {
    Weight { property, weight, method }
}

/// The weights that the common tools use. Types that are not listed have nothing to compare.
pub static WEIGHTS: &[TypeWeights] = &[
    TypeWeights {
        object_type: "attack-pattern",
        weights: &[weight("name", 30.0, Text), weight("external_references", 70.0, ExternalReferences)],
    },
    TypeWeights {
        object_type: "campaign",
        weights: &[weight("name", 60.0, Text), weight("aliases", 40.0, List)],
    },
    TypeWeights {
        object_type: "course-of-action",
        weights: &[weight("name", 60.0, Text), weight("external_references", 40.0, ExternalReferences)],
    },
    TypeWeights {
        object_type: "grouping",
        weights: &[
            weight("name", 20.0, Text),
            weight("context", 20.0, Text),
            weight("object_refs", 60.0, References),
        ],
    },
    TypeWeights {
        object_type: "identity",
        weights: &[
            weight("name", 60.0, Text),
            weight("identity_class", 20.0, Exact),
            weight("sectors", 20.0, List),
        ],
    },
    TypeWeights {
        object_type: "incident",
        weights: &[weight("name", 30.0, Text), weight("external_references", 70.0, ExternalReferences)],
    },
    TypeWeights {
        object_type: "indicator",
        weights: &[
            weight("indicator_types", 15.0, List),
            weight("pattern", 80.0, Pattern),
            weight("valid_from", 5.0, DAY),
        ],
    },
    TypeWeights {
        object_type: "intrusion-set",
        weights: &[
            weight("name", 20.0, Text),
            weight("external_references", 60.0, ExternalReferences),
            weight("aliases", 20.0, List),
        ],
    },
    TypeWeights {
        object_type: "location",
        weights: &[
            weight("coordinates", 34.0, THOUSAND_KILOMETRES),
            weight("region", 33.0, Exact),
            weight("country", 33.0, Exact),
        ],
    },
    TypeWeights {
        object_type: "malware",
        weights: &[weight("malware_types", 20.0, List), weight("name", 80.0, Text)],
    },
    TypeWeights {
        object_type: "marking-definition",
        weights: &[
            weight("name", 20.0, Exact),
            weight("definition", 60.0, Exact),
            weight("definition_type", 20.0, Exact),
        ],
    },
    TypeWeights {
        object_type: "relationship",
        weights: &[
            weight("relationship_type", 20.0, Exact),
            weight("source_ref", 40.0, Reference),
            weight("target_ref", 40.0, Reference),
        ],
    },
    TypeWeights {
        object_type: "report",
        weights: &[
            weight("name", 30.0, Text),
            weight("published", 10.0, DAY),
            weight("object_refs", 60.0, References),
        ],
    },
    TypeWeights {
        object_type: "sighting",
        weights: &[
            weight("first_seen", 5.0, DAY),
            weight("last_seen", 5.0, DAY),
            weight("sighting_of_ref", 40.0, Reference),
            weight("observed_data_refs", 20.0, References),
            weight("where_sighted_refs", 20.0, References),
            weight("summary", 10.0, Exact),
        ],
    },
    TypeWeights {
        object_type: "threat-actor",
        weights: &[
            weight("name", 60.0, Text),
            weight("threat_actor_types", 20.0, List),
            weight("aliases", 20.0, List),
        ],
    },
    TypeWeights {
        object_type: "tool",
        weights: &[weight("tool_types", 20.0, List), weight("name", 80.0, Text)],
    },
    TypeWeights {
        object_type: "vulnerability",
        weights: &[weight("name", 30.0, Text), weight("external_references", 70.0, ExternalReferences)],
    },
];
