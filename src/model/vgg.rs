//! The VGG-19 trunk (K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
//! Recognition", ICLR 2015), up to conv5_2. It serves twice: its taps are the hypercolumn of f, and the features of
//! the perceptual loss.

use burn::{
    config::Config,
    module::Module,
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend},
};

use super::{
    convolution::{conv3x3, stored_for},
    trunk::TAPS,
};
use crate::kernel::{Activation, Kernels};

/// The convolution of each block, counted from 0, whose output is tapped.
const TAPPED_CONVOLUTION: usize = 1;

/// Sizes of the trunk. The defaults are VGG-19's.
#[derive(Config, Debug)]
pub struct VggConfig {
    /// Channels of each block.
    #[config(default = "[64, 128, 256, 512, 512]")]
    pub widths: [usize; TAPS],
    /// Convolutions of each block.
    #[config(default = "[2, 2, 4, 4, 2]")]
    pub depths: [usize; TAPS],
    /// Mean of the images that the weights were trained on, per channel, in [0, 1].
    #[config(default = "[0.485, 0.456, 0.406]")]
    pub mean: [f64; 3],
    /// Standard deviation of the same.
    #[config(default = "[0.229, 0.224, 0.225]")]
    pub deviation: [f64; 3],
}

/// The trunk: five blocks of convolutions with a pooling between them.
#[derive(Module, Debug)]
pub struct Vgg<B: Backend> {
    /// Five blocks, finest first.
    pub blocks: Vec<VggBlock<B>>,
    mean: [f64; 3],
    deviation: [f64; 3],
}

/// The convolutions at one resolution, each followed by a ReLU.
#[derive(Module, Debug)]
pub struct VggBlock<B: Backend> {
    /// 3x3 convolutions; the first widens.
    pub convolutions: Vec<Conv2d<B>>,
}

impl VggConfig {
    /// A trunk with fresh random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Vgg<B> {
        let inputs = [3].into_iter().chain(self.widths);
        let blocks = inputs
            .zip(self.widths.iter().zip(self.depths))
            .map(|(input, (&width, depth))| VggBlock {
                convolutions: (0..depth)
                    .map(|i| conv3x3(if i == 0 { input } else { width }, width, device))
                    .collect(),
            })
            .collect();
        Vgg { blocks, mean: self.mean, deviation: self.deviation }
    }
}

impl<B: Kernels> Vgg<B> {
    /// The five taps of an RGB image in [0, 1]; tap i is `[n, widths[i], h / 2^i, w / 2^i]`, after its ReLU.
    /// Sides shorter than 16 pixels leave nothing for the last block.
    pub fn forward(&self, rgb: Tensor<B, 4>) -> Vec<Tensor<B, 4>> {
        let mut features = stored_for(&self.blocks[0].convolutions[0], self.normalize(rgb));
        let mut taps = Vec::with_capacity(TAPS);
        for (level, block) in self.blocks.iter().enumerate() {
            if level > 0 {
                features = B::max_pool(features); // [n, c, h / 2^level, w / 2^level]
            }
            let (tap, last) = block.forward(features, level + 1 < TAPS);
            taps.push(tap);
            features = last;
        }
        taps
    }

    /// `[n, 3, h, w]`, each channel less its mean and divided by its deviation.
    fn normalize(&self, rgb: Tensor<B, 4>) -> Tensor<B, 4> {
        let normalized = |i: usize| {
            rgb.clone().narrow(1, i, 1).sub_scalar(self.mean[i]).div_scalar(self.deviation[i]) // [n, 1, h, w]
        };
        Tensor::cat((0..3).map(normalized).collect(), 1)
    }
}

impl<B: Kernels> VggBlock<B> {
    /// The tap, and what the next block starts from; the convolutions behind the tap are skipped when there is none.
    fn forward(&self, features: Tensor<B, 4>, more: bool) -> (Tensor<B, 4>, Tensor<B, 4>) {
        let apply = |x, convolution: &Conv2d<B>| {
            B::convolve(convolution, x, Activation::Relu) // [n, width, ..]
        };
        let mut convolutions = self.convolutions.iter();
        let tap = convolutions.by_ref().take(TAPPED_CONVOLUTION + 1).fold(features, apply);
        let last = if more { convolutions.fold(tap.clone(), apply) } else { tap.clone() };
        (tap, last)
    }
}
