//! The way back of upsampling on the CPU: a sweep over each plane.

use burn::{
    backend::Flex,
    tensor::{Tensor, TensorData},
};

use super::{contiguous, image::phase};

/// [`Kernels::upsample_gradient`](crate::kernel::Kernels::upsample_gradient).
pub fn upsample_gradient(gradient: Tensor<Flex, 4>, factor: usize) -> Tensor<Flex, 4> {
    let [batch, channels, high, wide] = gradient.dims();
    let [height, width] = [high / factor, wide / factor];
    let gradient = contiguous(gradient);
    let planes = gradient.storage::<f32>().chunks_exact(high * wide);
    let mut values = vec![0.0; batch * channels * height * width];
    let mut sums = vec![0.0; width + 2];
    for (plane, values) in planes.zip(values.chunks_exact_mut(height * width)) {
        for (at, row) in plane.chunks_exact(wide).enumerate() {
            match factor {
                1 => sums[1..=width].copy_from_slice(row),
                2 => sum_row::<2>(row, &mut sums),
                4 => sum_row::<4>(row, &mut sums),
                8 => sum_row::<8>(row, &mut sums),
                16 => sum_row::<16>(row, &mut sums),
                32 => sum_row::<32>(row, &mut sums),
                _ => sum_row_by(factor, row, &mut sums),
            }
            add_rows(&sums[1..=width], at, factor, values);
        }
    }
    let shape = [batch, channels, height, width];
    Tensor::from_data(TensorData::new(values, shape), &Default::default()) // [n, c, h, w]
}

/// [`sum_row_by`] with a factor that the compiler knows.
fn sum_row<const FACTOR: usize>(row: &[f32], sums: &mut [f32]) {
    sum_row_by(FACTOR, row, sums);
}

/// What a row brings each sample from which it was enlarged; the samples lie in `sums` from 1 on.
#[inline(always)]
fn sum_row_by(factor: usize, row: &[f32], sums: &mut [f32]) {
    sums.fill(0.0);
    for (at, values) in row.chunks_exact(factor).enumerate() {
        let (mut before, mut own, mut after) = (0.0, 0.0, 0.0);
        for (i, value) in values.iter().enumerate() {
            let offset = phase(i, factor);
            own += value * (1.0 - offset.abs());
            *(if offset < 0.0 { &mut before } else { &mut after }) += value * offset.abs();
        }
        sums[at] += before;
        sums[at + 1] += own;
        sums[at + 2] += after;
    }
    let last = sums.len() - 1;
    sums[1] += sums[0];
    sums[last - 1] += sums[last];
}

/// Adds the sums of the enlarged row `at` to the two rows between which it lies.
fn add_rows(sums: &[f32], at: usize, factor: usize, values: &mut [f32]) {
    let (row, height) = (at / factor, values.len() / sums.len());
    let offset = phase(at % factor, factor);
    let other = if offset < 0.0 { row.saturating_sub(1) } else { (row + 1).min(height - 1) };
    for (row, share) in [(row, 1.0 - offset.abs()), (other, offset.abs())] {
        let row = &mut values[row * sums.len()..][..sums.len()];
        row.iter_mut().zip(sums).for_each(|(value, sum)| *value += share * sum);
    }
}
