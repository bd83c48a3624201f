//! How much the pixels of each color of the palette count, from how frequent they are in the photos that are trained on.

use anyhow::Result;
use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{
    color::{Matrix, chroma},
    palette::{COLORS, nearest_color, shares},
};
use rand::{SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::{
    config::Framing,
    data::crop::Window,
    loss::palette::rarity,
    prepared::{FrameCache, PreparedItem},
};

/// Windows that frequencies are counted in.
const COUNTED_WINDOWS: usize = 500;

/// Weights of the palette's colors, 1 on average over pixels.
pub fn count_colors(
    images: &[(PreparedItem, usize)],
    frames: &FrameCache,
    framing: &Framing,
    seed: u64,
) -> Result<Vec<f32>> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut frequencies = vec![0.0; COLORS];
    for (item, frame) in images.choose_multiple(&mut random, COUNTED_WINDOWS) {
        let window = Window::random(item.dimensions(), framing, &mut random);
        let crop = window.cut(&*frames.frame(item, *frame)?);
        let area = crop.width * crop.height;
        for pixel in 0..area {
            let rgb = [0, 1, 2].map(|channel| crop.rgb[channel * area + pixel]);
            let found = shares(Matrix::Bt601.chroma(rgb));
            let colors = found.colors.into_iter().zip(found.shares);
            colors.for_each(|(color, share)| frequencies[color] += share);
        }
    }
    Ok(rarity(&frequencies))
}

/// The weight of each pixel of images `[n, 3, h, w]`, to the power of `exponent`, with a mean of 1 over each image:
/// `[n, 1, h, w]`.
pub fn pixel_weights<B: Backend>(images: Tensor<B, 4>, weights: &[f32], exponent: f64) -> Tensor<B, 4> {
    let [count, _, height, width] = images.dims();
    let raised: Vec<f32> = weights.iter().map(|weight| weight.powf(exponent as f32)).collect();
    let raised = Tensor::<B, 1>::from_floats(raised.as_slice(), &images.device());
    let colors = nearest_color(chroma(Matrix::Bt601, images)); // [n, 1, h, w]
    let weights = raised.select(0, colors.flatten::<1>(0, 3)).reshape([count, 1, height, width]);
    let means = weights.clone().mean_dim(3).mean_dim(2); // [n, 1, 1, 1]
    weights / means
}
