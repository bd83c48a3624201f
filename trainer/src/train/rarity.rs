//! How much the pixels of each color of the palette count, from how frequent they are in the photos that are trained on.

use anyhow::Result;
use burn::tensor::{Tensor, backend::Backend};
use chromaflow::{
    color::Matrix,
    palette::{COLORS, nearest_color, shares},
};
use rand::{SeedableRng, rngs::StdRng, seq::IndexedRandom};

use crate::{
    data::{
        crop::Window,
        prepared::{FrameCache, PreparedItem},
    },
    loss::palette::rarity,
    parameters::Framing,
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

/// How much each color of the palette counts, to the power of an exponent.
#[derive(Clone, Debug)]
pub struct Rarity<B: Backend>(Tensor<B, 1>);

impl<B: Backend> Rarity<B> {
    /// Of the weights that [`count_colors`] found.
    pub fn new(weights: &[f32], exponent: f64, device: &B::Device) -> Self {
        let raised: Vec<f32> = weights.iter().map(|weight| weight.powf(exponent as f32)).collect();
        Self(Tensor::from_floats(raised.as_slice(), device))
    }

    /// The weight of each chroma of images `[n, 2, h, w]`: `[n, 1, h, w]`.
    pub fn of(&self, chroma: Tensor<B, 4>) -> Tensor<B, 4> {
        let [images, _, height, width] = chroma.dims();
        let colors = nearest_color(chroma).flatten::<1>(0, 3); // [n h w]
        self.0.clone().select(0, colors).reshape([images, 1, height, width]) // [n, 1, h, w]
    }
}
