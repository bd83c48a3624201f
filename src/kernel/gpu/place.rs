//! Where a unit works.

use cubecl::prelude::*;

/// The image, channel, row and column of the value at `position` among those of images `[n, channels, height, width]`.
#[cube]
pub fn place(position: usize, channels: usize, height: usize, width: usize) -> (usize, usize, usize, usize) {
    let plane = position / (width * height);
    (plane / channels, plane % channels, (position / width) % height, position % width)
}
