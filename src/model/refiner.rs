//! g, the refinement network (paper, section 3.3): corrects a coloured frame by a neighbour warped to it.

use burn::{
    config::Config,
    module::Module,
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend},
};

use super::{
    convolution::{conv1x1, stored_for},
    size::{crop, pad_to_multiple},
    unet::{MULTIPLE, Unet, UnetConfig},
};
use crate::kernel::{Activation, Kernels};

/// Channels of g's input: C_s (3), warped C_t (3), W(C_t, C_s) (1), W(X_t, X_s) (1).
const INPUTS: usize = 8;

/// Sizes of g. The defaults are the paper's.
#[derive(Config, Debug)]
pub struct RefinerConfig {
    /// The U-Net behind the first 1x1 convolution.
    pub unet: UnetConfig,
}

/// g: a 1x1 convolution and the U-Net.
#[derive(Module, Debug)]
pub struct Refiner<B: Backend> {
    /// Takes the eight input channels to the U-Net's first width.
    pub head: Conv2d<B>,
    /// To the three channels of the refined frame.
    pub unet: Unet<B>,
}

/// What g sees of a frame s and its neighbour t.
#[derive(Clone, Debug)]
pub struct Neighbourhood<B: Backend> {
    /// C_s, the coloured frame, `[n, 3, h, w]`.
    pub frame: Tensor<B, 4>,
    /// C_t warped to s, `[n, 3, h, w]`.
    pub warped: Tensor<B, 4>,
    /// W(C_t, C_s), equation (4) on the coloured frames, `[n, 1, h, w]`.
    pub color_confidence: Tensor<B, 4>,
    /// W(X_t, X_s), equation (4) on the grey frames, `[n, 1, h, w]`.
    pub grey_confidence: Tensor<B, 4>,
}

impl RefinerConfig {
    /// g with fresh random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Refiner<B> {
        Refiner { head: conv1x1(INPUTS, self.unet.widths[0], true, device), unet: self.unet.init(3, device) }
    }
}

impl<B: Kernels> Refiner<B> {
    /// The refined C_s, `[n, 3, h, w]`, not clamped. Any size works.
    pub fn forward(&self, input: Neighbourhood<B>) -> Tensor<B, 4> {
        let [_, _, height, width] = input.frame.dims();
        let channels = vec![input.frame, input.warped, input.color_confidence, input.grey_confidence];
        let padded = pad_to_multiple(Tensor::cat(channels, 1), MULTIPLE); // [n, 8, H, W]
        let padded = stored_for(&self.head, padded);
        let features = B::convolve(&self.head, padded, Activation::None); // [n, widths[0], H, W]
        let refined = self.unet.forward(features); // [n, 3, H, W]
        crop(refined, height, width) // [n, 3, h, w]
    }
}
