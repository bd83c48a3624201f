//! The trunk as a part of a graph: its backbone's taps, and the features of its distribution.

use burn::tensor::backend::Backend;
use chromaflow::model::{
    distribution::{CELL, DistributionHead},
    efficientnet::EfficientNet,
    trunk::{Backbone, BackboneConfig, Trunk, TrunkConfig},
    vgg::{Vgg, VggConfig},
};

use super::graph::{Graph, Name};

/// The convolution of each of VGG's blocks, counted from 0, whose output is tapped.
const TAPPED: usize = 1;

/// A part of the hypercolumn, and by how much it is smaller than the frame.
pub struct Tap {
    /// Its name.
    pub name: Name,
    /// How many of the frame's pixels lie along a side of one of its own.
    pub scale: usize,
}

/// All parts of the hypercolumn but the grey frame itself.
pub fn taps<B: Backend>(graph: &mut Graph, config: &TrunkConfig, trunk: &Trunk<B>, grey: &str) -> Vec<Tap> {
    let names = match (&trunk.backbone, &config.backbone) {
        (Backbone::Vgg(network), BackboneConfig::Vgg(config)) => vgg(graph, config, network, grey),
        (Backbone::EfficientNet(network), _) => efficientnet(graph, network, grey),
        (Backbone::Vgg(network), _) => vgg(graph, &VggConfig::new(), network, grey),
    };
    let first = config.backbone.first_scale();
    let mut taps: Vec<Tap> =
        names.into_iter().enumerate().map(|(index, name)| Tap { name, scale: first << index }).collect();
    let name = features(graph, &trunk.distribution, &taps);
    taps.push(Tap { name, scale: CELL });
    taps
}

/// VGG's taps; grey is repeated to three channels by the normalization, which broadcasts.
fn vgg<B: Backend>(graph: &mut Graph, config: &VggConfig, network: &Vgg<B>, grey: &str) -> Vec<Name> {
    let row = |values: [f64; 3]| values.map(|value| value as f32);
    let mean = graph.numbers(&row(config.mean), &[1, 3, 1, 1]);
    let deviation = graph.numbers(&row(config.deviation), &[1, 3, 1, 1]);
    let centered = graph.add("Sub", &[grey, &mean], Vec::new());
    let mut features = graph.add("Div", &[&centered, &deviation], Vec::new());
    let mut taps: Vec<Name> = Vec::new();
    for (level, block) in network.blocks.iter().enumerate() {
        if level > 0 {
            features = graph.halve(&features);
        }
        let used = if level + 1 < network.blocks.len() { block.convolutions.len() } else { TAPPED + 1 };
        for (index, layer) in block.convolutions.iter().take(used).enumerate() {
            let name = format!("trunk.backbone.blocks.{level}.convolutions.{index}");
            let convolved = graph.convolution(&name, layer, &features);
            features = graph.add("Relu", &[&convolved], Vec::new());
            if index == TAPPED {
                taps.push(features.clone());
            }
        }
    }
    taps
}

fn efficientnet<B: Backend>(graph: &mut Graph, network: &EfficientNet<B>, grey: &str) -> Vec<Name> {
    let [scale, offset] = EfficientNet::<B>::NORMALIZATION.map(|value| value as f32);
    let scale = graph.numbers(&[scale; 3], &[1, 3, 1, 1]);
    let offset = graph.numbers(&[offset; 3], &[1, 3, 1, 1]);
    let scaled = graph.add("Mul", &[grey, &scale], Vec::new());
    let normalized = graph.add("Add", &[&scaled, &offset], Vec::new());
    let stem = graph.convolution("trunk.backbone.stem", &network.stem, &normalized);
    let mut features = graph.relu6(&stem);
    let mut taps = Vec::new();
    for (index, block) in network.blocks.iter().enumerate() {
        let name = |part: &str| format!("trunk.backbone.blocks.{index}.{part}");
        let mut inside = features.clone();
        if let Some(expand) = &block.expand {
            let wide = graph.convolution(&name("expand"), expand, &features);
            inside = graph.relu6(&wide);
        }
        let filtered = graph.convolution(&name("depthwise"), &block.depthwise, &inside);
        let filtered = graph.relu6(&filtered);
        let narrowed = graph.convolution(&name("project"), &block.project, &filtered);
        features = match block.is_residual() {
            true => graph.add("Add", &[&narrowed, &features], Vec::new()),
            false => narrowed,
        };
        if network.is_tapped(index) {
            taps.push(features.clone());
        }
    }
    taps
}

/// The features of the distribution.
fn features<B: Backend>(graph: &mut Graph, head: &DistributionHead<B>, taps: &[Tap]) -> Name {
    let mut sum: Option<Name> = None;
    for (index, (layer, tap)) in head.taps.iter().zip(taps).enumerate() {
        let pooled = graph.average(&tap.name, (CELL / tap.scale).max(1));
        let reduced = graph.convolution(&format!("trunk.distribution.taps.{index}"), layer, &pooled);
        let part = graph.upsample(&reduced, (tap.scale / CELL).max(1));
        sum = Some(match sum {
            Some(sum) => graph.add("Add", &[&sum, &part], Vec::new()),
            None => part,
        });
    }
    head.blocks.iter().enumerate().fold(sum.unwrap_or_default(), |features, (index, block)| {
        let name = |part: &str| format!("trunk.distribution.blocks.{index}.{part}");
        let first = graph.convolution(&name("first"), &block.first, &features);
        let activated = graph.add("Relu", &[&first], Vec::new());
        let second = graph.convolution(&name("second"), &block.second, &activated);
        graph.add("Add", &[&features, &second], Vec::new())
    })
}
