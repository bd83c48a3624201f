//! The trunk EfficientNet-lite (M. Tan and Q. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
//! ICML 2019, table 1; the variant for small devices, without squeeze-and-excitation and with ReLU6). Batch normalization is
//! folded into the convolutions' biases. The defaults are lite0's.

use burn::{
    config::Config,
    module::{Initializer, Module},
    nn::{
        PaddingConfig2d,
        conv::{Conv2d, Conv2dConfig},
    },
    tensor::{Tensor, backend::Backend},
};

use super::{
    convolution::{conv1x1, he_normal, stored_for},
    trunk::TAPS,
};
use crate::kernel::{Activation, Kernels};

/// The number of stages, each of blocks of the same width.
const STAGES: usize = 7;

/// Channels that each stage of lite2 gives.
const LITE2_WIDTHS: [usize; STAGES] = [16, 24, 48, 88, 120, 208, 352];

/// Sides of the input must be multiples of this.
pub const MULTIPLE: usize = 32;

/// Sizes of the trunk.
#[derive(Config, Debug)]
pub struct EfficientNetConfig {
    /// Channels of the first convolution.
    #[config(default = 32)]
    pub stem: usize,
    /// Channels that each stage gives.
    #[config(default = "[16, 24, 40, 80, 112, 192, 320]")]
    pub widths: [usize; STAGES],
    /// Blocks of each stage.
    #[config(default = "[1, 2, 2, 3, 3, 4, 1]")]
    pub depths: [usize; STAGES],
    /// Sides of each stage's depthwise kernels, 3 or 5.
    #[config(default = "[3, 3, 5, 3, 5, 5, 3]")]
    pub kernels: [usize; STAGES],
    /// Stride of each stage's first block, 1 or 2; the stem halves once before.
    #[config(default = "[1, 2, 2, 2, 1, 2, 1]")]
    pub strides: [usize; STAGES],
    /// How many times wider a block's inside is than its input.
    #[config(default = "[1, 6, 6, 6, 6, 6, 6]")]
    pub expansions: [usize; STAGES],
}

/// The trunk: a convolution and seven stages of inverted bottlenecks.
#[derive(Module, Debug)]
pub struct EfficientNet<B: Backend> {
    /// The first convolution, which halves.
    pub stem: Conv2d<B>,
    /// All stages' blocks, in their order.
    pub blocks: Vec<Bottleneck<B>>,
    /// The blocks whose outputs are tapped: the last before each halving, and the last.
    tapped: Vec<usize>,
}

/// An inverted bottleneck (M. Sandler et al., "MobileNetV2", CVPR 2018): widens, filters each channel, and narrows again.
#[derive(Module, Debug)]
pub struct Bottleneck<B: Backend> {
    /// 1x1, to the wide inside; none where the inside is no wider.
    pub expand: Option<Conv2d<B>>,
    /// One kernel for each channel, 3x3 or 5x5; it may halve.
    pub depthwise: Conv2d<B>,
    /// 1x1, to the block's width, without activation.
    pub project: Conv2d<B>,
    residual: bool,
}

impl EfficientNetConfig {
    /// lite2: a tenth wider and a fifth deeper than lite0.
    pub fn lite2() -> Self {
        Self::new().with_widths(LITE2_WIDTHS).with_depths([1, 3, 3, 4, 4, 5, 1])
    }

