//! The backbones that phi is made of: a published one, or one of random weights.

use burn::tensor::backend::Backend;
use chromaflow::model::{
    trunk::{Backbone, TAPS},
    vgg::VggConfig,
};

use super::phi::Phi;

/// Widths of the random phi.
const RANDOM_WIDTHS: [usize; TAPS] = [8, 16, 32, 64, 64];

/// Factors that take a published backbone's taps to the scale of 0..255. VGG sees colors divided by their deviation, about 57.
/// EfficientNet's taps have no activation and scales of their own: with its factors each tap has, by its weight in phi, a fifth as much
/// of the distance between photographs and their grey versions as the image itself (measured on 96 photographs of 128 pixels).
pub fn published_tap_scales<B: Backend>(backbone: &Backbone<B>) -> [f64; TAPS] {
    match backbone {
        Backbone::Vgg(_) => [57.0; TAPS],
        Backbone::EfficientNet(_) => [4.3, 5.8, 4.0, 7.4, 0.35],
    }
}

/// Frozen VGG-19 of small widths, with He's random weights: filters without training
/// still tell edges and patches of unlike color apart at five scales. The seed is fixed: phi is the same in every run.
pub fn random_phi<B: Backend>(device: &B::Device) -> Phi<B> {
    const SEED: u64 = 19;
    /// 57 takes taps of normalized colors to the scale of 0..255. Trained features are sparse at conv5_2, whose weight
    /// is high for that; random ones are not, and would outweigh all other layers together (measured: 4 times).
    const TAP_SCALES: [f64; TAPS] = [57.0, 57.0, 57.0, 57.0, 4.5];
    let config = VggConfig::new().with_widths(RANDOM_WIDTHS);
    B::seed(device, SEED);
    Phi::new(Backbone::Vgg(config.init(device)), TAP_SCALES)
}
