//! Images on a device.

use burn::tensor::{Tensor, TensorData, backend::Backend};
use image::RgbImage;

use super::crop::planar;

/// An image as `[1, 3, h, w]` in [0, 1].
pub fn to_tensor<B: Backend>(image: &RgbImage, device: &B::Device) -> Tensor<B, 4> {
    let shape = [1, 3, image.height() as usize, image.width() as usize];
    Tensor::from_data(TensorData::new(planar(image), shape), device) // [1, 3, h, w]
}
