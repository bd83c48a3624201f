//! f and its trunk as a graph: the same operations in the same order as the modules' `forward`.

use burn::{nn::conv::Conv2d, tensor::backend::Backend};
use chromaflow::{
    model::{
        colorizer::{Colorizer, ColorizerConfig},
        distribution::{CELL, DistributionHead},
        trunk::Trunk,
        unet::{Pair, Unet},
    },
    palette::{COLORS, TEMPERATURE, chromas, hues},
    suggestion::{KNOWN, UNKNOWN},
};

use super::{
    graph::{Graph, Name, Side, integer, value},
    nonlocal::nonlocal_mean,
    proto::GraphProto,
    trunk::{Tap, taps},
};

/// Grey `[1, 1, h, w]` in [0, 1] to `[1, d, 3, h, w]`, of any size or of one.
pub fn graph<B: Backend>(
    config: &ColorizerConfig,
    trunk: &Trunk<B>,
    colorizer: &Colorizer<B>,
    size: Option<[usize; 2]>,
) -> GraphProto {
    let mut graph = Graph::default();
    let shape = graph.add("Shape", &["grey"], Vec::new()); // [4]
    let padded = pad(&mut graph, &shape, trunk.backbone.multiple());
    let taps = taps(&mut graph, &config.trunk, trunk, &padded);
    let suggestion = suggestion(&mut graph, &trunk.distribution, &taps);
    let reduced = reduce(&mut graph, colorizer, [&padded, &suggestion], &taps);
    let colors = unet(&mut graph, &colorizer.unet, config.unet.slope, reduced);
    let candidates = crop(&mut graph, &colors, &shape, config.candidates);
    let sides = match size {
        Some([height, width]) => [Side::Fixed(height), Side::Fixed(width)],
        None => [Side::Free("height"), Side::Free("width")],
    };
    let shape = |leading: &[usize]| {
        leading.iter().map(|&side| Side::Fixed(side)).chain(sides.clone()).collect::<Vec<_>>()
    };
    let input = value("grey", "BT.601 luma in [0, 1]", &shape(&[1, 1]));
    let about = "RGB near [0, 1], not clamped; put its chroma on the luma that went in";
    let output = value("candidates", about, &shape(&[1, config.candidates, 3]));
    graph.finish("colorizer", input, &candidates, output)
}

/// Mirrors the frame at its right and lower border until both sides are multiples of `multiple`, as
/// [`mirror_to_multiple`](chromaflow::model::size::mirror_to_multiple) does.
fn pad(graph: &mut Graph, shape: &str, multiple: usize) -> Name {
    [2, 3].into_iter().fold("grey".to_owned(), |image, axis| {
        let places = mirrored(graph, shape, axis, multiple);
        graph.add("Gather", &[&image, &places], vec![integer("axis", axis)])
    })
}

/// For each place along the padded axis the one that it mirrors: max(0, min(i, 2 (n - 1) - i)).
fn mirrored(graph: &mut Graph, shape: &str, axis: i64, multiple: usize) -> Name {
    let [zero, one, axis, multiple] = [0, 1, axis, multiple as i64].map(|value| graph.integers(&[value]));
    let side = graph.add("Gather", &[shape, &axis], Vec::new()); // [1]
    let negative = graph.add("Neg", &[&side], Vec::new());
    let behind = graph.add("Mod", &[&negative, &multiple], Vec::new()); // never negative, as the divisor is positive
    let padded = graph.add("Add", &[&side, &behind], Vec::new());
    let [from, to, step] = [&zero, &padded, &one].map(|value| graph.add("Squeeze", &[value], Vec::new()));
    let places = graph.add("Range", &[&from, &to, &step], Vec::new()); // [padded]
    let last = graph.add("Sub", &[&side, &one], Vec::new());
    let twice = graph.add("Add", &[&last, &last], Vec::new());
    let back = graph.add("Sub", &[&twice, &places], Vec::new());
    let nearer = graph.add("Min", &[&places, &back], Vec::new());
    graph.add("Max", &[&nearer, &zero], Vec::new())
}

/// The chroma that the trunk's distribution suggests, at the frame's size.
fn suggestion<B: Backend>(graph: &mut Graph, head: &DistributionHead<B>, taps: &[Tap]) -> Name {
    let features = taps.last().map(|tap| tap.name.clone()).unwrap_or_default();
    let means = nonlocal_mean(graph, &features, head.logits.weight.dims()[1]);
    let logits = graph.convolution("trunk.distribution.logits", &head.logits, &means);
    let temperature = graph.numbers(&[TEMPERATURE as f32], &[]);
    let annealed = graph.add("Div", &[&logits, &temperature], Vec::new());
    let mean = expected(graph, &annealed, &chromas());
    let strength = strength(graph, &logits);
    let suggested = graph.add("Mul", &[&mean, &strength], Vec::new());
    graph.upsample(&suggested, CELL)
}

