//! Bilinear upsampling as one kernel: each unit computes up to four neighbouring pixels of the result, from as many
//! coarser images as are added up.

use burn_cubecl::{CubeRuntime, tensor::CubeTensor};
use cubecl::{calculate_cube_count_elemwise, prelude::*};

use super::place::place;

/// Pixels that a unit computes where the width allows.
const PIXELS: usize = 4;

/// Writes the sum of `base`, if there is one, and of the `coarser` images to `output` `[n, c, h, w]`, each enlarged to its
/// size by a whole factor.
pub fn launch<R: CubeRuntime>(
    base: Option<CubeTensor<R>>,
    coarser: Vec<CubeTensor<R>>,
    output: &CubeTensor<R>,
) {
    let width = output.meta.shape()[3];
    let pixels = if width.is_multiple_of(PIXELS) { PIXELS } else { 1 };
    let units = output.meta.num_elements() / pixels;
    let cube_dim = CubeDim::new(&output.client, units);
    upsample_kernel::launch::<R>(
        &output.client,
        calculate_cube_count_elemwise(&output.client, units, cube_dim),
        cube_dim,
        pixels,
        base.map(CubeTensor::into_tensor_arg).into(),
        coarser.into_iter().map(CubeTensor::into_tensor_arg).collect(),
        output.clone().into_tensor_arg(),
        output.dtype.into(),
    );
}

/// Writes [`Kernels::upsample_gradient`](crate::kernel::Kernels::upsample_gradient) to `output` `[n, c, h, w]`: a unit gathers what one
/// sample gave to the enlarged image.
#[cfg(feature = "autodiff")]
pub fn launch_gradient<R: CubeRuntime>(gradient: CubeTensor<R>, output: &CubeTensor<R>, factor: usize) {
    let units = output.meta.num_elements();
    let cube_dim = CubeDim::new(&output.client, units);
    gradient_kernel::launch::<R>(
        &output.client,
        calculate_cube_count_elemwise(&output.client, units, cube_dim),
        cube_dim,
        gradient.into_tensor_arg(),
        output.clone().into_tensor_arg(),
        factor,
        output.dtype.into(),
    );
}

#[cube(launch)]
fn upsample_kernel<E: Float, O: Size>(
    base: &ComptimeOption<Tensor<E>>,
    coarser: &Sequence<Tensor<E>>,
    output: &mut Tensor<Vector<E, O>>,
    #[define(E)] _stored: StorageType,
) {
    let vector = O::value();
    let height = output.shape(2);
    let width = output.shape(3);
    let first = ABSOLUTE_POS * vector;
    if first < output.shape(0) * output.shape(1) * height * width {
        let (n, c, y, x) = place(first, output.shape(1), height, width);
        let mut values = Vector::<f32, O>::new(0.0);
        #[unroll]
        for j in 0..vector {
            values[j] = base_at::<E>(base, n, c, y, x + j);
        }
        #[unroll]
        for i in 0..coarser.len() {
            let image = coarser.index(i);
            let factor = height / image.shape(2);
            #[unroll]
            for j in 0..vector {
                values[j] +=
                    enlarged::<E>(image, n * image.stride(0) + c * image.stride(1), y, x + j, factor);
            }
        }
        let at = n * output.stride(0) + c * output.stride(1) + y * output.stride(2) + x;
        output[at / vector] = Vector::cast_from(values);
    }
}

#[cube]
fn base_at<E: Float>(base: &ComptimeOption<Tensor<E>>, n: usize, c: usize, y: usize, x: usize) -> f32 {
    let value: ComptimeOption<f32> = base.map(|base| {
        let at = n * base.stride(0) + c * base.stride(1) + y * base.stride(2) + x * base.stride(3);
        f32::cast_from(base[at])
    });
    value.unwrap_or_else(|| 0.0f32.runtime())
}

/// The channel of `image` that begins at `start`, enlarged, at (y, x).
#[cube]
fn enlarged<E: Float>(image: &Tensor<E>, start: usize, y: usize, x: usize, factor: usize) -> f32 {
    let (row, other_row, down) = neighbours(y, factor, image.shape(2));
    let (column, other_column, across) = neighbours(x, factor, image.shape(3));
    let near = start + row * image.stride(2);
    let far = start + other_row * image.stride(2);
    let column = column * image.stride(3);
    let other_column = other_column * image.stride(3);
    let ours =
        f32::cast_from(image[near + column]) * (1.0 - down) + f32::cast_from(image[far + column]) * down;
    let theirs = f32::cast_from(image[near + other_column]) * (1.0 - down)
        + f32::cast_from(image[far + other_column]) * down;
    ours * (1.0 - across) + theirs * across
}

/// The sample below a position of the enlarged axis, the neighbour that it is mixed with, and the neighbour's share.
#[cube]
fn neighbours(position: usize, factor: usize, length: usize) -> (usize, usize, f32) {
    let sample = position / factor;
    let offset = (f32::cast_from(position % factor) + 0.5) / f32::cast_from(factor) - 0.5;
    let before = select(sample > 0, sample - 1, sample);
    let after = select(sample + 1 < length, sample + 1, sample);
    (sample, select(offset < 0.0, before, after), offset.abs())
}

#[cfg(feature = "autodiff")]
#[cube(launch)]
fn gradient_kernel<E: Float>(
    gradient: &Tensor<E>,
    output: &mut Tensor<E>,
    #[comptime] factor: usize,
    #[define(E)] _stored: StorageType,
) {
    let height = output.shape(2);
    let width = output.shape(3);
    if ABSOLUTE_POS < output.shape(0) * output.shape(1) * height * width {
        let (n, c, y, x) = place(ABSOLUTE_POS, output.shape(1), height, width);
        let start = n * gradient.stride(0) + c * gradient.stride(1);
        let (first_row, end_row) = reach(y, factor, height);
        let (first_column, end_column) = reach(x, factor, width);
        let mut sum = 0.0f32;
        for row in first_row..end_row {
            let at = start + row * gradient.stride(2);
            let mut along = 0.0f32;
            for column in first_column..end_column {
                let value = f32::cast_from(gradient[at + column * gradient.stride(3)]);
                along += value * share(column, x, factor, width);
            }
            sum += along * share(row, y, factor, height);
        }
        let out = n * output.stride(0) + c * output.stride(1) + y * output.stride(2) + x;
        output[out] = E::cast_from(sum);
    }
}

/// The first position of the enlarged axis that a sample gives to, and the one behind the last.
#[cfg(feature = "autodiff")]
#[cube]
fn reach(sample: usize, factor: usize, length: usize) -> (usize, usize) {
    let first = select(sample > 0, sample * factor - factor / 2, 0);
    let end = select(sample + 1 < length, sample * factor + factor + factor / 2, length * factor);
    (first, end)
}

/// What a position of the enlarged axis takes of a sample.
#[cfg(feature = "autodiff")]
#[cube]
fn share(position: usize, sample: usize, factor: usize, length: usize) -> f32 {
    let (own, other, part) = neighbours(position, factor, length);
    select(own == sample, 1.0 - part, 0.0) + select(other == sample, part, 0.0)
}
