//! Gradients by kernels against those of Burn's operations on the CPU.

use burn::{
    backend::{Autodiff, Flex, Wgpu},
    tensor::Tensor,
};
use chromaflow::{
    kernel::{Kernels, cost_volume_by_slices},
    upsample::upsample,
};

use crate::{
    adapter::{noise, on_adapter, upload},
    fixture::assert_close,
};

/// Sums of up to 64 * 64 products of values near 1 and shares that add up to four samples: 1e-7 of partial sums near 100.
const TOLERANCE: f32 = 1e-4;

type Tracked = Autodiff<Flex>;

#[test]
fn of_upsampling() {
    on_adapter(|device| {
        for ([height, width], factor) in [([1, 2], 2), ([5, 3], 3), ([3, 1], 32), ([7, 12], 4), ([16, 33], 2)]
        {
            let factors = noise([2, 3, factor * height, factor * width], 1);
            let image =
                Tensor::<Tracked, 4>::zeros([2, 3, height, width], &Default::default()).require_grad();
            let loss = (upsample(image.clone(), factor) * Tensor::from_inner(factors.clone())).sum();
            let expected = image.grad(&loss.backward()).unwrap().into_data();
            let actual = Wgpu::upsample_gradient(upload(&factors, device), factor).into_data();
            assert_close("upsample", &actual, &expected, TOLERANCE);
        }
    });
}

#[test]
fn of_cost_volumes() {
    on_adapter(|device| {
        for ([channels, height, width], displacement) in
            [([3, 7, 13], 4), ([16, 5, 3], 4), ([2, 1, 1], 4), ([3, 6, 5], 2)]
        {
            let shape = [2, channels, height, width];
            let features = [noise(shape, 1), noise(shape, 2)];
            let factors = noise([2, (2 * displacement + 1usize).pow(2), height, width], 3);
            let tracked =
                features.clone().map(|features| Tensor::<Tracked, 4>::from_inner(features).require_grad());
            let [ours, theirs] = tracked.clone();
            let volume = cost_volume_by_slices(ours, theirs, displacement);
            let gradients = (volume * Tensor::from_inner(factors.clone())).sum().backward();
            let uploaded = features.map(|features| upload(&features, device));
            let found = Wgpu::cost_volume_gradients(uploaded, upload(&factors, device), displacement);
            for (found, features) in found.into_iter().zip(&tracked) {
                let expected = features.grad(&gradients).unwrap().into_data();
                assert_close("cost volume", &found.into_data(), &expected, TOLERANCE);
            }
        }
    });
}
