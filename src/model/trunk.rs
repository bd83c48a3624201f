//! The trunk: a backbone that was pretrained to tell things apart, and beside it the distribution of the colors that are likely
//! where. The backbone's taps are f's hypercolumn, with the features that the distribution is told from as one tap more.

use burn::{
    config::Config,
    module::Module,
    tensor::{Tensor, backend::Backend},
};

use super::{
    distribution::{DistributionConfig, DistributionHead},
    efficientnet::{self, EfficientNet, EfficientNetConfig},
    unet,
    vgg::{Vgg, VggConfig},
};
use crate::kernel::Kernels;

/// The number of a backbone's taps, each half as large as the one before.
pub const TAPS: usize = 5;

/// Sizes of the backbone.
#[derive(Config, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a few of them in a process")]
pub enum BackboneConfig {
    /// VGG-19 or VGG-16: the paper's.
    Vgg(VggConfig),
    /// EfficientNet-lite: a thirtieth of the operations.
    EfficientNet(EfficientNetConfig),
}

/// Sizes of the trunk.
#[derive(Config, Debug)]
pub struct TrunkConfig {
    /// The backbone.
    pub backbone: BackboneConfig,
    /// The distribution beside it.
    pub distribution: DistributionConfig,
}

/// A pretrained network whose features serve f and the perceptual loss.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there are a few of them in a process, and Burn has no modules in boxes"
)]
pub enum Backbone<B: Backend> {
    /// VGG-19 or VGG-16.
    Vgg(Vgg<B>),
    /// EfficientNet-lite.
    EfficientNet(EfficientNet<B>),
}

/// The backbone and the distribution of colors.
#[derive(Module, Debug)]
pub struct Trunk<B: Backend> {
    /// Describes the grey frame.
    pub backbone: Backbone<B>,
    /// Tells from that which colors are likely where.
    pub distribution: DistributionHead<B>,
}

/// A grey frame as the trunk sees it.
#[derive(Clone, Debug)]
pub struct Description<B: Backend> {
    /// The backbone's taps, finest first.
    pub taps: Vec<Tensor<B, 4>>,
    /// The features that the distribution is told from, `[n, width, h / 8, w / 8]`.
    pub colors: Tensor<B, 4>,
}

impl BackboneConfig {
    /// A backbone with fresh random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Backbone<B> {
        match self {
            Self::Vgg(config) => Backbone::Vgg(config.init(device)),
            Self::EfficientNet(config) => Backbone::EfficientNet(config.init(device)),
        }
    }

    /// Channels of each tap.
    pub fn tap_widths(&self) -> [usize; TAPS] {
        match self {
            Self::Vgg(config) => config.widths,
            Self::EfficientNet(config) => config.tap_widths(),
        }
    }

    /// Standard deviation of each tap's values over photographs, by which first weights are scaled; VGG's are near 1.
    pub fn tap_deviations(&self) -> [f64; TAPS] {
        match self {
            Self::Vgg(_) => [1.0; TAPS],
            Self::EfficientNet(config) => config.tap_deviations(),
        }
    }

    /// By how much the first tap is smaller than the frame.
    pub fn first_scale(&self) -> usize {
        match self {
            Self::Vgg(_) => 1,
            Self::EfficientNet(_) => 2,
        }
    }
}

impl TrunkConfig {
    /// A trunk with fresh random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Trunk<B> {
        self.around(self.backbone.init(device), device)
    }

    /// A trunk around a backbone that there is.
    pub fn around<B: Backend>(&self, backbone: Backbone<B>, device: &B::Device) -> Trunk<B> {
        Trunk { backbone, distribution: self.distribution.init(&self.backbone, device) }
    }
}

impl<B: Backend> Backbone<B> {
    /// Sides of the frame must be multiples of this, so that the U-Net and the taps halve without a rest.
    pub fn multiple(&self) -> usize {
        match self {
            Self::Vgg(_) => unet::MULTIPLE,
            Self::EfficientNet(_) => efficientnet::MULTIPLE,
        }
    }
}

impl<B: Kernels> Backbone<B> {
    /// The five taps of an RGB image `[n, 3, h, w]` in [0, 1], finest first.
    pub fn forward(&self, rgb: Tensor<B, 4>) -> Vec<Tensor<B, 4>> {
        match self {
            Self::Vgg(network) => network.forward(rgb),
            Self::EfficientNet(network) => network.forward(rgb),
        }
    }
}

impl<B: Kernels> Trunk<B> {
    /// Describes a grey frame `[n, 1, h, w]` in [0, 1], sides multiples of [`Backbone::multiple`]; the backbone sees it repeated
    /// to three channels.
    pub fn forward(&self, grey: Tensor<B, 4>) -> Description<B> {
        let height = grey.dims()[2];
        let taps = self.backbone.forward(grey.repeat_dim(1, 3));
        let colors = self.distribution.features(&taps, height);
        Description { taps, colors }
    }
}
