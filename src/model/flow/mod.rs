//! Optical flow: PWC-Net (D. Sun et al., "PWC-Net: CNNs for Optical Flow Using Pyramid, Warping, and Cost Volume",
//! CVPR 2018). One parameter here for each that the published PyTorch network uses.

mod context;
mod decoder;
mod pyramid;

use burn::{
    config::Config,
    module::Module,
    tensor::{Tensor, backend::Backend},
};

use super::size::{crop, pad_to_multiple};
use crate::kernel::{Activation, Kernels};
use context::Context;
use decoder::Decoder;
use pyramid::Pyramid;

/// Levels of the feature pyramid; level l has 1 / 2^l of the input's resolution.
pub const LEVELS: usize = 6;

/// The finest level that is decoded: flow comes out at a quarter of the resolution.
pub const FINEST: usize = 2;

/// Sides of the input are padded to multiples of this.
pub const MULTIPLE: usize = 1 << LEVELS;

/// What follows every convolution but those that give a flow.
const ACTIVATION: Activation = Activation::LeakyRelu(0.1);

/// The network's flows are in units of 1 / 20 pixel of the input's resolution: one unit is 20 pixels.
pub const PIXELS_PER_UNIT: f64 = 20.0;

/// Sizes of the flow network. The defaults are PWC-Net's.
#[derive(Config, Debug)]
pub struct FlowConfig {
    /// Channels of the feature pyramid, finest first.
    #[config(default = "[16, 32, 64, 96, 128, 196]")]
    pub pyramid: [usize; LEVELS],
    /// Channels that each convolution of a decoder adds.
    #[config(default = "[128, 128, 96, 64, 32]")]
    pub decoder: [usize; 5],
    /// Channels of the context network.
    #[config(default = "[128, 128, 128, 96, 64, 32]")]
    pub context: [usize; 6],
    /// Largest displacement of the cost volume, in pixels of its level.
    #[config(default = 4)]
    pub displacement: usize,
    /// What is subtracted from the images, which are in [0, 1]. The published weights expect them as they are; a network
    /// trained from scratch finds matches far sooner in features that are not mostly a common offset.
    #[config(default = 0.0)]
    pub mean: f64,
    /// What the images are then divided by.
    #[config(default = 1.0)]
    pub deviation: f64,
}

/// The flow network.
#[derive(Module, Debug)]
pub struct FlowNet<B: Backend> {
    /// Features of each frame.
    pub pyramid: Pyramid<B>,
    /// One decoder a level, coarsest first.
    pub decoders: Vec<Decoder<B>>,
    /// Refines the finest flow.
    pub context: Context<B>,
    displacement: usize,
    mean: f64,
    deviation: f64,
}

impl FlowConfig {
    /// A network with fresh random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> FlowNet<B> {
        let decoders: Vec<_> =
            (FINEST..=LEVELS).rev().map(|level| Decoder::init(self, level, device)).collect();
        FlowNet {
            pyramid: Pyramid::init(&self.pyramid, device),
            context: Context::init(self.decoder_output(FINEST), &self.context, device),
            decoders,
            displacement: self.displacement,
            mean: self.mean,
            deviation: self.deviation,
        }
    }

    /// Channels of a cost volume: one for each displacement.
    fn cost_channels(&self) -> usize {
        (2 * self.displacement + 1).pow(2)
    }

    /// Channels that the decoder of `level` starts from: the cost volume, and but for the coarsest level the frame's
    /// features (`pyramid[level - 1]`), the upsampled flow (2) and the upsampled features (2).
    fn decoder_input(&self, level: usize) -> usize {
        let above = if level == LEVELS { 0 } else { self.pyramid[level - 1] + 4 };
        self.cost_channels() + above
    }

    /// Channels of the densely connected features that the decoder of `level` ends with.
    pub(crate) fn decoder_output(&self, level: usize) -> usize {
        self.decoder_input(level) + self.decoder.iter().sum::<usize>()
    }
}

impl<B: Kernels> FlowNet<B> {
    /// flow(first -> second) in pixels, `[n, 2, h, w]`, of two RGB images `[n, 3, h, w]` in [0, 1], of any size.
    pub fn forward(&self, first: Tensor<B, 4>, second: Tensor<B, 4>) -> Tensor<B, 4> {
        self.between(&self.describe(first), &self.describe(second)) // [n, 2, h, w]
    }

    /// Flow between grey frames `[n, 1, h, w]`, which the network sees repeated to three channels.
    pub fn forward_grey(&self, first: Tensor<B, 4>, second: Tensor<B, 4>) -> Tensor<B, 4> {
        self.between(&self.describe_grey(first), &self.describe_grey(second)) // [n, 2, h, w]
    }

