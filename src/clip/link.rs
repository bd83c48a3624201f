//! How a frame and the one before it in the shot lie to each other.

use burn::tensor::{Tensor, backend::Backend};

use super::still::{MOTION, settled};
use crate::{
    kernel::{Kernels, Pair},
    model::flow::{Description, FlowNet},
    variational,
};

/// Both directions between a frame and the one before it.
pub struct Link<B: Backend> {
    /// From the later frame to the earlier.
    pub to_previous: Passage<B>,
    /// From the earlier frame to the later.
    pub to_next: Passage<B>,
}

/// What one frame s needs in order to use a neighbour t.
#[derive(Clone)]
pub struct Passage<B: Backend> {
    /// flow(s -> t) in pixels, `[1, 2, h, w]`.
    pub flow: Tensor<B, 4>,
    /// M_{t -> s}, `[1, 1, h, w]`.
    pub visible: Tensor<B, 4>,
    /// W(X_t, X_s), `[1, 1, h, w]`.
    pub grey_confidence: Tensor<B, 4>,
}

/// A grey frame as the flow network sees it.
pub struct Seen<B: Backend> {
    /// `[1, 1, h, w]` in [0, 1].
    pub grey: Tensor<B, 4>,
    /// What is found of it once, for the neighbours on both sides.
    pub description: Description<B>,
}

impl<B: Kernels> Seen<B> {
    /// Looks at a grey frame `[1, 1, h, w]`.
    pub fn new(grey: Tensor<B, 4>, network: &FlowNet<B>) -> Self {
        Self { description: network.describe_grey(grey.clone()), grey }
    }
}

impl<B: Kernels> Link<B> {
    /// Finds the flow between a grey frame and the one before it, both `[1, 1, h, w]` in [0, 1].
    pub fn find(frame: Tensor<B, 4>, previous: Tensor<B, 4>, network: &FlowNet<B>) -> Self {
        Self::between(&Seen::new(frame, network), &Seen::new(previous, network), network)
    }

    /// Finds the flow between a frame and the one before it, both directions in one batch.
    pub fn between(frame: &Seen<B>, previous: &Seen<B>, network: &FlowNet<B>) -> Self {
        let first = Tensor::cat(vec![frame.grey.clone(), previous.grey.clone()], 0); // [2, 1, h, w]
        let second = first.clone().flip([0]);
        let [ours, theirs] = [[frame, previous], [previous, frame]]
            .map(|[one, other]| Description::joined(&[&one.description, &other.description])); // of 2 frames
        let still = |flows, motion| settled(flows, first.clone(), second.clone(), motion);
        // Where nothing shows a motion the network guesses, and the steps behind it would start from the guess.
        let flows = still(network.between(&ours, &theirs), f64::INFINITY); // [2, 2, h, w]
        let flows = variational::exact(flows, first.clone(), second.clone());
        let flows = still(flows, MOTION); // [2, 2, h, w]
        let visible = B::visibility(flows.clone(), flows.clone().flip([0])); // [2, 1, h, w]
        let pair = Pair { frame: first, neighbour: second, flow: flows.clone(), visible: visible.clone() };
        let (_, grey_confidence) = B::warp_trusted(pair); // [2, 1, h, w]
        let passage = |i| Passage {
            flow: flows.clone().narrow(0, i, 1),
            visible: visible.clone().narrow(0, i, 1),
            grey_confidence: grey_confidence.clone().narrow(0, i, 1),
        };
        Self { to_previous: passage(0), to_next: passage(1) }
    }
}
