//! LibTorch's own operations against Burn's, in a build with `--features libtorch,autodiff`.
#![cfg(all(feature = "libtorch", feature = "autodiff"))]

use burn::{
    backend::{Autodiff, LibTorch},
    tensor::{Distribution, Tensor, Tolerance},
};
use chromaflow::{kernel::Kernels, upsample::upsample};

type Tracked = Autodiff<LibTorch>;

/// A few products of values in [0, 1]; the gradients are sums of up to 64 * 64 of them, 1e-7 of each partial sum.
#[test]
fn upsampling_and_its_gradient_are_those_of_slices() {
    for ([height, width], factor) in [([1, 2], 2), ([5, 3], 3), ([3, 1], 32), ([7, 12], 4), ([16, 33], 2)] {
        let random = |shape: [usize; 4]| {
            Tensor::<Tracked, 4>::random(shape, Distribution::Default, &Default::default())
        };
        let image = random([2, 3, height, width]).require_grad();
        let factors = random([2, 3, factor * height, factor * width]);
        let both = |enlarged: Tensor<Tracked, 4>| {
            let gradients = (enlarged.clone() * factors.clone()).sum().backward();
            [enlarged.into_data(), image.grad(&gradients).unwrap().into_data()]
        };
        let ours = both(Tracked::upsample(image.clone(), factor));
        let expected = both(upsample(image.clone(), factor));
        for (ours, expected) in ours.iter().zip(&expected) {
            ours.assert_approx_eq::<f32>(expected, Tolerance::relative(1e-5));
        }
    }
}
