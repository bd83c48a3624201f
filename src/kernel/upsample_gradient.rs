//! Bilinear upsampling as one step of the graph: the backend's own operation there, and its own way back
//! ([`Kernels::upsample_gradient`]).

use burn::{
    backend::{
        Autodiff,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
    },
    tensor::{Tensor, ops::FloatTensor},
};

use super::{
    Kernels,
    primitive::{primitive, tensor},
};

/// [`Kernels::upsample`]: `[n, c, h, w]` to `[n, c, factor * h, factor * w]`.
pub fn upsample<B: Kernels, C: CheckpointStrategy>(
    image: Tensor<Autodiff<B, C>, 4>,
    factor: usize,
) -> Tensor<Autodiff<B, C>, 4> {
    let input = image.into_primitive().tensor();
    let output = primitive(B::upsample(tensor(input.primitive), factor));
    let output = match Upsample.prepare::<C>([input.node]).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(factor, output),
        OpsKind::UnTracked(step) => step.finish(output),
    };
    tensor(output) // [n, c, factor * h, factor * w]
}

/// [`Kernels::add_upsampled`] of one coarser image: `[n, c, h, w]`.
pub fn add_upsampled<B: Kernels, C: CheckpointStrategy>(
    base: Tensor<Autodiff<B, C>, 4>,
    coarser: Tensor<Autodiff<B, C>, 4>,
) -> Tensor<Autodiff<B, C>, 4> {
    let factor = base.dims()[2] / coarser.dims()[2];
    let [base, coarser] = [base, coarser].map(|image| image.into_primitive().tensor());
    let nodes = [base.node, coarser.node];
    let sum = primitive(B::add_upsampled(tensor(base.primitive), vec![tensor(coarser.primitive)]));
    let sum = match AddUpsampled.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(step) => step.finish(factor, sum),
        OpsKind::UnTracked(step) => step.finish(sum),
    };
    tensor(sum) // [n, c, h, w]
}

/// The step of the graph: of the image.
#[derive(Debug)]
struct Upsample;

impl<B: Kernels> Backward<B, 1> for Upsample {
    type State = usize;

    fn backward(self, ops: Ops<usize, 1>, gradients: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let [of_image] = ops.parents;
        if let Some(node) = of_image {
            gradients.register::<B>(node.id, coarse_gradient::<B>(gradient, ops.state));
        }
    }
}

/// The step of the graph: of the finer image and of the one that is enlarged.
#[derive(Debug)]
struct AddUpsampled;

impl<B: Kernels> Backward<B, 2> for AddUpsampled {
    type State = usize;

    fn backward(self, ops: Ops<usize, 2>, gradients: &mut Gradients, _checkpointer: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let [of_base, of_coarser] = ops.parents;
        if let Some(node) = of_coarser {
            gradients.register::<B>(node.id, coarse_gradient::<B>(gradient.clone(), ops.state));
        }
        if let Some(node) = of_base {
            gradients.register::<B>(node.id, gradient);
        }
    }
}

fn coarse_gradient<B: Kernels>(gradient: FloatTensor<B>, factor: usize) -> FloatTensor<B> {
    primitive(B::upsample_gradient(tensor(gradient), factor))
}

#[cfg(test)]
mod tests {
    use burn::{
        backend::Flex,
        tensor::{Distribution, TensorData, Tolerance},
    };

    use super::*;
    use crate::upsample;

    type Tracked = Autodiff<Flex>;

    fn random(shape: [usize; 4]) -> Tensor<Tracked, 4> {
        Tensor::random(shape, Distribution::Default, &Default::default())
    }

    /// Sums of up to 64 * 64 products of values in [0, 1] and shares that add up to 4: 1e-7 of each partial sum.
    fn assert_close(ours: &TensorData, expected: &TensorData) {
        ours.assert_approx_eq::<f32>(expected, Tolerance::relative(1e-5));
    }

    #[test]
    fn the_gradient_is_that_of_slices_and_sums() {
        for ([height, width], factor) in [([1, 2], 2), ([5, 3], 3), ([3, 1], 32), ([7, 12], 4), ([4, 4], 1)] {
            let image = random([2, 3, height, width]).require_grad();
            let factors = random([2, 3, factor * height, factor * width]);
            let gradient = |enlarged: Tensor<Tracked, 4>| {
                image.grad(&(enlarged * factors.clone()).sum().backward()).unwrap().into_data()
            };
            let expected = gradient(upsample::upsample(image.clone(), factor));
            assert_close(&gradient(Tracked::upsample(image.clone(), factor)), &expected);
            assert_close(&upsample::gradient(factors.clone().inner(), factor).into_data(), &expected);
        }
    }

    #[test]
    fn gradients_of_a_sum_reach_all_that_is_added() {
        let images: Vec<_> =
            [1, 2, 4, 8].map(|factor| random([2, 3, 16 / factor, 24 / factor]).require_grad()).into();
        let factors = random([2, 3, 16, 24]);
        let gradients = |sum: Tensor<Tracked, 4>| {
            let gradients = (sum * factors.clone()).sum().backward();
            let of = |image: &Tensor<Tracked, 4>| image.grad(&gradients).unwrap().into_data();
            images.iter().map(of).collect::<Vec<_>>()
        };
        let base = images[0].clone();
        let ours = gradients(Tracked::add_upsampled(base.clone(), images[1..].to_vec()));
        let enlarged = [2, 4, 8].into_iter().zip(&images[1..]);
        let expected =
            enlarged.fold(base, |sum, (factor, image)| sum + upsample::upsample(image.clone(), factor));
        for (ours, expected) in ours.iter().zip(&gradients(expected)) {
            assert_close(ours, expected);
        }
    }
}
