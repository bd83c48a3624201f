//! How large training images are, and what is cut out of them.

use std::ops::RangeInclusive;

/// How images are scaled and cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framing {
    /// Shorter sides in pixels, one of which an image is scaled to.
    pub short_sides: RangeInclusive<u32>,
    /// Side in pixels of the square that is cut out; the whole image without.
    pub crop: Option<u32>,
}
