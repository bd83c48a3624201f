//! CIELAB (CIE 1976) of sRGB with the white D65.

use burn::tensor::{Tensor, backend::Backend};
use palette::{IntoColor, Lab, Srgb};

/// a and b of every pixel of RGB images `[n, 3, h, w]` in [0, 1], clamped first: row by row, image by image.
pub fn ab<B: Backend>(rgb: Tensor<B, 4>) -> Vec<[f32; 2]> {
    let [_, _, height, width] = rgb.dims();
    let pixels = height * width;
    let values: Vec<f32> = rgb.clamp(0.0, 1.0).into_data().iter().collect();
    let of_image = |image: &[f32]| -> Vec<[f32; 2]> {
        let at = |pixel: usize| {
            let lab: Lab =
                Srgb::new(image[pixel], image[pixels + pixel], image[2 * pixels + pixel]).into_color();
            [lab.a, lab.b]
        };
        (0..pixels).map(at).collect()
    };
    values.chunks_exact(3 * pixels).flat_map(of_image).collect()
}
