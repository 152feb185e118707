//! The extension for raster images (STIX 2.1 section 6.7.5).

use stix_derive::StixStruct;

use crate::{
    Custom,
    values::{Dictionary, IntegerOrString},
};

/// What is special about raster images.
#[derive(Clone, Debug, PartialEq, StixStruct)]
#[stix(name = "raster-image-ext", section = "6.7.5", any_own)]
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
