//! The cost volume as one step of the graph: the backend's own operation there, and its own way back
//! ([`Kernels::cost_volume_gradients`]).

use burn::{
    backend::{
        Autodiff,
        autodiff::{
            NodeId,
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

/// [`Kernels::cost_volume`]: two of `[n, c, h, w]` to `[n, (2 r + 1)^2, h, w]`.
pub fn cost_volume<B: Kernels, C: CheckpointStrategy>(
    ours: Tensor<Autodiff<B, C>, 4>,
    theirs: Tensor<Autodiff<B, C>, 4>,
    displacement: usize,
) -> Tensor<Autodiff<B, C>, 4> {
    let [ours, theirs] = [ours, theirs].map(|features| features.into_primitive().tensor());
    let nodes = [ours.node.clone(), theirs.node.clone()];
    let volume = match CostVolume.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(mut step) => {
            let state = (step.checkpoint(&ours), step.checkpoint(&theirs), displacement);
            step.finish(state, volume::<B>(ours.primitive, theirs.primitive, displacement))
        }
        OpsKind::UnTracked(step) => step.finish(volume::<B>(ours.primitive, theirs.primitive, displacement)),
    };
    tensor(volume) // [n, (2 r + 1)^2, h, w]
}

/// The step of the graph: of our features and of theirs.
#[derive(Debug)]
struct CostVolume;

impl<B: Kernels> Backward<B, 2> for CostVolume {
    type State = (NodeId, NodeId, usize);

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let (ours, theirs, displacement) = ops.state;
        let features: [FloatTensor<B>; 2] =
            [ours, theirs].map(|node| checkpointer.retrieve_node_output(node));
        let found = B::cost_volume_gradients(features.map(tensor), tensor(gradient), displacement);
        for (parent, gradient) in ops.parents.into_iter().zip(found) {
            if let Some(node) = parent {
                gradients.register::<B>(node.id, primitive(gradient));
            }
        }
    }
}

fn volume<B: Kernels>(ours: FloatTensor<B>, theirs: FloatTensor<B>, displacement: usize) -> FloatTensor<B> {
    primitive(B::cost_volume(tensor(ours), tensor(theirs), displacement))
}

#[cfg(test)]
mod tests {
    use burn::{
        backend::Flex,
        tensor::{Distribution, Tolerance},
    };

    use super::*;
    use crate::kernel::cost_volume_by_slices;

    type Tracked = Autodiff<Flex>;

    /// Sums of up to 81 products of values in [0, 1], in another order: 6e-8 of partial sums near 25, over the channels.
    #[test]
    fn gradients_are_those_of_slices() {
        for (shape, displacement) in [([2, 3, 5, 7], 4), ([1, 2, 1, 1], 4), ([1, 5, 6, 3], 2)] {
            let random = |shape: [usize; 4]| {
                Tensor::<Tracked, 4>::random(shape, Distribution::Default, &Default::default())
            };
            let [ours, theirs] = [random(shape).require_grad(), random(shape).require_grad()];
            let factors = random([shape[0], (2 * displacement + 1usize).pow(2), shape[2], shape[3]]);
            let gradients = |volume: Tensor<Tracked, 4>| {
                let gradients = (volume * factors.clone()).sum().backward();
                [&ours, &theirs].map(|features| features.grad(&gradients).unwrap().into_data())
            };
            let found = gradients(Tracked::cost_volume(ours.clone(), theirs.clone(), displacement));
            let expected = gradients(cost_volume_by_slices(ours.clone(), theirs.clone(), displacement));
            for (found, expected) in found.iter().zip(&expected) {
                found.assert_approx_eq::<f32>(expected, Tolerance::absolute(1e-5));
            }
        }
    }
}
