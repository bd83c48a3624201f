//! f, the colorization network (paper, section 3.1): a grey frame and its hypercolumn to d coloured candidates.

use burn::{
    config::Config,
    module::Module,
    tensor::{Tensor, backend::Backend},
};

use super::{
    hypercolumn::HypercolumnHead,
    size::{crop, pad_to_multiple},
    unet::{MULTIPLE, Unet, UnetConfig},
    vgg::{Vgg, VggConfig},
};
use crate::kernel::Kernels;

/// Sizes of f. The defaults are the paper's.
#[derive(Config, Debug)]
pub struct ColorizerConfig {
    /// The trunk whose taps make the hypercolumn.
    pub trunk: VggConfig,
    /// The U-Net behind the hypercolumn.
    pub unet: UnetConfig,
    /// d, the number of candidates.
    #[config(default = 4)]
    pub candidates: usize,
}

/// f: the reduced hypercolumn and the U-Net. The trunk is a module of its own, because the perceptual loss shares it.
#[derive(Module, Debug)]
pub struct Colorizer<B: Backend> {
    /// The 1x1 convolution over grey frame and hypercolumn.
    pub head: HypercolumnHead<B>,
    /// From the reduced hypercolumn to 3 d channels.
    pub unet: Unet<B>,
    candidates: usize,
}

impl ColorizerConfig {
    /// f with fresh random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Colorizer<B> {
        Colorizer {
            head: HypercolumnHead::init(&self.trunk, self.unet.widths[0], device),
            unet: self.unet.init(3 * self.candidates, device),
            candidates: self.candidates,
        }
    }
}

impl<B: Backend> Colorizer<B> {
    /// d, the number of candidates.
    pub fn candidates(&self) -> usize {
        self.candidates
    }
}

impl<B: Kernels> Colorizer<B> {
    /// Grey `[n, 1, h, w]` in [0, 1], of any size, to d RGB images, candidate-major: `[n, d, 3, h, w]`, not clamped.
    pub fn forward(&self, trunk: &Vgg<B>, grey: Tensor<B, 4>) -> Tensor<B, 5> {
        let [batch, _, height, width] = grey.dims();
        let padded = pad_to_multiple(grey, MULTIPLE); // [n, 1, H, W]
        let taps = trunk.forward_grey(padded.clone());
        let colours = self.unet.forward(self.head.forward(padded, taps)); // [n, 3 d, H, W]
        crop(colours, height, width).reshape([batch, self.candidates, 3, height, width]) // [n, d, 3, h, w]
    }
}
