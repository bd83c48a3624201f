//! The operations on the GPU as CubeCL kernels, one a file. Each reads views where they lie.

mod convolution;
mod cost_volume;
mod depthwise;
mod finish;
mod place;
mod pool;
mod tile;
mod upsample;
mod warp;
mod window;

use burn::{
    nn::conv::Conv2d,
    tensor::{DType, FloatDType, Shape, Tensor, TensorPrimitive, backend::Backend},
};
use burn_cubecl::{
    BoolElement, CubeBackend, CubeRuntime, kernel::into_contiguous, ops::numeric::empty_device_dtype,
    tensor::CubeTensor,
};

use super::{Activation, Kernels, Pair, convolve_plainly, joined, same};
use convolution::Cut;
use finish::Finish;
use tile::Tile;
use window::Window;

/// As many inputs as can be joined: with weight, bias, output and shapes they make the eight buffers that WebGPU grants
/// every device.
const MOST_INPUTS: usize = 4;

impl<R: CubeRuntime, T: BoolElement> Kernels for CubeBackend<R, f32, i32, T> {
    fn precision(device: &Self::Device) -> FloatDType {
        if Self::supports_dtype(device, DType::F16) { FloatDType::F16 } else { FloatDType::F32 }
    }

    fn convolve_joined(
        convolution: &Conv2d<Self>,
        inputs: Vec<Tensor<Self, 4>>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        let [batch, _, height, width] = inputs[0].dims();
        let cut = Window::of(convolution).and_then(|window| {
            cut(convolution, window, batch, [window.output(height)?, window.output(width)?])
        });
        match cut {
            Some(cut) => convolve_tiled(convolution, inputs, activation, cut),
            None => convolve_plainly(convolution, inputs, activation),
        }
    }

    fn convolve_same(
        convolution: &Conv2d<Self>,
        input: Tensor<Self, 4>,
        activation: Activation,
    ) -> Tensor<Self, 4> {
        let Some(window) = Window::same(convolution) else {
            return same::convolve(convolution, input, activation);
        };
        let [batch, channels, height, width] = input.dims();
        let size @ [height, width] = [height / window.stride, width / window.stride];
        if same::is_depthwise(convolution) {
            let (weight, finish) = parts(convolution, activation);
            let output = empty([batch, channels, height, width], &weight);
            depthwise::launch(values(input), weight, finish, &output, window);
            return tensor(output);
        }
        match cut(convolution, window, batch, size) {
            Some(cut) => convolve_tiled(convolution, vec![input], activation, cut),
            None => same::convolve(convolution, input, activation),
        }
    }

    fn cost_volume(ours: Tensor<Self, 4>, theirs: Tensor<Self, 4>, displacement: usize) -> Tensor<Self, 4> {
        let [batch, _, height, width] = ours.dims();
        let ours = values(ours);
        let output = empty([batch, (2 * displacement + 1).pow(2), height, width], &ours);
        cost_volume::launch(ours, values(theirs), &output, displacement);
        tensor(output)
    }

    #[cfg(feature = "autodiff")]
    fn cost_volume_gradients(
        [ours, theirs]: [Tensor<Self, 4>; 2],
        gradient: Tensor<Self, 4>,
        displacement: usize,
    ) -> [Tensor<Self, 4>; 2] {
        let shape = ours.dims();
        let (features, gradient) = ([theirs, ours].map(values), values(gradient));
        let outputs = [false, true].map(|_| empty(shape, &gradient));
        for ((other, output), theirs_learn) in features.into_iter().zip(&outputs).zip([false, true]) {
            cost_volume::launch_gradient(other, gradient.clone(), output, displacement, theirs_learn);
        }
        outputs.map(tensor)
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

    #[cfg(feature = "autodiff")]
    fn upsample_gradient(gradient: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        let [batch, channels, height, width] = gradient.dims();
        let gradient = values(gradient);
        let output = empty([batch, channels, height / factor, width / factor], &gradient);
        upsample::launch_gradient(gradient, &output, factor);
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

/// How a convolution to an output of `size` is cut into workgroups; none where the tiled kernel does not cover it.
fn cut<B: Backend>(convolution: &Conv2d<B>, window: Window, batch: usize, size: [usize; 2]) -> Option<Cut> {
    let [channels, inputs, ..] = convolution.weight.dims();
    let shape = [batch, channels, size[0], size[1]];
    let tile = Tile::choose(&window, inputs, shape).filter(|_| convolution.groups == 1)?;
    Some(Cut { window, tile, shape })
}

/// The convolution of `inputs`, one behind the other along the channels, by the tiled kernel.
fn convolve_tiled<R: CubeRuntime, T: BoolElement>(
    convolution: &Conv2d<CubeBackend<R, f32, i32, T>>,
    mut inputs: Vec<Tensor<CubeBackend<R, f32, i32, T>, 4>>,
    activation: Activation,
    cut: Cut,
) -> Tensor<CubeBackend<R, f32, i32, T>, 4> {
    if inputs.len() > MOST_INPUTS {
        let last = inputs.split_off(MOST_INPUTS - 1);
        inputs.push(joined(last));
    }
    let (weight, finish) = parts(convolution, activation);
    let output = empty(cut.shape, &weight);
    convolution::launch(inputs.into_iter().map(values).collect(), weight, finish, &output, cut);
    tensor(output)
}

/// The weight of a convolution, contiguous, and what follows its sums.
fn parts<R: CubeRuntime, T: BoolElement>(
    convolution: &Conv2d<CubeBackend<R, f32, i32, T>>,
    activation: Activation,
) -> (CubeTensor<R>, Finish<R>) {
    let weight = into_contiguous(values(convolution.weight.val()));
    let bias = convolution.bias.as_ref().map(|bias| into_contiguous(values(bias.val())));
    (weight, Finish { bias, activation })
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