/// The mean over the palette of vectors `[2, COLORS]`, under the distribution of these logits.
fn expected(graph: &mut Graph, logits: &str, vectors: &[f32]) -> Name {
    let probabilities = graph.add("Softmax", &[logits], vec![integer("axis", 1)]);
    let vectors = graph.numbers(vectors, &[2, COLORS, 1, 1]);
    graph.pointwise(&vectors, &probabilities)
}

/// How much of the annealed mean is suggested, by the agreement of hues.
fn strength(graph: &mut Graph, logits: &str) -> Name {
    let mean = expected(graph, logits, &hues());
    let squares = graph.add("Mul", &[&mean, &mean], Vec::new());
    let ones = graph.numbers(&[1.0; 2], &[1, 2, 1, 1]);
    let sum = graph.pointwise(&ones, &squares);
    let agreement = graph.add("Sqrt", &[&sum], Vec::new());
    let [least, range, zero, one] =
        [UNKNOWN, KNOWN - UNKNOWN, 0.0, 1.0].map(|number| graph.numbers(&[number as f32], &[]));
    let above = graph.add("Sub", &[&agreement, &least], Vec::new());
    let part = graph.add("Div", &[&above, &range], Vec::new());
    graph.add("Clip", &[&part, &zero, &one], Vec::new())
}

/// The hypercolumn's 1x1 convolution, split by input; of the hint there is the suggestion alone.
fn reduce<B: Backend>(
    graph: &mut Graph,
    colorizer: &Colorizer<B>,
    [grey, suggestion]: [&str; 2],
    taps: &[Tap],
) -> Name {
    let head = &colorizer.head;
    let grey = graph.convolution("colorizer.head.grey", &head.grey, grey);
    let weight = head.hint.weight.val().narrow(1, 0, 2); // [output, 2, 1, 1]
    let weight = graph.parameter("colorizer.head.hint.weight".to_owned(), weight);
    let hint = graph.pointwise(&weight, suggestion);
    let mut sum = graph.add("Add", &[&grey, &hint], Vec::new());
    for (index, (layer, tap)) in head.taps.iter().zip(taps).enumerate() {
        let part = graph.convolution(&format!("colorizer.head.taps.{index}"), layer, &tap.name);
        let part = graph.upsample(&part, tap.scale);
        sum = graph.add("Add", &[&sum, &part], Vec::new());
    }
    sum
}

fn unet<B: Backend>(graph: &mut Graph, unet: &Unet<B>, slope: f64, features: Name) -> Name {
    let mut skips: Vec<Name> = Vec::new();
    let mut features = features;
    for (level, layers) in unet.down.iter().enumerate() {
        if level > 0 {
            features = graph.halve(&features);
        }
        features = pair(graph, &format!("colorizer.unet.down.{level}"), layers, slope, &features);
        skips.push(features.clone());
    }
    for (index, (up, skip)) in unet.up.iter().zip(skips.iter().rev().skip(1)).enumerate() {
        let name = format!("colorizer.unet.up.{index}");
        let doubled = graph.upsample(&features, 2);
        let narrowed = graph.convolution(&format!("{name}.narrow"), &up.narrow, &doubled);
        let joined = graph.join(&[&narrowed, skip], 1);
        features = pair(graph, &format!("{name}.pair"), &up.pair, slope, &joined);
    }
    graph.convolution("colorizer.unet.output", &unet.output, &features)
}

fn pair<B: Backend>(graph: &mut Graph, name: &str, layers: &Pair<B>, slope: f64, input: &str) -> Name {
    let mut activated = |part: &str, layer: &Conv2d<B>, input: &str| {
        let convolved = graph.convolution(&format!("{name}.{part}"), layer, input);
        graph.leaky_relu(&convolved, slope)
    };
    let first = activated("first", &layers.first, input);
    activated("second", &layers.second, &first)
}

/// Undoes the padding and parts the channels by candidate.
fn crop(graph: &mut Graph, colors: &str, shape: &str, candidates: usize) -> Name {
    let [two, four, zeros, axis] = [&[2][..], &[4], &[0, 0], &[0]].map(|values| graph.integers(values));
    let axes = graph.integers(&[2, 3]);
    let sides = graph.add("Slice", &[shape, &two, &four, &axis], Vec::new()); // [height, width]
    let cropped = graph.add("Slice", &[colors, &zeros, &sides, &axes], Vec::new());
    let leading = graph.integers(&[1, candidates as i64, 3]);
    let parted = graph.join(&[&leading, &sides], 0);
    graph.add("Reshape", &[&cropped, &parted], Vec::new())
}
