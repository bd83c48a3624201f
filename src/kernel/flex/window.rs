//! Means of windows on the CPU, first along the rows and then along the columns, and the sweeps that take them.

use burn::{
    backend::{Flex, flex::FlexTensor},
    tensor::{Tensor, TensorData, TensorPrimitive},
};

use super::contiguous;
use crate::variational::{SIDE, SWEEPS, Step};

/// Pixels of the window on each side of its middle.
const RADIUS: usize = SIDE / 2;

/// [`Kernels::window_mean`](crate::kernel::Kernels::window_mean).
pub fn window_mean(image: Tensor<Flex, 4>) -> Tensor<Flex, 4> {
    let [batch, channels, height, width] = image.dims();
    let image = contiguous(image);
    let mut means = vec![0.0; batch * channels * height * width];
    let mut windows = Windows::new(width, height);
    let planes = image.storage::<f32>().chunks_exact(height * width);
    for (plane, means) in planes.zip(means.chunks_exact_mut(height * width)) {
        windows.mean(plane, means);
    }
    let shape = [batch, channels, height, width];
    Tensor::from_data(TensorData::new(means, shape), &Default::default()) // [n, c, h, w]
}

/// [`Kernels::relax`](crate::kernel::Kernels::relax).
pub fn relax(step: &Step<Flex>, flow: Tensor<Flex, 4>) -> Tensor<Flex, 4> {
    let [_, _, height, width] = flow.dims();
    let area = height * width;
    let [own, cross, constant] =
        [&step.own, &step.cross, &step.constant].map(|part| contiguous(part.clone()));
    let [own, cross, constant] = [&own, &cross, &constant].map(FlexTensor::storage::<f32>);
    let mut flow = contiguous(flow);
    let mut windows = Windows::new(width, height);
    let mut means = vec![0.0; 2 * area];
    for (image, flow) in flow.storage_mut::<f32>().chunks_exact_mut(2 * area).enumerate() {
        let both = 2 * area * image..2 * area * (image + 1);
        let (own, constant) = (&own[both.clone()], &constant[both]);
        let cross = &cross[area * image..area * (image + 1)];
        for _ in 0..SWEEPS {
            for (plane, means) in flow.chunks_exact(area).zip(means.chunks_exact_mut(area)) {
                windows.mean(plane, means);
            }
            for (axis, flow) in flow.chunks_exact_mut(area).enumerate() {
                let (own, constant) = (&own[axis * area..][..area], &constant[axis * area..][..area]);
                let (ours, others) = (&means[axis * area..][..area], &means[(1 - axis) * area..][..area]);
                let kept = own.iter().zip(ours).zip(constant);
                let crossed = cross.iter().zip(others);
                for ((flow, ((own, ours), constant)), (cross, others)) in
                    flow.iter_mut().zip(kept).zip(crossed)
                {
                    *flow = own * ours + cross * others + constant;
                }
            }
        }
    }
    Tensor::from_primitive(TensorPrimitive::Float(flow)) // [n, 2, h, w]
}

/// Means of the windows of planes of one size.
struct Windows {
    width: usize,
    /// For each column and for each row, one over the number of pixels of its window.
    shares: [Vec<f32>; 2],
    /// A row with zeros on both sides.
    padded: Vec<f32>,
    /// The means along the rows.
    along: Vec<f32>,
}

impl Windows {
    fn new(width: usize, height: usize) -> Self {
        let shares = [width, height].map(|length| {
            let count = |at: usize| (at + RADIUS + 1).min(length) - at.saturating_sub(RADIUS);
            (0..length).map(|at| 1.0 / count(at) as f32).collect()
        });
        Self { width, shares, padded: vec![0.0; width + 2 * RADIUS], along: vec![0.0; width * height] }
    }

    /// The means of a plane's windows.
    fn mean(&mut self, plane: &[f32], means: &mut [f32]) {
        let Self { width, shares: [across, down], padded, along } = self;
        for (row, along) in plane.chunks_exact(*width).zip(along.chunks_exact_mut(*width)) {
            padded[RADIUS..RADIUS + *width].copy_from_slice(row);
            let windows = padded.windows(SIDE);
            for ((mean, window), share) in along.iter_mut().zip(windows).zip(across.iter()) {
                *mean = window.iter().sum::<f32>() * share;
            }
        }
        for ((y, means), share) in means.chunks_exact_mut(*width).enumerate().zip(down.iter()) {
            let rows = y.saturating_sub(RADIUS)..(y + RADIUS + 1).min(down.len());
            means.fill(0.0);
            for row in along[rows.start * *width..rows.end * *width].chunks_exact(*width) {
                means.iter_mut().zip(row).for_each(|(mean, value)| *mean += value);
            }
            means.iter_mut().for_each(|mean| *mean *= share);
        }
    }
}
