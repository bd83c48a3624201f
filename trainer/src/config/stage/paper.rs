//! The paper's stages: f for 200 epochs, then g and f, first at 256 pixels and then at 480.

use toml::Table;

use super::{any::Stage, colorizer::ColorizerStage, default, flow::FlowStage, joint::JointStage};
use crate::parameters::Motion;

/// The paper has a trained flow network; here the first stage trains it. It does not give the epochs of the joint stages nor those
/// at 480 pixels: 50, and a tenth, are ours.
pub fn stages() -> Vec<Stage> {
    vec![
        Stage::Flow(flow()),
        Stage::Colorizer(colorizer(256, default::epochs())),
        Stage::Joint(joint(256, 50)),
        Stage::Colorizer(colorizer(480, 20)),
        Stage::Joint(joint(480, 5)),
    ]
}

fn flow() -> FlowStage {
    FlowStage {
        epochs: default::epochs(),
        images: default::images(),
        side: default::side(),
        smallest_side: None,
        crop: 256,
        batch: 8,
        motion: Motion::default(),
        // From random weights the end-point loss has outliers.
        optimizer: Table::from_iter([("clip".to_owned(), 100.0.into())]),
    }
}

fn colorizer(side: u32, epochs: usize) -> ColorizerStage {
    ColorizerStage {
        epochs,
        images: default::images(),
        pairs: default::pairs(),
        side,
        smallest_side: None,
        crop: None,
        batch: default::batch(),
        trunk_learns: true,
        hints: 0.0,
        wear: None,
        optimizer: Table::new(),
    }
}

fn joint(side: u32, epochs: usize) -> JointStage {
    JointStage {
        epochs,
        pairs: default::pairs(),
        side,
        smallest_side: None,
        crop: None,
        batch: default::batch(),
        colorizer_learns: true,
        recolored: false,
        wear: None,
        optimizer: Table::new(),
    }
}
