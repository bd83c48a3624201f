//! f with its trunk, and g.

use burn::{module::Module, tensor::backend::Backend};
use chromaflow::model::{preset::NetworksConfig, refiner::Refiner};

use super::coloring::Coloring;

/// f with its trunk, and g.
#[derive(Module, Debug)]
pub struct Joint<B: Backend> {
    /// f and its trunk.
    pub coloring: Coloring<B>,
    /// g.
    pub refiner: Refiner<B>,
}

impl<B: Backend> Joint<B> {
    /// Fresh weights.
    pub fn init(config: &NetworksConfig, device: &B::Device) -> Self {
        Self { coloring: Coloring::init(config, device), refiner: config.refiner.init(device) }
    }
}
