//! Pooling and upsampling on the CPU: a sweep over each plane, where Burn's own operations make index tensors and copies.

use burn::{
    backend::{Flex, flex::FlexTensor},
    tensor::{Tensor, TensorData, TensorPrimitive},
};

use super::contiguous;

/// [`Kernels::max_pool`](crate::kernel::Kernels::max_pool).
pub fn max_pool(image: Tensor<Flex, 4>) -> Tensor<Flex, 4> {
    let [batch, channels, height, width] = image.dims();
    let image = contiguous(image);
    let values = image.storage::<f32>();
    let mut pooled = Vec::with_capacity(values.len() / 4);
    for plane in values.chunks_exact(height * width) {
        for rows in plane.chunks_exact(2 * width) {
            let (upper, lower) = rows.split_at(width);
            let squares = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
            pooled.extend(squares.map(|(&[a, b], &[c, d])| larger(larger(a, b), larger(c, d))));
        }
    }
    let shape = [batch, channels, height / 2, width / 2];
    Tensor::from_data(TensorData::new(pooled, shape), &Default::default()) // [n, c, h / 2, w / 2]
}

/// Unlike `f32::max` one comparison.
fn larger(a: f32, b: f32) -> f32 {
    if a < b { b } else { a }
}

/// [`Kernels::upsample`](crate::kernel::Kernels::upsample).
pub fn upsample(image: Tensor<Flex, 4>, factor: usize) -> Tensor<Flex, 4> {
    let [batch, channels, height, width] = image.dims();
    let mut values = vec![0.0; batch * channels * height * width * factor * factor];
    add_enlarged(&contiguous(image), factor, &mut values);
    let shape = [batch, channels, height * factor, width * factor];
    Tensor::from_data(TensorData::new(values, shape), &Default::default()) // [n, c, factor h, factor w]
}

/// [`Kernels::add_upsampled`](crate::kernel::Kernels::add_upsampled).
pub fn add_upsampled(base: Tensor<Flex, 4>, coarser: Vec<Tensor<Flex, 4>>) -> Tensor<Flex, 4> {
    let height = base.dims()[2];
    let mut base = contiguous(base);
    let sums = base.storage_mut::<f32>();
    for image in coarser {
        let factor = height / image.dims()[2];
        add_enlarged(&contiguous(image), factor, sums);
    }
    Tensor::from_primitive(TensorPrimitive::Float(base)) // [n, c, h, w]
}

/// Adds an image, bilinearly enlarged, to `sums`.
fn add_enlarged(image: &FlexTensor, factor: usize, sums: &mut [f32]) {
    let shape = image.layout().shape();
    let (height, width) = (shape[2], shape[3]);
    let planes = image.storage::<f32>().chunks_exact(height * width);
    let mut mixed = vec![0.0; width + 2];
    for (plane, sums) in planes.zip(sums.chunks_exact_mut(height * width * factor * factor)) {
        for (at, sums) in sums.chunks_exact_mut(width * factor).enumerate() {
            mix_rows(plane, width, at, factor, &mut mixed);
            match factor {
                1 => sums.iter_mut().zip(&mixed[1..]).for_each(|(sum, value)| *sum += value),
                2 => add_row::<2>(&mixed, sums),
                4 => add_row::<4>(&mixed, sums),
                8 => add_row::<8>(&mixed, sums),
                16 => add_row::<16>(&mixed, sums),
                32 => add_row::<32>(&mixed, sums),
                _ => add_row_by(factor, &mixed, sums),
            }
        }
    }
}

/// The mix of the two rows between which the enlarged row `at` lies, with its ends repeated once.
fn mix_rows(plane: &[f32], width: usize, at: usize, factor: usize, mixed: &mut [f32]) {
    let (row, height) = (at / factor, plane.len() / width);
    let offset = phase(at % factor, factor);
    let other = if offset < 0.0 { row.saturating_sub(1) } else { (row + 1).min(height - 1) };
    let rows = plane[row * width..][..width].iter().zip(&plane[other * width..][..width]);
    for (mixed, (own, other)) in mixed[1..].iter_mut().zip(rows) {
        *mixed = own * (1.0 - offset.abs()) + other * offset.abs();
    }
    mixed[0] = mixed[1];
    mixed[width + 1] = mixed[width];
}

/// How far the sample `i` of `factor` lies from the centre of the old one, in old samples.
pub fn phase(i: usize, factor: usize) -> f32 {
    (i as f32 + 0.5) / factor as f32 - 0.5
}

/// [`add_row_by`] with a factor that the compiler knows.
fn add_row<const FACTOR: usize>(mixed: &[f32], sums: &mut [f32]) {
    add_row_by(FACTOR, mixed, sums);
}

/// Adds a row, enlarged along itself.
#[inline(always)]
fn add_row_by(factor: usize, mixed: &[f32], sums: &mut [f32]) {
    for (sums, around) in sums.chunks_exact_mut(factor).zip(mixed.windows(3)) {
        for (i, sum) in sums.iter_mut().enumerate() {
            let offset = phase(i, factor);
            let other = if offset < 0.0 { around[0] } else { around[2] };
            *sum += around[1] * (1.0 - offset.abs()) + other * offset.abs();
        }
    }
}
