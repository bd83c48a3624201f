//! The distribution of the colors that are likely where (R. Zhang et al., "Colorful Image Colorization", ECCV 2016), told from a
//! backbone's taps at an eighth of the frame's size.

use burn::{
    config::Config,
    module::Module,
    nn::conv::Conv2d,
    tensor::{FloatDType, Tensor, activation::log_softmax, backend::Backend, module::avg_pool2d},
};

use super::{
    convolution::{conv1x1, conv3x3, scaled, stored_for},
    trunk::BackboneConfig,
};
use crate::{
    color::{Matrix, chroma},
    kernel::{Activation, Kernels},
    nonlocal::nonlocal_mean,
    palette::{self, COLORS},
};

/// Pixels of the frame along a side of one cell of the distribution.
pub const CELL: usize = 8;

/// What a color's probability counts at least, so that one cell that the distribution rules out does not decide alone.
const LEAST: f64 = 1e-4;

/// Sizes of the distribution.
#[derive(Config, Debug)]
pub struct DistributionConfig {
    /// Channels of its features.
    #[config(default = 128)]
    pub width: usize,
    /// Residual blocks.
    #[config(default = 3)]
    pub blocks: usize,
}

/// From the taps to features, and from these to the palette's logits.
#[derive(Module, Debug)]
pub struct DistributionHead<B: Backend> {
    /// 1x1 for each tap, the first with the bias of their sum.
    pub taps: Vec<Conv2d<B>>,
    /// On the sum.
    pub blocks: Vec<Residual<B>>,
    /// 1x1, to the palette's logits.
    pub logits: Conv2d<B>,
}

/// Two 3x3 convolutions whose result is added to their input (K. He et al., CVPR 2016).
#[derive(Module, Debug)]
pub struct Residual<B: Backend> {
    /// Followed by a ReLU.
    pub first: Conv2d<B>,
    /// Without activation.
    pub second: Conv2d<B>,
}

impl DistributionConfig {
    /// Fresh random weights for a backbone's taps: logits near 0, features near 1 to which each tap gives as much, and residual blocks
    /// that begin as hardly more than the identity.
    pub fn init<B: Backend>(&self, backbone: &BackboneConfig, device: &B::Device) -> DistributionHead<B> {
        let taps = backbone.tap_widths().into_iter().zip(backbone.tap_deviations()).enumerate();
        let residual = || Residual {
            first: conv3x3(self.width, self.width, device),
            second: scaled(conv3x3(self.width, self.width, device), 0.1),
        };
        DistributionHead {
            taps: taps
                .map(|(tap, (width, deviation))| {
                    scaled(conv1x1(width, self.width, tap == 0, device), 0.3 / deviation)
                })
                .collect(),
            blocks: (0..self.blocks).map(|_| residual()).collect(),
            logits: scaled(conv1x1(self.width, COLORS, true, device), 0.1),
        }
    }
}

impl<B: Kernels> DistributionHead<B> {
    /// The features of taps, finest first, of a frame of `height` rows: `[n, width, h / 8, w / 8]`.
    pub fn features(&self, taps: &[Tensor<B, 4>], height: usize) -> Tensor<B, 4> {
        let cells = height / CELL;
        let reduced = self.taps.iter().zip(taps).map(|(part, tap)| {
            let pooled = pooled(tap.clone(), tap.dims()[2].div_ceil(cells));
            B::convolve(part, pooled, Activation::None) // [n, width, h / 8, w / 8], or coarser
        });
        let mut parts: Vec<_> = reduced.collect();
        let coarse = parts.split_off(parts.iter().take_while(|part| part.dims()[2] == cells).count());
        let finest = parts.remove(0);
        let fine = parts.into_iter().fold(finest, |sum, part| sum + part);
        let sum = B::add_upsampled(fine, coarse); // [n, width, h / 8, w / 8]
        self.blocks.iter().fold(sum, |features, block| block.forward(features))
    }

    /// The palette's logits `[n, COLORS, h / 8, w / 8]`, in f32, of the features' nonlocal means.
    pub fn logits(&self, features: Tensor<B, 4>) -> Tensor<B, 4> {
        let means = stored_for(&self.logits, nonlocal_mean(features)); // [n, width, h / 8, w / 8]
        B::convolve(&self.logits, means, Activation::None).cast(FloatDType::F32)
    }
}

impl<B: Kernels> Residual<B> {
    /// `[n, width, h, w]` to the same shape.
    fn forward(&self, features: Tensor<B, 4>) -> Tensor<B, 4> {
        let inside = B::convolve(&self.first, features.clone(), Activation::Relu);
        features + B::convolve(&self.second, inside, Activation::None)
    }
}

/// How likely each candidate's chroma is, `[n, d]`: the mean over cells of the logarithm of the distribution's density, in nats.
/// `logits` is `[n, COLORS, h / 8, w / 8]`, the candidates `[n, d, 3, h, w]`.
pub fn log_likelihood<B: Backend>(logits: Tensor<B, 4>, candidates: Tensor<B, 5>) -> Tensor<B, 2> {
    let [images, count, ..] = candidates.dims();
    let cells = logits.dims()[2] * logits.dims()[3];
    let probabilities = log_softmax(logits.reshape([images, COLORS, cells]), 1).exp(); // [n, COLORS, cells]
    let chroma = cell_chroma(candidates.flatten(0, 1)).reshape([images, count, 2, cells]);
    let density = palette::density(probabilities, chroma); // [n, d, cells]
    density.add_scalar(LEAST).log().mean_dim(2).reshape([images, count])
}

/// The mean chroma of each cell of RGB images `[n, 3, h, w]`: `[n, 2, h / 8, w / 8]`.
pub fn cell_chroma<B: Backend>(rgb: Tensor<B, 4>) -> Tensor<B, 4> {
    pooled(chroma(Matrix::Bt601, rgb), CELL)
}

/// Means over blocks of `factor` x `factor` pixels: `[n, c, h, w]` to `[n, c, h / factor, w / factor]`.
fn pooled<B: Backend>(image: Tensor<B, 4>, factor: usize) -> Tensor<B, 4> {
    if factor == 1 { image } else { avg_pool2d(image, [factor; 2], [factor; 2], [0; 2], true, false) }
}
