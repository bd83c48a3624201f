//! The operations of Burn's CPU backend: convolutions for processors with vectors, bias and activation in the same sweep. What
//! they don't take, and gradients, are Burn's own.

mod columns;
mod image;
mod layer;
mod product;
mod transform;
mod vectors;
mod winograd;

use burn::{
    backend::{Flex, flex::FlexTensor},
    nn::conv::Conv2d,
    tensor::{Tensor, TensorData},
};

use super::{Activation, Kernels, convolve_plainly};
use layer::Target;

impl Kernels for Flex {
    fn convolve_joined(
        convolution: &Conv2d<Self>,
        inputs: Vec<Tensor<Self, 4>>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        let [batch, _, height, width] = inputs[0].dims();
        let weight = contiguous(convolution.weight.val());
        let bias = convolution.bias.as_ref().map(|bias| contiguous(bias.val()));
        let layer = layer::of(convolution, &weight, bias.as_ref(), [height, width], activation);
        let (true, Some(layer)) = (vectors::available(), layer) else {
            return convolve_plainly(convolution, inputs, activation);
        };
        let inputs: Vec<_> = inputs.into_iter().map(contiguous).collect();
        let [rows, columns] = layer.target();
        let mut values = vec![0.0; batch * layer.output * rows * columns];
        let images = values.chunks_exact_mut(layer.output * rows * columns);
        layer::with_scratch(|scratch| {
            for (image, values) in images.enumerate() {
                let planes: Vec<&[f32]> =
                    inputs.iter().flat_map(|input| planes(input, image, batch)).collect();
                let target = Target { values, height: rows, width: columns };
                vectors::convolve(&layer, &planes, target, image == 0, scratch);
            }
        });
        let shape = [batch, layer.output, rows, columns];
        Tensor::from_data(TensorData::new(values, shape), &Default::default()) // [n, output, h', w']
    }

    fn max_pool(image: Tensor<Self, 4>) -> Tensor<Self, 4> {
        image::max_pool(image)
    }

    fn upsample(image: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        image::upsample(image, factor)
    }

    fn add_upsampled(base: Tensor<Self, 4>, coarser: Vec<Tensor<Self, 4>>) -> Tensor<Self, 4> {
        image::add_upsampled(base, coarser)
    }
}

fn contiguous<const D: usize>(tensor: Tensor<Flex, D>) -> FlexTensor {
    tensor.into_primitive().tensor().to_contiguous()
}

/// The channels of one image of `[n, c, h, w]`, each `h * w` values.
fn planes(input: &FlexTensor, image: usize, batch: usize) -> impl Iterator<Item = &[f32]> {
    let shape = input.layout().shape();
    let values = input.storage::<f32>();
    let size = values.len() / batch;
    values[image * size..(image + 1) * size].chunks_exact(shape[2] * shape[3])
}
