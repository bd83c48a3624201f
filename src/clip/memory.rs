//! How much memory colouring takes, known before anything is allocated, from the networks' sizes alone.
//!
//! What a network holds is counted in values a pixel of its padded frame, at the moment when most of its tensors exist at
//! once; which do follows from its code. A device takes somewhat more, for what lies between tensors and for what its
//! operations keep of their own: BENCHMARKS.md has both side by side, and a device's grant leaves room for it.

use burn::tensor::{DType, FloatDType};

use super::frame::processing_size;
use crate::model::{
    distribution::CELL,
    efficientnet::{self, EfficientNetConfig},
    flow::{self, FlowConfig},
    preset::NetworksConfig,
    trunk::{BackboneConfig, TAPS, TrunkConfig},
    unet::{self, UnetConfig},
    vgg::VggConfig,
};

/// Bytes of a value of flow, colour and frame.
const VALUE: f64 = 4.0;

/// Frames that g refines, and directions that flow is sought in, at once.
const BATCH: f64 = 2.0;

/// A frame's grey (1), and flows (2), masks (1) and confidences (1) of both directions to the frame before.
const FRAME: f64 = 9.0;

/// A colour.
const COLOR: f64 = 3.0;

/// What g is given beside the colour (8 channels), and what lies between: copies for the batch, and their warping.
const BESIDE_REFINER: f64 = 26.0;

/// What is to be coloured, and how.
#[derive(Clone, Copy, Debug)]
pub struct Demand {
    /// Width of the clip, in pixels.
    pub width: usize,
    /// Height of the clip, in pixels.
    pub height: usize,
    /// The processing size.
    pub size: usize,
    /// Passes of g.
    pub passes: usize,
}

/// What tensors take at most, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// All networks' weights.
    pub weights: u64,
    /// The tensors of the busiest moment.
    pub working: u64,
    /// What is kept of frames from one call to the next.
    pub held: u64,
    /// The largest tensor: a GPU grants each only so much.
    pub largest: u64,
}

impl Memory {
    /// For networks of these sizes, whose weights take so many bytes, and whose f and g are stored in `precision`.
    pub fn of(networks: &NetworksConfig, weights: u64, precision: FloatDType, demand: Demand) -> Self {
        let stored = DType::from(precision).size() as f64 / VALUE;
        let (width, height) = processing_size(demand.width, demand.height, demand.size);
        let padded = |multiple| (width.next_multiple_of(multiple) * height.next_multiple_of(multiple)) as f64;
        let (area, unet_area, flow_area) =
            ((width * height) as f64, padded(efficientnet::MULTIPLE), padded(flow::MULTIPLE));
        let candidates = COLOR * networks.colorizer.candidates as f64;
        let colorizer = stored
            * trunk(&networks.trunk, networks.colorizer.unet.widths[0])
                .max(net(&networks.colorizer.unet, candidates));
        let refiner = BATCH * (stored * net(&networks.refiner.unet, COLOR) + BESIDE_REFINER);
        let flow = BATCH * decoding(&networks.flow) + pyramid(&networks.flow);
        let working =
            (colorizer * unet_area + candidates * area).max(refiner * unet_area).max(flow * flow_area);
        let frames = (demand.passes + 3) as f64;
        let colors = (2 * demand.passes + 2) as f64;
        let guide = 3.0 * area + (demand.width.div_ceil(2) * demand.height.div_ceil(2)) as f64;
        let held =
            frames * (FRAME * area + guide + pyramid(&networks.flow) * flow_area) + colors * COLOR * area;
        let features = (BATCH * widest(&networks.refiner.unet))
            .max(widest(&networks.colorizer.unet))
            .max(largest_of(&networks.trunk.backbone));
        let largest = (stored * features * unet_area)
            .max(BATCH * decoded(&networks.flow) * share(flow::FINEST) * flow_area);
        let bytes = |values: f64| (VALUE * values) as u64;
        Self { weights, working: bytes(working), held: bytes(held), largest: bytes(largest) }
    }

    /// All of it together.
    pub fn total(&self) -> u64 {
        self.weights + self.working + self.held
    }
}

/// The pixels of a level, as a share of the frame's.
fn share(level: usize) -> f64 {
    0.25_f64.powi(level as i32)
}

