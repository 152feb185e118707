//! Locations (STIX 2.1 section 4.10).

use stix_derive::StixObject;

use crate::{
    SdoCommon,
    validate::{self, Check, Members, Rule},
    values::{Float, Latitude, Longitude},
};

/// A place, as a region, a country or coordinates.
///
/// ```
/// use stix_core::{sdo::Location, values::{Float, Latitude, Longitude}};
///
/// let location = Location::new()
///     .with_latitude(Latitude::try_from(48.8566)?)
///     .with_longitude(Longitude::try_from(2.3522)?)
///     .with_precision(Float::from(1000))
///     .validated()?;
/// assert_eq!(location.latitude.as_ref().map(|degrees| degrees.value()), Some(48.8566));
///
/// let report = Location::new().validated().unwrap_err();
/// assert_eq!(
///     report.problems()[0].message(),
///     "one of region, country, latitude, longitude must be present"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, StixObject)]
#[stix(
    type = "location", class = Sdo, section = "4.10",
    at_least_one(region, country, latitude, longitude),
    requires(latitude, longitude),
    requires(longitude, latitude),
    requires(precision, latitude),
    requires(precision, longitude),
    check = check,
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

fn check<'c>(location: &'c Members<'c>, check: &mut Check<'c>) {
    validate::not_negative(location, "precision", check);
    let Some(country) = location.text("country") else { return };
    if !is_country(country) {
        let message = format_args!("`{country}` is no country code of ISO 3166-1");
        let help = "write two letters, such as `DE` or `JP`";
        check.member("country", |check| check.problem_with_help(Rule::Country, message, help));
    }
}

/// The codes of two letters in ISO 3166-1, one after the other.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR \
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES \
    ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN \
    IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG \
    MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL \
    PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

fn is_country(text: &str) -> bool {
    text.len() == 2 && COUNTRIES.split(' ').any(|code| code.eq_ignore_ascii_case(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_249_countries_in_order() {
        let codes: Vec<_> = COUNTRIES.split(' ').collect();
        assert_eq!(codes.len(), 249);
        assert!(codes.is_sorted());
        assert!(is_country("de") && !is_country("UK") && !is_country("DEU") && !is_country("A "));
    }
}
