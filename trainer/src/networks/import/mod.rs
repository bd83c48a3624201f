//! Published weights from the user's own copy: torchvision's VGG-19 and EfficientNet-lite0 into the trunk, the PyTorch PWC-Net into
//! the flow network. A file counts only if every parameter of the network is in it, in the
//! right shape, and nothing else but what the network is known to do without.

mod check;
mod efficientnet;
mod names;
mod state;

pub use check::{FlowCheck, flow_check, trunk_check};
pub use names::NameTable;
pub use state::{Tensors, read};

use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::{
    module::Param,
    tensor::{Tensor, backend::Backend},
};
use chromaflow::model::{
    efficientnet::{EfficientNet, EfficientNetConfig},
    flow::{FlowConfig, FlowNet},
    vgg::{Vgg, VggConfig},
};

/// The trunk with the weights of a `.pth` or `.safetensors` file in torchvision's layout of VGG-19.
pub fn vgg<B: Backend>(file: &Path, config: &VggConfig, device: &B::Device) -> Result<Vgg<B>> {
    let tensors = read(file)?;
    state::fill::<B, _>(config.init(device), &tensors, &NameTable::vgg(config))
        .with_context(|| format!("{} is not VGG-19 as torchvision saves it", file.display()))
}

/// The trunk with the weights of a `.pth` or `.safetensors` file of EfficientNet-lite in the layout of its PyTorch ports.
pub fn efficientnet<B: Backend>(
    file: &Path,
    config: &EfficientNetConfig,
    device: &B::Device,
) -> Result<EfficientNet<B>> {
    efficientnet::check_layout(file)?;
    efficientnet::fill(config.init(device), &read(file)?).with_context(|| {
        format!("{} is not this EfficientNet-lite as its PyTorch ports save it", file.display())
    })
}

/// The flow network with the weights of a `.pth` or `.safetensors` file of PWC-Net, under its authors' names or those of
/// the reimplementation "pytorch-pwc". `config` must leave the images as they are: the published weights expect that.
pub fn flow<B: Backend>(file: &Path, config: &FlowConfig, device: &B::Device) -> Result<FlowNet<B>> {
    ensure!(
        config.mean == 0.0 && config.deviation == 1.0,
        "published flow weights expect images as they are; a preset that normalizes them can't take these weights"
    );
    let tensors = read(file)?;
    let table = NameTable::flow(tensors.keys().map(String::as_str));
    let network = state::fill::<B, _>(config.init(device), &tensors, &table)
        .with_context(|| format!("{} is not PWC-Net in PyTorch's layout", file.display()))?;
    Ok(from_rgb(network))
}

/// The published network sees blue, green, red; ours sees red, green, blue. The first convolution's input is turned round.
fn from_rgb<B: Backend>(mut network: FlowNet<B>) -> FlowNet<B> {
    if let Some([first, ..]) = network.pyramid.levels.first_mut() {
        let weight = first.weight.val();
        let channels = [2, 1, 0].map(|channel| weight.clone().narrow(1, channel, 1)); // 3 of [c, 1, 3, 3]
        first.weight = Param::from_tensor(Tensor::cat(channels.to_vec(), 1)); // [c, 3, 3, 3]
    }
    network
}
