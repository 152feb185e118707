//! The extension for raster images (STIX 2.1 section 6.7.5).

use stix_derive::StixStruct;

use crate::{
    Custom,
    validate::{Check, Json, Members, Rule},
    values::{Dictionary, IntegerOrString},
};

/// What is special about raster images.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "raster-image-ext", section = "6.7.5", any_own, check = check)]
#[non_exhaustive]
pub struct RasterImageExt {
    /// The height in pixels.
    pub image_height: Option<i64>,
    /// The width in pixels.
    pub image_width: Option<i64>,
    /// How many bits of each channel a pixel has together.
    pub bits_per_pixel: Option<i64>,
    /// The Exif tags.
    pub exif_tags: Option<Dictionary<IntegerOrString>>,
    /// The properties that are not declared.
    #[stix(custom)]
    pub custom: Custom,
}

fn check<'c>(image: &'c Members<'c>, check: &mut Check<'c>) {
    let Some(Json::Object(tags)) = image.get("exif_tags") else { return };
    check.member("exif_tags", |check| {
        for (name, _) in tags.iter().filter(|(name, _)| !name.starts_with(|c: char| c.is_ascii_uppercase())) {
            let message = format_args!("`{name}` does not begin with a capital letter, as EXIF tags do");
            let help = "write it as in the EXIF specification, such as `Make` or `ExposureTime`";
            check.member(name, |check| check.problem_with_help(Rule::ExifTag, message, help));
        }
    });
}
