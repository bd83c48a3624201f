//! Warping and what may be trusted of it ([`crate::warp`]), each as one kernel: a unit computes one pixel, and finds its
//! place in the other frame once for all channels.

use burn_cubecl::{CubeRuntime, tensor::CubeTensor};
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use crate::warp::{CONFIDENCE_SLOPE, CONSISTENCY_ABSOLUTE, CONSISTENCY_RELATIVE};

/// One unit a pixel of `[n, _, h, w]`.
fn pixels<R: CubeRuntime>(output: &CubeTensor<R>) -> (CubeCount, CubeDim) {
    let [batch, _, height, width] = output.meta.shape().dims();
    let units = batch * height * width;
    let cube_dim = CubeDim::new(&output.client, units);
    (calculate_cube_count_elemwise(&output.client, units, cube_dim), cube_dim)
}

/// Writes `image` `[n, c, h, w]` sampled at p + flow(p) to `output`, zero where that lies outside.
pub fn launch_inside<R: CubeRuntime>(image: CubeTensor<R>, flow: CubeTensor<R>, output: &CubeTensor<R>) {
    let (count, dim) = pixels(output);
    inside_kernel::launch::<R>(
        &output.client,
        count,
        dim,
        image.into_tensor_arg(),
        flow.into_tensor_arg(),
        output.clone().into_tensor_arg(),
    );
}

/// Writes M_{t -> s} of the flows `[n, 2, h, w]` to `output` `[n, 1, h, w]`.
pub fn launch_visibility<R: CubeRuntime>(
    forward: CubeTensor<R>,
    backward: CubeTensor<R>,
    output: &CubeTensor<R>,
) {
    let (count, dim) = pixels(output);
    visibility_kernel::launch::<R>(
        &output.client,
        count,
        dim,
        forward.into_tensor_arg(),
        backward.into_tensor_arg(),
        output.clone().into_tensor_arg(),
        CONSISTENCY_RELATIVE as f32,
        CONSISTENCY_ABSOLUTE as f32,
    );
}

/// Reads a [`Pair`](crate::kernel::Pair), its fields in their order; writes the neighbour warped to the frame to `warped`
/// `[n, c, h, w]`, and W_{t -> s} to `confidence` `[n, 1, h, w]`.
pub fn launch_trusted<R: CubeRuntime>(
    [frame, neighbour, flow, visible]: [CubeTensor<R>; 4],
    warped: &CubeTensor<R>,
    confidence: &CubeTensor<R>,
) {
    let (count, dim) = pixels(warped);
    trusted_kernel::launch::<R>(
        &warped.client,
        count,
        dim,
        frame.into_tensor_arg(),
        neighbour.into_tensor_arg(),
        flow.into_tensor_arg(),
        visible.into_tensor_arg(),
        warped.clone().into_tensor_arg(),
        confidence.clone().into_tensor_arg(),
        CONFIDENCE_SLOPE as f32,
    );
}

/// A pixel of the frame.
#[derive(CubeType, Clone, Copy)]
struct Pixel {
    n: usize,
    y: usize,
    x: usize,
}

/// Where a pixel is sampled: four places and their shares.
#[derive(CubeType, Clone, Copy)]
struct Sample {
    top: usize,
    bottom: usize,
    left: usize,
    right: usize,
    down: f32,
    across: f32,
    inside: bool,
}

#[cube(launch)]
fn inside_kernel(image: &Tensor<f32>, flow: &Tensor<f32>, output: &mut Tensor<f32>) {
    if ABSOLUTE_POS < output.shape(0) * output.shape(2) * output.shape(3) {
        let pixel = pixel_of(output);
        let sample = sample_of(flow, pixel);
        for c in 0..output.shape(1) {
            let value = sampled(image, pixel.n, c, sample);
            let out = offset(output, pixel, c);
            output[out] = select(sample.inside, value, 0.0);
        }
    }
}

