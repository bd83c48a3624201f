//! Inputs and weights that are the same in every run and that make.py computes alike.

use burn::{
    module::Param,
    tensor::{Tensor, TensorData, backend::Backend},
};
use chromaflow::model::{trunk::Backbone, vgg::VggConfig};

/// Values in [0, 1].
pub fn wave<B: Backend, const D: usize>(shape: [usize; D], phase: f64) -> Tensor<B, D> {
    let count: usize = shape.iter().product();
    let values: Vec<f32> = (0..count).map(|i| (0.5 + 0.5 * (1.7 * i as f64 + phase).sin()) as f32).collect();
    Tensor::from_data(TensorData::new(values, shape), &Default::default())
}

/// A tiny VGG with waves for weights.
pub fn backbone<B: Backend>() -> Backbone<B> {
    let mut trunk = VggConfig::new().with_widths([2, 3, 4, 4, 5]).init::<B>(&Default::default());
    let convolutions = trunk.blocks.iter_mut().flat_map(|block| &mut block.convolutions);
    for (layer, convolution) in convolutions.enumerate() {
        let shape = convolution.weight.dims();
        convolution.weight = Param::from_tensor((wave(shape, layer as f64) - 0.5) * 0.6);
        convolution.bias = Some(Param::from_tensor(wave([shape[0]], layer as f64 + 0.5) - 0.5));
    }
    Backbone::Vgg(trunk)
}
