//! The U-Net (O. Ronneberger et al., MICCAI 2015) that f and g share (paper, section 3.1).

use burn::{
    config::Config,
    module::Module,
    nn::conv::Conv2d,
    tensor::{FloatDType, Tensor, backend::Backend},
};

use super::convolution::conv3x3;
use crate::kernel::{Activation, Kernels};

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
        }
    }
}

impl<B: Kernels> Unet<B> {
    /// `[n, widths[0], h, w]`, sides multiples of [`MULTIPLE`], to `[n, output, h, w]`, which is f32 whatever the weights are.
    pub fn forward(&self, features: Tensor<B, 4>) -> Tensor<B, 4> {
        let mut skips = vec![self.down[0].forward(vec![features])]; // [n, widths[0], h, w]
        for pair in &self.down[1..] {
            let coarser = B::max_pool(skips[skips.len() - 1].clone());
            skips.push(pair.forward(vec![coarser])); // [n, widths[i], h / 2^i, w / 2^i]
        }
        let finer = skips.iter().rev().skip(1);
        let bottom = skips[LEVELS - 1].clone();
        let top =
            self.up.iter().zip(finer).fold(bottom, |coarse, (up, skip)| up.forward(coarse, skip.clone()));
        B::convolve(&self.output, top, Activation::None).cast(FloatDType::F32) // [n, output, h, w]
    }
}

impl<B: Kernels> Pair<B> {
    /// Of features that lie one behind the other along the channels.
    fn forward(&self, features: Vec<Tensor<B, 4>>) -> Tensor<B, 4> {
        let activation = Activation::LeakyRelu(self.slope);
        let first = B::convolve_joined(&self.first, features, activation); // [n, width, h, w]
        B::convolve(&self.second, first, activation)
    }
}

impl<B: Kernels> Up<B> {
    fn forward(&self, coarse: Tensor<B, 4>, skip: Tensor<B, 4>) -> Tensor<B, 4> {
        let narrowed = B::convolve(&self.narrow, B::upsample(coarse, 2), Activation::None); // [n, width, h, w]
        self.pair.forward(vec![narrowed, skip])
    }
}