#[cube(launch)]
fn visibility_kernel(
    forward: &Tensor<f32>,
    backward: &Tensor<f32>,
    output: &mut Tensor<f32>,
    relative: f32,
    absolute: f32,
) {
    if ABSOLUTE_POS < output.shape(0) * output.shape(2) * output.shape(3) {
        let pixel = pixel_of(output);
        let sample = sample_of(forward, pixel);
        let mut squares = 0.0f32;
        let mut difference = 0.0f32;
        #[unroll]
        for c in 0..2usize {
            let ours = forward[offset(forward, pixel, c)];
            let returned = sampled(backward, pixel.n, c, sample);
            squares += ours * ours + returned * returned;
            difference += (ours + returned) * (ours + returned);
        }
        let visible = sample.inside && difference <= squares * relative + absolute;
        let out = offset(output, pixel, 0);
        output[out] = select(visible, 1.0, 0.0);
    }
}

#[cube(launch)]
fn trusted_kernel(
    frame: &Tensor<f32>,
    neighbour: &Tensor<f32>,
    flow: &Tensor<f32>,
    visible: &Tensor<f32>,
    warped: &mut Tensor<f32>,
    confidence: &mut Tensor<f32>,
    slope: f32,
) {
    if ABSOLUTE_POS < warped.shape(0) * warped.shape(2) * warped.shape(3) {
        let pixel = pixel_of(warped);
        let sample = sample_of(flow, pixel);
        let mut difference = 0.0f32;
        for c in 0..warped.shape(1) {
            let value = sampled(neighbour, pixel.n, c, sample);
            difference += (frame[offset(frame, pixel, c)] - value).abs();
            let out = offset(warped, pixel, c);
            warped[out] = value;
        }
        let mean = difference / f32::cast_from(warped.shape(1));
        let trusted = max(1.0 - mean * slope, 0.0) * visible[offset(visible, pixel, 0)];
        let out = offset(confidence, pixel, 0);
        confidence[out] = trusted;
    }
}

/// The pixel that the unit computes.
#[cube]
fn pixel_of(output: &Tensor<f32>) -> Pixel {
    let (height, width) = (output.shape(2), output.shape(3));
    Pixel { n: ABSOLUTE_POS / (width * height), y: (ABSOLUTE_POS / width) % height, x: ABSOLUTE_POS % width }
}

#[cube]
fn offset(tensor: &Tensor<f32>, pixel: Pixel, c: usize) -> usize {
    pixel.n * tensor.stride(0)
        + c * tensor.stride(1)
        + pixel.y * tensor.stride(2)
        + pixel.x * tensor.stride(3)
}

/// Where p + flow(p) lies; behind the border its nearest pixel is repeated.
#[cube]
fn sample_of(flow: &Tensor<f32>, pixel: Pixel) -> Sample {
    let last_x = f32::cast_from(flow.shape(3) - 1);
    let last_y = f32::cast_from(flow.shape(2) - 1);
    let x = f32::cast_from(pixel.x) + flow[offset(flow, pixel, 0)];
    let y = f32::cast_from(pixel.y) + flow[offset(flow, pixel, 1)];
    let inside_x = clamp(x, 0.0, last_x);
    let inside_y = clamp(y, 0.0, last_y);
    let left = inside_x.floor();
    let top = inside_y.floor();
    Sample {
        left: usize::cast_from(left),
        right: usize::cast_from(min(left + 1.0, last_x)),
        top: usize::cast_from(top),
        bottom: usize::cast_from(min(top + 1.0, last_y)),
        across: inside_x - left,
        down: inside_y - top,
        inside: x >= 0.0 && x <= last_x && y >= 0.0 && y <= last_y,
    }
}

/// The bilinear mix of a channel's four pixels.
#[cube]
fn sampled(image: &Tensor<f32>, n: usize, c: usize, sample: Sample) -> f32 {
    let start = n * image.stride(0) + c * image.stride(1);
    let top = start + sample.top * image.stride(2);
    let bottom = start + sample.bottom * image.stride(2);
    let left = sample.left * image.stride(3);
    let right = sample.right * image.stride(3);
    let above = image[top + left] * (1.0 - sample.across) + image[top + right] * sample.across;
    let below = image[bottom + left] * (1.0 - sample.across) + image[bottom + right] * sample.across;
    above * (1.0 - sample.down) + below * sample.down
}
