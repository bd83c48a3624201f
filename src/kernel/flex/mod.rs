//! The operations of Burn's CPU backend: convolutions for processors with vectors, bias and activation in the same sweep. What
//! they don't take, and gradients, are Burn's own.

mod columns;
mod depthwise;
mod frame;
mod image;
mod layer;
mod product;
mod transform;
#[cfg(feature = "autodiff")]
mod upsample_gradient;
mod vectors;
mod window;
mod winograd;

use burn::{
    backend::{Flex, flex::FlexTensor},
    nn::conv::Conv2d,
    tensor::{Tensor, TensorData},
};

use super::{Activation, Kernels, convolve_plainly, same};
use crate::variational::Step;
use frame::Frame;
use layer::{Layer, Target};

impl Kernels for Flex {
    fn convolve_joined(
        convolution: &Conv2d<Self>,
        inputs: Vec<Tensor<Self, 4>>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        let frame = Frame::of(convolution, size(&inputs[0]));
        match frame.and_then(|frame| convolve(convolution, &inputs, activation, frame)) {
            Some(output) => output,
            None => convolve_plainly(convolution, inputs, activation),
        }
    }

    fn convolve_same(
        convolution: &Conv2d<Self>,
        input: Tensor<Self, 4>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        let frame = Frame::same(convolution, size(&input));
        match convolve(convolution, std::slice::from_ref(&input), activation, frame) {
            Some(output) => output,
            None => same::convolve(convolution, input, activation),
        }
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

    #[cfg(feature = "autodiff")]
    fn upsample_gradient(gradient: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        upsample_gradient::upsample_gradient(gradient, factor)
    }

    fn window_mean(image: Tensor<Self, 4>) -> Tensor<Self, 4> {
        window::window_mean(image)
    }

    fn relax(step: &Step<Self>, flow: Tensor<Self, 4>) -> Tensor<Self, 4> {
        window::relax(step, flow)
    }
}

/// The convolution of `inputs`, one behind the other along the channels; none where the kernels don't compute it.
fn convolve(
    convolution: &Conv2d<Flex>,
    inputs: &[Tensor<Flex, 4>],
    activation: Activation,
    frame: Frame,
) -> Option<Tensor<Flex, 4>> {
    if !vectors::available() {
        return None;
    }
    let weight = contiguous(convolution.weight.val());
    let bias = convolution.bias.as_ref().map(|bias| contiguous(bias.val()));
    let layer = Layer::of(convolution, &weight, bias.as_ref(), frame, activation)?;
    let batch = inputs[0].dims()[0];
    let inputs: Vec<_> = inputs.iter().cloned().map(contiguous).collect();
    let [height, width] = frame.target;
    let mut values = vec![0.0; batch * layer.output * height * width];
    let images = values.chunks_exact_mut(layer.output * height * width);
    layer::with_scratch(|scratch| {
        for (image, values) in images.enumerate() {
            let planes: Vec<&[f32]> = inputs.iter().flat_map(|input| planes(input, image, batch)).collect();
            let target = Target { values, height, width };
            vectors::convolve(&layer, &planes, target, image == 0, scratch);
        }
    });
    let shape = [batch, layer.output, height, width];
    Some(Tensor::from_data(TensorData::new(values, shape), &Default::default())) // [n, output, h', w']
}

/// Height and width of `[n, c, h, w]`.
fn size(image: &Tensor<Flex, 4>) -> [usize; 2] {
    let [_, _, height, width] = image.dims();
    [height, width]
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