/// The most that a U-Net holds: the skips so far, and what goes into a step and comes out of it.
fn net(config: &UnetConfig, output: f64) -> f64 {
    let width = |level: usize| config.widths[level] as f64;
    let skips = |levels: usize| (0..levels).map(|level| width(level) * share(level)).sum::<f64>();
    let down = (0..unet::LEVELS).map(|level| {
        let input = width(level.saturating_sub(1));
        skips(level) + (input + width(level)).max(2.0 * width(level)) * share(level)
    });
    let up = (0..unet::LEVELS - 1).map(|level| {
        let (coarse, fine) = (width(level + 1), width(level));
        let upsampled = coarse + (coarse * share(1)).max(fine);
        skips(unet::LEVELS) + upsampled.max(2.0 * fine) * share(level)
    });
    down.chain(up).fold(skips(unet::LEVELS) + width(0) + output, f64::max)
}

/// The largest tensor of a U-Net: the second level's features, upsampled to the first.
fn widest(config: &UnetConfig) -> f64 {
    config.widths[0].max(config.widths[1]) as f64
}

/// The most that the trunk holds: while the backbone computes its taps, while the distribution's head adds up theirs, and while
/// the hypercolumn's head, of `head` channels, adds up one image for each tap.
fn trunk(config: &TrunkConfig, head: usize) -> f64 {
    let first = config.backbone.first_scale().ilog2() as usize;
    let taps = config.backbone.tap_widths().into_iter().enumerate();
    let taps = taps.map(|(tap, width)| width as f64 * share(first + tap)).sum::<f64>();
    let features = config.distribution.width as f64 / (CELL * CELL) as f64;
    let backbone = match &config.backbone {
        BackboneConfig::Vgg(config) => vgg(config),
        BackboneConfig::EfficientNet(config) => taps + bottleneck(config),
    };
    backbone.max(taps + 4.0 * features).max(taps + features + 2.0 + 3.0 * head as f64)
}

/// The taps so far, what the level started from, and what it is at.
fn vgg(config: &VggConfig) -> f64 {
    let width = |level: usize| config.widths[level] as f64;
    let taps = |levels: usize| (0..levels).map(|level| width(level) * share(level)).sum::<f64>();
    let level = |level: usize| {
        let started = if level == 0 { 2.0 * COLOR } else { width(level - 1) * share(level) };
        let at_once = if config.depths[level] > 3 { 3.0 } else { 2.0 };
        taps(level) + started + at_once * width(level) * share(level)
    };
    (0..TAPS).map(level).fold(0.0, f64::max)
}

/// The most that an inverted bottleneck holds: its input, its inside, and what the depthwise convolution makes of that.
fn bottleneck(config: &EfficientNetConfig) -> f64 {
    insides(config)
        .map(|(input, inside, level, next)| (input + inside) * share(level) + inside * share(next))
        .fold(0.0, f64::max)
}

/// Channels of the input and of the inside of each stage's first block, and the levels before and behind its depthwise convolution.
fn insides(config: &EfficientNetConfig) -> impl Iterator<Item = (f64, f64, usize, usize)> + '_ {
    let inputs = [config.stem].into_iter().chain(config.widths);
    let levels = config.strides.iter().scan(1, |level, stride| {
        let before = *level;
        *level += stride.ilog2() as usize;
        Some((before, *level))
    });
    inputs
        .zip(config.expansions)
        .zip(levels)
        .map(|((input, expansion), (level, next))| (input as f64, (expansion * input) as f64, level, next))
}

/// The largest tensor of the backbone, in values a pixel.
fn largest_of(backbone: &BackboneConfig) -> f64 {
    match backbone {
        BackboneConfig::Vgg(config) => config.widths[0] as f64,
        BackboneConfig::EfficientNet(config) => {
            insides(config).map(|(_, inside, level, _)| inside * share(level)).fold(0.0, f64::max)
        }
    }
}

/// The pyramid's features of one frame.
fn pyramid(config: &FlowConfig) -> f64 {
    (1..).zip(config.pyramid).map(|(level, width)| width as f64 * share(level)).sum()
}

/// Channels that the finest decoder ends with.
fn decoded(config: &FlowConfig) -> f64 {
    config.decoder_output(flow::FINEST) as f64
}

/// The most that the decoders hold for one direction: both frames' features, and the densely connected ones of the finest
/// level while they are joined, or beside them what the context network is at.
fn decoding(config: &FlowConfig) -> f64 {
    let context = config.context.iter().max().map_or(0.0, |&widest| 2.0 * widest as f64);
    2.0 * pyramid(config) + (decoded(config) + decoded(config).max(context)) * share(flow::FINEST)
}
