//! Locations (STIX 2.1 section 4.10).

use stix_derive::StixObject;

use crate::{
    SdoCommon,
    values::{Float, Latitude, Longitude},
};

/// A place, as a region, a country or coordinates.
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "location", class = Sdo, section = "4.10",
    at_least_one(region, country, latitude, longitude),
    requires(latitude, longitude),
    requires(longitude, latitude),
    requires(precision, latitude),
    requires(precision, longitude),
)]
#[non_exhaustive]
pub struct Location {
    /// The properties that every SDO has.
    #[stix(common)]
    pub common: SdoCommon,
    /// The name of the place.
    pub name: Option<String>,
    /// What is to be known about it.
    pub description: Option<String>,
    /// Degrees of latitude, positive in the north.
    pub latitude: Option<Latitude>,
    /// Degrees of longitude, positive in the east.
    pub longitude: Option<Longitude>,
    /// How far from the coordinates the place may be, in metres.
    pub precision: Option<Float>,
    /// The region of the world.
    #[stix(vocabulary(REGION_OV))]
    pub region: Option<String>,
    /// The country, as an ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
    /// The state, province or other part of the country.
    pub administrative_area: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The street address, with the street number.
    pub street_address: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
}
