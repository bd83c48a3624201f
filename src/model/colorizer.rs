//! f, the colorization network (paper, section 3.1): a grey frame and its hypercolumn to d coloured candidates.

use burn::{
    config::Config,
    module::Module,
    tensor::{Tensor, backend::Backend},
};

use super::{
    distribution::{CELL, log_likelihood},
    hypercolumn::HypercolumnHead,
    size::{crop, mirror_to_multiple},
    trunk::{Trunk, TrunkConfig},
    unet::{Unet, UnetConfig},
};
use crate::{
    color::{Matrix, chroma, with_chroma},
    hint::Hints,
    kernel::Kernels,
    propagation::Propagation,
    suggestion::suggestion,
};

/// Sizes of f. The defaults are the paper's.
#[derive(Config, Debug)]
pub struct ColorizerConfig {
    /// The trunk whose taps make the hypercolumn.
    pub trunk: TrunkConfig,
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

/// f's candidates, and how likely the trunk's distribution finds each.
#[derive(Clone, Debug)]
pub struct Proposal<B: Backend> {
    /// RGB, not clamped, `[n, d, 3, h, w]`.
    pub candidates: Tensor<B, 5>,
    /// Mean logarithm of the likelihood of their chroma, in nats, `[n, d]`.
    pub log_likelihood: Tensor<B, 2>,
}

/// f's candidates, and the distribution of the frame's colors.
#[derive(Clone, Debug)]
pub struct Described<B: Backend> {
    /// RGB, not clamped, `[n, d, 3, h, w]`.
    pub candidates: Tensor<B, 5>,
    /// The palette's logits, `[n, COLORS, H / 8, W / 8]` of the padded frame.
    pub logits: Tensor<B, 4>,
}

impl<B: Kernels> Colorizer<B> {
    /// Grey `[n, 1, h, w]` in [0, 1], of any size, to d RGB images, candidate-major: `[n, d, 3, h, w]`, not clamped. `hints` are
    /// colors to keep to.
    pub fn forward(&self, trunk: &Trunk<B>, grey: Tensor<B, 4>, hints: Option<Hints<B>>) -> Tensor<B, 5> {
        let [.., height, width] = grey.dims();
        cropped(self.padded(trunk, grey, hints).candidates, height, width)
    }

    /// As [`forward`](Self::forward), and the distribution's logits.
    pub fn describe(&self, trunk: &Trunk<B>, grey: Tensor<B, 4>, hints: Option<Hints<B>>) -> Described<B> {
        let [.., height, width] = grey.dims();
        let Described { candidates, logits } = self.padded(trunk, grey, hints);
        Described { candidates: cropped(candidates, height, width), logits }
    }

    /// As [`forward`](Self::forward), and how likely each candidate is.
    pub fn propose(&self, trunk: &Trunk<B>, grey: Tensor<B, 4>, hints: Option<Hints<B>>) -> Proposal<B> {
        let [.., height, width] = grey.dims();
        let Described { candidates, logits } = self.padded(trunk, grey, hints);
        let log_likelihood = log_likelihood(logits, candidates.clone());
        Proposal { candidates: cropped(candidates, height, width), log_likelihood }
    }

    /// The candidates of the padded frame, `[n, d, 3, H, W]`.
    fn padded(&self, trunk: &Trunk<B>, grey: Tensor<B, 4>, hints: Option<Hints<B>>) -> Described<B> {
        let multiple = trunk.backbone.multiple();
        let [.., height, width] = grey.dims();
        let grey = mirror_to_multiple(grey, multiple); // [n, 1, H, W]
        let [images, _, rows, columns] = grey.dims();
        let description = trunk.forward(grey.clone());
        let logits = trunk.distribution.logits(description.colors.clone()); // [n, COLORS, H / 8, W / 8]
        let mut chroma = B::upsample(suggestion(logits.clone()).detach(), CELL); // [n, 2, H, W]
        let spreads = hints.as_ref().filter(|hints| !hints.points.is_empty());
        let spread = spreads.map(|Hints { points, .. }| {
            let (grey, features) = (grey.clone(), description.colors.clone());
            Propagation::new(grey, features, CELL, points, height.min(width))
        });
        if let Some(spread) = &spread {
            chroma = chroma.clone() + B::upsample(spread.correction(chroma), CELL);
        }
        let hint = suggested(chroma, hints.map(|hints| mirror_to_multiple(hints.planes, multiple))); // [n, 3, H, W]
        let mut colors = self.unet.forward(self.head.forward(grey, hint, description)); // [n, 3 d, H, W]
        if let Some(spread) = &spread {
            colors = corrected(colors, spread);
        }
        Described { candidates: colors.reshape([images, self.candidates, 3, rows, columns]), logits }
    }
}

/// Candidates of one frame, `[1, 3 d, H, W]`, that have the hints' colors at their points.
fn corrected<B: Kernels>(colors: Tensor<B, 4>, spread: &Propagation<B>) -> Tensor<B, 4> {
    let [_, channels, rows, columns] = colors.dims();
    let candidates = colors.clone().reshape([channels / 3, 3, rows, columns]); // [d, 3, H, W]
    let correction = spread.correction(chroma(Matrix::Bt601, candidates.clone())); // [d, 2, H / 8, W / 8]
    let correction = B::upsample(correction, CELL); // [d, 2, H, W]
    let luma = candidates.clone().narrow(1, 0, 1).zeros_like(); // [d, 1, H, W]
    (candidates + with_chroma(Matrix::Bt601, luma, correction)).reshape([1, channels, rows, columns])
}

/// A hint for the whole frame, `[n, 3, h, w]`: the visitor's colors where there are any, which come times their mask, and elsewhere
/// the chroma that the trunk's distribution suggests, `[n, 2, h, w]`, where the mask is 0.
fn suggested<B: Backend>(suggestion: Tensor<B, 4>, hint: Option<Tensor<B, 4>>) -> Tensor<B, 4> {
    let Some(hint) = hint else {
        let none = suggestion.clone().narrow(1, 0, 1).zeros_like(); // [n, 1, h, w]
        return Tensor::cat(vec![suggestion, none], 1); // [n, 3, h, w]
    };
    let (given, mask) = (hint.clone().narrow(1, 0, 2), hint.narrow(1, 2, 1)); // [n, 2, h, w] and [n, 1, h, w]
    let elsewhere = mask.clone().neg().add_scalar(1.0); // [n, 1, h, w]
    Tensor::cat(vec![suggestion * elsewhere + given, mask], 1) // [n, 3, h, w]
}

/// The frames' own parts of padded candidates: `[n, d, 3, H, W]` to `[n, d, 3, height, width]`.
fn cropped<B: Backend>(padded: Tensor<B, 5>, height: usize, width: usize) -> Tensor<B, 5> {
    let [images, candidates, ..] = padded.dims();
    let cropped = crop(padded.flatten::<4>(0, 1), height, width); // [n d, 3, h, w]
    cropped.reshape([images, candidates, 3, height, width])
}
