//! Any input size works: networks that halve their input pad it to a whole multiple first and crop their output.

use burn::tensor::{Tensor, backend::Backend, ops::PadMode};

/// Repeats the last row and column until height and width are multiples of `multiple`.
pub fn pad_to_multiple<B: Backend>(image: Tensor<B, 4>, multiple: usize) -> Tensor<B, 4> {
    let [_, _, height, width] = image.dims();
    let bottom = height.next_multiple_of(multiple) - height;
    let right = width.next_multiple_of(multiple) - width;
    if bottom == 0 && right == 0 {
        return image;
    }
    image.pad((0, right, 0, bottom), PadMode::Edge) // [n, c, h + bottom, w + right]
}

/// Keeps the top left `height` x `width` of an image, undoing [`pad_to_multiple`].
pub fn crop<B: Backend>(image: Tensor<B, 4>, height: usize, width: usize) -> Tensor<B, 4> {
    let [batch, channels, padded_height, padded_width] = image.dims();
    if padded_height == height && padded_width == width {
        return image;
    }
    image.slice([0..batch, 0..channels, 0..height, 0..width]) // [n, c, height, width]
}
