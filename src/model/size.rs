//! Any input size works: networks that halve their input pad it to a whole multiple first and crop their output.

use burn::tensor::{Int, Tensor, TensorData, backend::Backend, ops::PadMode};

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

/// Mirrors the image at its right and lower border until height and width are multiples of `multiple`; what would lie beyond its left or upper
/// border is that border. The trunk, which has learnt from pictures, takes streaks of a repeated column for something, and colors it.
pub fn mirror_to_multiple<B: Backend>(image: Tensor<B, 4>, multiple: usize) -> Tensor<B, 4> {
    [2, 3].into_iter().fold(image, |image, axis| {
        let side = image.dims()[axis];
        let padded = side.next_multiple_of(multiple);
        if padded == side {
            return image;
        }
        let mirrored = |place: usize| (2 * (side - 1)).saturating_sub(place).min(place) as i32;
        let places: Vec<i32> = (0..padded).map(mirrored).collect();
        let places = Tensor::<B, 1, Int>::from_data(TensorData::new(places, [padded]), &image.device());
        image.select(axis, places) // [n, c, h + bottom, w] or [n, c, h, w + right]
    })
}

/// Keeps the top left `height` x `width` of an image, undoing [`pad_to_multiple`] and [`mirror_to_multiple`].
pub fn crop<B: Backend>(image: Tensor<B, 4>, height: usize, width: usize) -> Tensor<B, 4> {
    let [batch, channels, padded_height, padded_width] = image.dims();
    if padded_height == height && padded_width == width {
        return image;
    }
    image.slice([0..batch, 0..channels, 0..height, 0..width]) // [n, c, height, width]
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    #[test]
    fn an_image_is_mirrored_at_its_border_and_a_tiny_one_goes_on_with_its_first_pixels() {
        let row = |side: usize| {
            let values = TensorData::new((0..side).map(|place| place as f32).collect(), [1, 1, 1, side]);
            let image = Tensor::<Flex, 4>::from_data(values, &Default::default());
            mirror_to_multiple(image, 4).narrow(2, 0, 1).into_data().to_vec::<f32>().unwrap()
        };
        assert_eq!(row(5), [0.0, 1.0, 2.0, 3.0, 4.0, 3.0, 2.0, 1.0]);
        assert_eq!(row(2), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(row(4), [0.0, 1.0, 2.0, 3.0]);
    }
}
