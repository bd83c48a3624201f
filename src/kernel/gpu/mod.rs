//! The operations on the GPU as CubeCL kernels, one a file. Each reads views where they lie.

mod convolution;
mod cost_volume;
mod finish;
mod pool;
mod tile;
mod upsample;
mod warp;

use burn::{
    nn::{PaddingConfig2d, conv::Conv2d},
    tensor::{DType, FloatDType, Shape, Tensor, TensorPrimitive, backend::Backend},
};
use burn_cubecl::{
    BoolElement, CubeBackend, CubeRuntime, kernel::into_contiguous, ops::numeric::empty_device_dtype,
    tensor::CubeTensor,
};

use super::{Activation, Kernels, Pair, convolve_plainly, joined};
use finish::Finish;
use tile::{Tile, Window};

/// As many inputs as can be joined: with weight, bias, output and shapes they make the eight buffers that WebGPU grants
/// every device.
const MOST_INPUTS: usize = 4;

impl<R: CubeRuntime, T: BoolElement> Kernels for CubeBackend<R, f32, i32, T> {
    fn precision(device: &Self::Device) -> FloatDType {
        if Self::supports_dtype(device, DType::F16) { FloatDType::F16 } else { FloatDType::F32 }
    }

    fn convolve_joined(
        convolution: &Conv2d<Self>,
        mut inputs: Vec<Tensor<Self, 4>>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        let [batch, _, height, width] = inputs[0].dims();
        let [channels, input_channels, ..] = convolution.weight.dims();
        let cut = window_of(convolution).and_then(|window| {
            let shape = [batch, channels, window.output(height)?, window.output(width)?];
            Some((window, shape, Tile::choose(&window, input_channels, shape)?))
        });
        let Some((window, shape, tile)) = cut else {
            return convolve_plainly(convolution, inputs, activation);
        };
        if inputs.len() > MOST_INPUTS {
            let last = inputs.split_off(MOST_INPUTS - 1);
            inputs.push(joined(last));
        }
        let inputs: Vec<_> = inputs.into_iter().map(values).collect();
        let weight = into_contiguous(values(convolution.weight.val()));
        let bias = convolution.bias.as_ref().map(|bias| into_contiguous(values(bias.val())));
        let output = empty(shape, &weight);
        convolution::launch(inputs, weight, Finish { bias, activation }, &output, window, tile);
        tensor(output)
    }

    fn cost_volume(ours: Tensor<Self, 4>, theirs: Tensor<Self, 4>, displacement: usize) -> Tensor<Self, 4> {
        let [batch, _, height, width] = ours.dims();
        let ours = values(ours);
        let output = empty([batch, (2 * displacement + 1).pow(2), height, width], &ours);
        cost_volume::launch(ours, values(theirs), &output, displacement);
        tensor(output)
    }

    fn max_pool(image: Tensor<Self, 4>) -> Tensor<Self, 4> {
        let [batch, channels, height, width] = image.dims();
        let image = values(image);
        let output = empty([batch, channels, height / 2, width / 2], &image);
        pool::launch(image, &output);
        tensor(output)
    }

    fn upsample(image: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        let [batch, channels, height, width] = image.dims();
        let image = values(image);
        let output = empty([batch, channels, factor * height, factor * width], &image);
        upsample::launch(None, vec![image], &output);
        tensor(output)
    }

    fn add_upsampled(base: Tensor<Self, 4>, coarser: Vec<Tensor<Self, 4>>) -> Tensor<Self, 4> {
        let (shape, base) = (base.dims(), values(base));
        let output = empty(shape, &base);
        upsample::launch(Some(base), coarser.into_iter().map(values).collect(), &output);
        tensor(output)
    }

    fn warp_inside(image: Tensor<Self, 4>, flow: Tensor<Self, 4>) -> Tensor<Self, 4> {
        let (shape, image) = (image.dims(), values(image));
        let output = empty(shape, &image);
        warp::launch_inside(image, values(flow), &output);
        tensor(output)
    }

    fn visibility(forward: Tensor<Self, 4>, backward: Tensor<Self, 4>) -> Tensor<Self, 4> {
        let ([batch, _, height, width], forward) = (forward.dims(), values(forward));
        let output = empty([batch, 1, height, width], &forward);
        warp::launch_visibility(forward, values(backward), &output);
        tensor(output)
    }

    fn warp_trusted(pair: Pair<Self>) -> (Tensor<Self, 4>, Tensor<Self, 4>) {
        let shape @ [batch, _, height, width] = pair.frame.dims();
        let frame = values(pair.frame);
        let (warped, confidence) = (empty(shape, &frame), empty([batch, 1, height, width], &frame));
        let [neighbour, flow, visible] = [pair.neighbour, pair.flow, pair.visible].map(values);
        warp::launch_trusted([frame, neighbour, flow, visible], &warped, &confidence);
        (tensor(warped), tensor(confidence))
    }
}

fn values<R: CubeRuntime, T: BoolElement, const D: usize>(
    tensor: Tensor<CubeBackend<R, f32, i32, T>, D>,
) -> CubeTensor<R> {
    tensor.into_primitive().tensor()
}

fn tensor<R: CubeRuntime, T: BoolElement>(values: CubeTensor<R>) -> Tensor<CubeBackend<R, f32, i32, T>, 4> {
    Tensor::from_primitive(TensorPrimitive::Float(values))
}

/// A tensor of this shape on the same device, to be written.
fn empty<R: CubeRuntime>(shape: [usize; 4], like: &CubeTensor<R>) -> CubeTensor<R> {
    empty_device_dtype(like.client.clone(), like.device.clone(), Shape::new(shape), like.dtype)
}

/// The shape of a convolution that the kernel covers: square in everything, and over all input channels at once.
fn window_of<R: CubeRuntime, T: BoolElement>(
    convolution: &Conv2d<CubeBackend<R, f32, i32, T>>,
) -> Option<Window> {
    let padding = match convolution.padding {
        PaddingConfig2d::Valid => 0,
        PaddingConfig2d::Explicit(top, left, bottom, right) if [left, bottom, right] == [top; 3] => top,
        _ => return None,
    };
    let window = Window {
        side: square(convolution.kernel_size)?,
        stride: square(convolution.stride)?,
        dilation: square(convolution.dilation)?,
        padding,
    };
    (convolution.groups == 1).then_some(window)
}

fn square([height, width]: [usize; 2]) -> Option<usize> {
    (height == width).then_some(height)
}
