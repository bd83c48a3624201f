//! The U-Net (O. Ronneberger et al., MICCAI 2015) that f and g share (paper, section 3.1).

use burn::{
    config::Config,
    module::Module,
    nn::{
        conv::Conv2d,
        pool::{MaxPool2d, MaxPool2dConfig},
    },
    tensor::{Tensor, activation::leaky_relu, backend::Backend},
};

use super::convolution::conv3x3;
use crate::upsample::upsample;

/// The number of resolutions, each half of the one before.
pub const LEVELS: usize = 5;

/// Sides of the input must be multiples of this.
pub const MULTIPLE: usize = 1 << (LEVELS - 1);

/// Sizes of the U-Net. The defaults are the paper's.
#[derive(Config, Debug)]
pub struct UnetConfig {
    /// Channels of each level, finest first; the input has as many as the first.
    #[config(default = "[32, 64, 128, 256, 512]")]
    pub widths: [usize; LEVELS],
    /// Slope of the leaky ReLU for negative values.
    #[config(default = 0.2)]
    pub slope: f64,
}

/// Five levels down, four up, skips between them.
#[derive(Module, Debug)]
pub struct Unet<B: Backend> {
    /// The way down: two convolutions a level, finest first.
    pub down: Vec<Pair<B>>,
    /// The way up, coarsest first.
    pub up: Vec<Up<B>>,
    /// The last convolution, with no activation.
    pub output: Conv2d<B>,
    pool: MaxPool2d,
}

/// Two 3x3 convolutions, each followed by a leaky ReLU.
#[derive(Module, Debug)]
pub struct Pair<B: Backend> {
    /// Takes the level's input to the level's width.
    pub first: Conv2d<B>,
    /// Keeps the width.
    pub second: Conv2d<B>,
    slope: f64,
}

/// From a coarser level to the next finer one.
#[derive(Module, Debug)]
pub struct Up<B: Backend> {
    /// The convolution behind the upsampling, with no activation.
    pub narrow: Conv2d<B>,
    /// The convolutions over skip and upsampled features together.
    pub pair: Pair<B>,
}

impl UnetConfig {
    /// A U-Net with fresh random weights and `output` channels at its end.
    pub fn init<B: Backend>(&self, output: usize, device: &B::Device) -> Unet<B> {
        let width = self.widths;
        let pair = |input, output| Pair {
            first: conv3x3(input, output, device),
            second: conv3x3(output, output, device),
            slope: self.slope,
        };
        Unet {
            down: (0..LEVELS).map(|i| pair(width[i.saturating_sub(1)], width[i])).collect(),
            up: (0..LEVELS - 1)
                .rev()
                .map(|i| Up {
                    narrow: conv3x3(width[i + 1], width[i], device),
                    pair: pair(2 * width[i], width[i]),
                })
                .collect(),
            output: conv3x3(width[0], output, device),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
        }
    }
}

impl<B: Backend> Unet<B> {
    /// `[n, widths[0], h, w]`, sides multiples of [`MULTIPLE`], to `[n, output, h, w]`.
    pub fn forward(&self, features: Tensor<B, 4>) -> Tensor<B, 4> {
        let mut skips = vec![self.down[0].forward(features)]; // [n, widths[0], h, w]
        for pair in &self.down[1..] {
            let coarser = self.pool.forward(skips[skips.len() - 1].clone());
            skips.push(pair.forward(coarser)); // [n, widths[i], h / 2^i, w / 2^i]
        }
        let finer = skips.iter().rev().skip(1);
        let bottom = skips[LEVELS - 1].clone();
        let top =
            self.up.iter().zip(finer).fold(bottom, |coarse, (up, skip)| up.forward(coarse, skip.clone()));
        self.output.forward(top) // [n, output, h, w]
    }
}

impl<B: Backend> Pair<B> {
    fn forward(&self, features: Tensor<B, 4>) -> Tensor<B, 4> {
        let first = leaky_relu(self.first.forward(features), self.slope); // [n, width, h, w]
        leaky_relu(self.second.forward(first), self.slope)
    }
}

impl<B: Backend> Up<B> {
    fn forward(&self, coarse: Tensor<B, 4>, skip: Tensor<B, 4>) -> Tensor<B, 4> {
        let narrowed = self.narrow.forward(upsample(coarse, 2)); // [n, width, h, w]
        self.pair.forward(Tensor::cat(vec![narrowed, skip], 1))
    }
}