    /// A trunk with fresh random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> EfficientNet<B> {
        let mut input = self.stem;
        let mut blocks = Vec::new();
        for stage in 0..STAGES {
            for block in 0..self.depths[stage] {
                let stride = if block == 0 { self.strides[stage] } else { 1 };
                blocks.push(self.block(stage, input, stride, device));
                input = self.widths[stage];
            }
        }
        EfficientNet { stem: filter([3, self.stem], 3, 2, 1, device), blocks, tapped: self.tapped() }
    }

    /// Channels of each tap.
    pub fn tap_widths(&self) -> [usize; TAPS] {
        let mut widths = self.tapped_stages().map(|stage| self.widths[stage]);
        std::array::from_fn(|_| widths.next().unwrap_or_default())
    }

    /// Standard deviation of each tap's values over photographs, as measured with the published weights of lite2 and of lite0.
    pub fn tap_deviations(&self) -> [f64; TAPS] {
        match self.widths {
            LITE2_WIDTHS => [6.2, 9.9, 8.4, 7.0, 2.6],
            _ => [11.6, 11.2, 7.7, 4.4, 1.6],
        }
    }

    fn block<B: Backend>(
        &self,
        stage: usize,
        input: usize,
        stride: usize,
        device: &B::Device,
    ) -> Bottleneck<B> {
        let (inside, output) = (self.expansions[stage] * input, self.widths[stage]);
        Bottleneck {
            expand: (inside > input).then(|| conv1x1(input, inside, true, device)),
            depthwise: filter([inside; 2], self.kernels[stage], stride, inside, device),
            project: conv1x1(inside, output, true, device),
            residual: stride == 1 && input == output,
        }
    }

    /// The stages before each halving, and the last.
    fn tapped_stages(&self) -> impl Iterator<Item = usize> + '_ {
        (0..STAGES).filter(|&stage| self.strides.get(stage + 1).is_none_or(|&next| next == 2))
    }

    fn tapped(&self) -> Vec<usize> {
        let before = |stage: usize| self.depths[..=stage].iter().sum::<usize>() - 1;
        self.tapped_stages().map(before).collect()
    }
}

impl<B: Backend> EfficientNet<B> {
    /// Factor and summand that take colors in [0, 1] to the scale of the published weights: (255 x - 127) / 128.
    pub const NORMALIZATION: [f64; 2] = [255.0 / 128.0, -127.0 / 128.0];

    /// Whether the output of a block is tapped.
    pub fn is_tapped(&self, block: usize) -> bool {
        self.tapped.contains(&block)
    }
}

impl<B: Backend> Bottleneck<B> {
    /// Whether its input is added to what it makes of that.
    pub fn is_residual(&self) -> bool {
        self.residual
    }
}

impl<B: Kernels> EfficientNet<B> {
    /// The five taps of an RGB image `[n, 3, h, w]` in [0, 1], sides multiples of 32; tap i is
    /// `[n, tap_widths()[i], h / 2^(i + 1), w / 2^(i + 1)]`.
    pub fn forward(&self, rgb: Tensor<B, 4>) -> Vec<Tensor<B, 4>> {
        let [scale, offset] = Self::NORMALIZATION;
        let normalized = rgb.mul_scalar(scale).add_scalar(offset);
        let stored = stored_for(&self.stem, normalized);
        let mut features = B::convolve_same(&self.stem, stored, Activation::Relu6); // [n, stem, h / 2, w / 2]
        let mut taps = Vec::with_capacity(TAPS);
        for (index, block) in self.blocks.iter().enumerate() {
            features = block.forward(features);
            if self.is_tapped(index) {
                taps.push(features.clone());
            }
        }
        taps
    }
}

impl<B: Kernels> Bottleneck<B> {
    /// `[n, input, h, w]` to `[n, output, h / stride, w / stride]`.
    pub fn forward(&self, features: Tensor<B, 4>) -> Tensor<B, 4> {
        let inside = match &self.expand {
            Some(expand) => B::convolve(expand, features.clone(), Activation::Relu6), // [n, inside, h, w]
            None => features.clone(),
        };
        let filtered = B::convolve_same(&self.depthwise, inside, Activation::Relu6); // [n, inside, h / stride, w / stride]
        let narrowed = B::convolve(&self.project, filtered, Activation::None); // [n, output, h / stride, w / stride]
        if self.residual { narrowed + features } else { narrowed }
    }
}

/// A convolution for [`Kernels::convolve_same`], which pads by itself.
fn filter<B: Backend>(
    channels: [usize; 2],
    side: usize,
    stride: usize,
    groups: usize,
    device: &B::Device,
) -> Conv2d<B> {
    let mut convolution = Conv2dConfig::new(channels, [side; 2])
        .with_stride([stride; 2])
        .with_groups(groups)
        .with_padding(PaddingConfig2d::Valid)
        .with_initializer(he_normal())
        .init(device);
    convolution.bias = Some(Initializer::Zeros.init([channels[1]], device));
    convolution
}
