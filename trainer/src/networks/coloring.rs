//! f with its trunk.

use burn::{
    module::Module,
    tensor::{Tensor, backend::Backend},
};
use chromaflow::{
    color::with_luma,
    hint::Hints,
    kernel::Kernels,
    model::{
        colorizer::{Colorizer, Described, Proposal},
        preset::NetworksConfig,
        trunk::Trunk,
    },
};

/// f with its trunk: what trains end to end.
#[derive(Module, Debug)]
pub struct Coloring<B: Backend> {
    /// The trunk that describes the grey frame.
    pub trunk: Trunk<B>,
    /// f.
    pub colorizer: Colorizer<B>,
}

impl<B: Backend> Coloring<B> {
    /// Fresh weights.
    pub fn init(config: &NetworksConfig, device: &B::Device) -> Self {
        Self { trunk: config.trunk.init(device), colorizer: config.colorizer.init(device) }
    }
}

impl<B: Kernels> Coloring<B> {
    /// The d candidates of grey `[n, 1, h, w]`, brightness untouched: `[n, d, 3, h, w]`. `hints` are as f takes them.
    pub fn candidates(&self, grey: Tensor<B, 4>, hints: Option<Hints<B>>) -> Tensor<B, 5> {
        on_luma(self.colorizer.forward(&self.trunk, grey.clone(), hints), grey)
    }

    /// The same, and the logits of the distribution of the frame's colors.
    pub fn colored(&self, grey: Tensor<B, 4>, hints: Option<Hints<B>>) -> Colored<B> {
        let Described { candidates, logits } = self.colorizer.describe(&self.trunk, grey.clone(), hints);
        Colored { candidates: on_luma(candidates, grey), logits }
    }

    /// The same without a hint, and how likely each candidate is.
    pub fn propose(&self, grey: Tensor<B, 4>) -> Proposal<B> {
        let Proposal { candidates, log_likelihood } = self.colorizer.propose(&self.trunk, grey.clone(), None);
        Proposal { candidates: on_luma(candidates, grey), log_likelihood }
    }
}

/// Candidates and the logits of the distribution of colors.
#[derive(Clone, Debug)]
pub struct Colored<B: Backend> {
    /// Brightness untouched, `[n, d, 3, h, w]`.
    pub candidates: Tensor<B, 5>,
    /// The palette's logits, `[n, COLORS, H / 8, W / 8]` of the padded frame.
    pub logits: Tensor<B, 4>,
}

/// The chroma of candidates `[n, d, 3, h, w]` on the luma `grey` `[n, 1, h, w]`.
fn on_luma<B: Backend>(raw: Tensor<B, 5>, grey: Tensor<B, 4>) -> Tensor<B, 5> {
    let [batch, count, channels, height, width] = raw.dims();
    let raw = raw.reshape([batch * count, channels, height, width]); // [n d, 3, h, w]
    let grey = grey.unsqueeze_dim::<5>(1).repeat_dim(1, count).reshape([batch * count, 1, height, width]);
    with_luma(raw, grey).reshape([batch, count, channels, height, width])
}
