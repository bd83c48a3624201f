//! The constant tint: one orange for everything, as sepia is. A method that has found no hue at all is as often right.

use burn::tensor::{Tensor, TensorData, backend::Backend};
use chromaflow::color::with_luma;
use palette::{IntoColor, Lab, Lch, Srgb};

/// Its hue in CIELAB, in degrees: where orange meets yellow, so that it is right in both of these sectors and no other.
const HUE: f32 = 65.0;

/// Its chroma in CIELAB: as faint as the faintest colors that count.
const CHROMA: f32 = 15.0;

/// A grey frame `[1, 1, h, w]` with the tint, its luma kept: `[1, 3, h, w]`.
pub fn tinted<B: Backend>(grey: &Tensor<B, 4>) -> Tensor<B, 4> {
    let [_, _, height, width] = grey.dims();
    let colors: Vec<[f32; 3]> = grey.to_data().iter::<f32>().map(tint).collect();
    let planes = (0..3).flat_map(|channel| colors.iter().map(move |color| color[channel])).collect();
    let rgb = Tensor::from_data(TensorData::new(planes, [1, 3, height, width]), &grey.device()); // [1, 3, h, w]
    with_luma(rgb, grey.clone())
}

/// The tint of a grey's lightness as RGB, clamped to [0, 1].
fn tint(grey: f32) -> [f32; 3] {
    let Lab { l, .. } = Srgb::new(grey, grey, grey).into_color();
    let rgb: Srgb = Lch::new(l, CHROMA, HUE).into_color();
    rgb.into()
}
