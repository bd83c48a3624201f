//! Named sets of sizes for all networks together.

use burn::{config::Config, module::Module, tensor::backend::Backend};
use serde::{Deserialize, Serialize};

use super::{
    colorizer::{Colorizer, ColorizerConfig},
    distribution::DistributionConfig,
    efficientnet::EfficientNetConfig,
    flow::{FlowConfig, FlowNet},
    refiner::{Refiner, RefinerConfig},
    trunk::{BackboneConfig, Trunk, TrunkConfig},
    unet::UnetConfig,
    vgg::VggConfig,
};

/// A name for a set of sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// The paper's sizes.
    Paper,
    /// Narrower networks for weak GPUs and for the CPU: all weights together take at most 16 MB in half precision.
    Lite,
    /// For strong GPUs: a larger trunk, which knows more things, with the f, flow network and g of [`Preset::Lite`].
    Large,
    /// A few channels, for tests.
    Tiny,
}

/// Sizes of all four networks.
#[derive(Config, Debug)]
pub struct NetworksConfig {
    /// The trunk.
    pub trunk: TrunkConfig,
    /// f.
    pub colorizer: ColorizerConfig,
    /// The flow network.
    pub flow: FlowConfig,
    /// g.
    pub refiner: RefinerConfig,
}

/// All four networks.
#[derive(Module, Debug)]
pub struct Networks<B: Backend> {
    /// The trunk.
    pub trunk: Trunk<B>,
    /// f.
    pub colorizer: Colorizer<B>,
    /// The flow network.
    pub flow: FlowNet<B>,
    /// g.
    pub refiner: Refiner<B>,
}

impl Preset {
    /// The name that commands and manifests know the preset by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Lite => "lite",
            Self::Large => "large",
            Self::Tiny => "tiny",
        }
    }

    /// The preset's sizes.
    pub fn config(self) -> NetworksConfig {
        match self {
            Self::Paper => NetworksConfig::from_parts(
                TrunkConfig::new(BackboneConfig::Vgg(VggConfig::new()), DistributionConfig::new()),
                UnetConfig::new(),
                UnetConfig::new(),
                FlowConfig::new(),
            ),
            Self::Lite => NetworksConfig::from_parts(
                TrunkConfig::new(
                    BackboneConfig::EfficientNet(EfficientNetConfig::new()),
                    DistributionConfig::new(),
                ),
                UnetConfig::new().with_widths([24, 32, 64, 128, 256]),
                UnetConfig::new().with_widths([8, 12, 16, 24, 32]),
                FlowConfig::new()
                    .with_pyramid([8, 16, 24, 32, 48, 64])
                    .with_decoder([48, 48, 32, 24, 16])
                    .with_context([48, 48, 48, 32, 24, 16])
                    .with_mean(0.45)
                    .with_deviation(0.25),
            ),
            Self::Large => {
                let trunk = TrunkConfig::new(
                    BackboneConfig::EfficientNet(EfficientNetConfig::lite2()),
                    DistributionConfig::new(),
                );
                let lite = Self::Lite.config();
                NetworksConfig {
                    colorizer: ColorizerConfig::new(trunk.clone(), lite.colorizer.unet),
                    trunk,
                    ..lite
                }
            }
            Self::Tiny => NetworksConfig::from_parts(
                TrunkConfig::new(
                    BackboneConfig::EfficientNet(
                        EfficientNetConfig::new()
                            .with_stem(4)
                            .with_widths([2, 3, 4, 4, 5, 5, 6])
                            .with_depths([1, 2, 1, 1, 1, 1, 1])
                            .with_expansions([1, 2, 2, 2, 2, 2, 2]),
                    ),
                    DistributionConfig::new().with_width(6).with_blocks(1),
                ),
                UnetConfig::new().with_widths([4, 5, 6, 7, 8]),
                UnetConfig::new().with_widths([3, 4, 4, 5, 6]),
                FlowConfig::new()
                    .with_pyramid([2, 3, 3, 4, 4, 5])
                    .with_decoder([4, 4, 3, 3, 2])
                    .with_context([4, 4, 4, 3, 3, 2]),
            ),
        }
    }
}

impl NetworksConfig {
    fn from_parts(trunk: TrunkConfig, colorizer: UnetConfig, refiner: UnetConfig, flow: FlowConfig) -> Self {
        Self {
            colorizer: ColorizerConfig::new(trunk.clone(), colorizer),
            refiner: RefinerConfig::new(refiner),
            trunk,
            flow,
        }
    }

    /// All networks with fresh random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Networks<B> {
        Networks {
            trunk: self.trunk.init(device),
            colorizer: self.colorizer.init(device),
            flow: self.flow.init(device),
            refiner: self.refiner.init(device),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    /// The paper's backbone has 15,304,768 parameters to conv5_2, counted by hand from VGG-19's table; `lite` must fit the page.
    #[test]
    fn presets_have_the_stated_sizes() {
        let paper = Preset::Paper.config().init::<Flex>(&Default::default());
        assert_eq!(paper.trunk.backbone.num_params(), 15_304_768);
        let lite = Preset::Lite.config().init::<Flex>(&Default::default());
        assert!(lite.num_params() * 2 <= 16_000_000, "{} parameters", lite.num_params());
    }
}