    /// What the network makes of grey frames `[n, 1, h, w]`, of any size, before it compares them.
    pub fn describe_grey(&self, grey: Tensor<B, 4>) -> Description<B> {
        self.describe(grey.repeat_dim(1, 3))
    }

    fn describe(&self, rgb: Tensor<B, 4>) -> Description<B> {
        let [_, _, height, width] = rgb.dims();
        let normalised = rgb.sub_scalar(self.mean).div_scalar(self.deviation);
        let levels = self.pyramid.forward(pad_to_multiple(normalised, MULTIPLE));
        Description { levels, height, width }
    }

    /// flow(first -> second) in pixels, `[n, 2, h, w]`, of frames of one size.
    pub fn between(&self, first: &Description<B>, second: &Description<B>) -> Tensor<B, 4> {
        let finest = self.levels_between(first, second).remove(0); // [n, 2, H / 4, W / 4]
        let flow = B::upsample(finest, 1 << FINEST).mul_scalar(PIXELS_PER_UNIT); // [n, 2, H, W]
        crop(flow, first.height, first.width) // [n, 2, h, w]
    }

    /// The flows of every decoded level, finest first, in the network's units: entry i is
    /// `[n, 2, H / 2^(i + 2), W / 2^(i + 2)]`, H and W padded to multiples of 64. Training compares them all.
    pub fn forward_levels(&self, first: Tensor<B, 4>, second: Tensor<B, 4>) -> Vec<Tensor<B, 4>> {
        let [batch, ..] = first.dims();
        let both = self.describe(Tensor::cat(vec![first, second], 0)); // of [2 n, 3, h, w]
        self.levels_between(&both.part(0, batch), &both.part(batch, batch))
    }

    fn levels_between(&self, first: &Description<B>, second: &Description<B>) -> Vec<Tensor<B, 4>> {
        let mut flows: Vec<Tensor<B, 4>> = Vec::new();
        let mut above = None;
        for (decoder, level) in self.decoders.iter().zip((FINEST..=LEVELS).rev()) {
            let [ours, theirs] = [first, second].map(|frame| frame.levels[level - 1].clone()); // [n, c, H / 2^l, W / 2^l]
            let step = self.decode(decoder, level, ours, theirs, above);
            let refined = match level {
                FINEST => step.flow + self.context.forward(step.features.clone()),
                _ => step.flow,
            }; // [n, 2, H / 2^l, W / 2^l]
            flows.insert(0, refined.clone());
            above = decoder.to_finer(refined, step.features);
        }
        flows
    }

    fn decode(
        &self,
        decoder: &Decoder<B>,
        level: usize,
        ours: Tensor<B, 4>,
        theirs: Tensor<B, 4>,
        above: Option<Above<B>>,
    ) -> Step<B> {
        let cost = |theirs| {
            let volume = B::cost_volume(ours.clone(), theirs, self.displacement);
            ACTIVATION.apply(volume) // [n, 81, H / 2^l, W / 2^l]
        };
        let Some(above) = above else {
            return decoder.forward(cost(theirs));
        };
        let pixels = above.flow.clone().mul_scalar(PIXELS_PER_UNIT / (1 << level) as f64);
        let warped = B::warp_inside(theirs, pixels);
        let known = vec![cost(warped), ours.clone(), above.flow, above.features];
        decoder.forward(Tensor::cat(known, 1))
    }
}

/// What a decoder hands to the next finer one: flow and features upsampled by two, two channels each.
pub(crate) struct Above<B: Backend> {
    flow: Tensor<B, 4>,
    features: Tensor<B, 4>,
}

/// What a decoder finds: the flow in the network's units, and the features it was read from.
pub(crate) struct Step<B: Backend> {
    flow: Tensor<B, 4>,
    features: Tensor<B, 4>,
}

/// What the network makes of frames before it compares them. A frame is compared with both its neighbours, and described
/// once.
#[derive(Clone, Debug)]
pub struct Description<B: Backend> {
    /// The pyramid's features, finest first: entry i is `[n, c_i, H / 2^(i + 1), W / 2^(i + 1)]`, H and W padded to
    /// multiples of 64.
    levels: Vec<Tensor<B, 4>>,
    height: usize,
    width: usize,
}

impl<B: Backend> Description<B> {
    /// Frames of one size, one behind the other.
    pub fn joined(frames: &[&Self]) -> Self {
        let level = |i: usize| Tensor::cat(frames.iter().map(|frame| frame.levels[i].clone()).collect(), 0);
        Self { levels: (0..LEVELS).map(level).collect(), ..*frames[0] }
    }

    /// `count` frames from `first` on.
    fn part(&self, first: usize, count: usize) -> Self {
        let levels = self.levels.iter().map(|features| features.clone().narrow(0, first, count)).collect();
        Self { levels, ..*self }
    }
}
