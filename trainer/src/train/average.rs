//! The moving average of a network's weights, as one vector: a step asks a GPU for three operations, and not for three for each tensor.

use burn::{
    module::{AutodiffModule, ParamId},
    tensor::{Tensor, backend::AutodiffBackend},
};

use super::{
    flat::{parameters, replace_parameters},
    training::Trained,
};

/// The moving average of the weights that learn.
pub struct Average<B: AutodiffBackend, M: AutodiffModule<B>> {
    start: Trained<B, M>,
    moved: Option<Moved<B>>,
    decay: f64,
}

/// The average of these parameters, `[p]`.
struct Moved<B: AutodiffBackend> {
    weights: Tensor<B::InnerBackend, 1>,
    order: Vec<ParamId>,
}

impl<B: AutodiffBackend, M: AutodiffModule<B>> Average<B, M> {
    /// The average as it was kept, or the network's own weights where it begins. A step keeps the part `decay` of it.
    pub fn new(start: Trained<B, M>, decay: f64) -> Self {
        Self { start, moved: None, decay }
    }

    /// The average moved towards the network's `weights`, `[p]`, of these parameters: decay * average + (1 - decay) * weights. Early
    /// steps count more: the decay is at most (1 + step) / (10 + step), so that the first random weights are soon forgotten.
    pub fn follow(&mut self, weights: Tensor<B::InnerBackend, 1>, order: &[ParamId], step: usize) {
        let decay = self.decay.min((1 + step) as f64 / (10 + step) as f64);
        let Moved { weights: average, order } = self.moved.take().unwrap_or_else(|| Moved {
            weights: parameters(&M::from_inner(self.start.clone()), order),
            order: order.to_vec(),
        });
        self.moved = Some(Moved { weights: average * decay + weights * (1.0 - decay), order });
    }

    /// The network with the average for its weights; those that are at rest stay as they are.
    pub fn network(&self, network: &M) -> Trained<B, M> {
        match &self.moved {
            None => self.start.clone(),
            Some(Moved { weights, order }) => {
                replace_parameters(network.clone(), weights.clone(), order).valid()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        backend::{Autodiff, Flex},
        module::Module,
        nn::{Linear, LinearConfig},
        tensor::{Distribution, backend::Backend},
    };

    type Learning = Autodiff<Flex>;

    /// A layer that learns beside one that is at rest.
    #[derive(Module, Debug)]
    struct Layers<B: Backend> {
        rest: Linear<B>,
        learns: Linear<B>,
    }

    fn layers() -> Layers<Learning> {
        let device = Default::default();
        let layer = || LinearConfig::new(3, 2).init::<Learning>(&device).fork(&device);
        Layers { rest: layer().no_grad(), learns: layer() }
    }

    fn order(network: &Layers<Learning>) -> [ParamId; 2] {
        [network.learns.weight.id, network.learns.bias.as_ref().unwrap().id]
    }

    fn weights(layer: &Linear<Flex>) -> [Vec<f32>; 2] {
        let bias = layer.bias.as_ref().unwrap().val().into_data();
        [layer.weight.val().into_data(), bias].map(|values| values.to_vec().unwrap())
    }

    /// To the last bit.
    #[test]
    fn the_vector_moves_as_each_tensor_would() {
        let mut network = layers();
        let order = order(&network);
        let mut average = Average::<Learning, Layers<Learning>>::new(network.valid(), 0.9);
        let mut expected = weights(&network.valid().learns);
        let rest = weights(&network.valid().rest);
        for step in [0, 1, 2, 1000, 1001] {
            let now = Tensor::random([8], Distribution::Default, &Default::default()); // 3 * 2 weights and 2 of a bias
            network = replace_parameters(network, now.clone(), &order);
            average.follow(now, &order, step);
            let decay = [0.1, 2.0 / 11.0, 0.25].get(step).copied().unwrap_or(0.9);
            for (expected, now) in expected.iter_mut().zip(weights(&network.valid().learns)) {
                let now = Tensor::<Flex, 1>::from_floats(now.as_slice(), &Default::default());
                let last = Tensor::<Flex, 1>::from_floats(expected.as_slice(), &Default::default());
                *expected = (last * decay + now * (1.0 - decay)).into_data().to_vec().unwrap();
            }
            let found = average.network(&network);
            assert_eq!(weights(&found.learns), expected, "after step {step}");
            assert_eq!(weights(&found.rest), rest);
        }
    }

    #[test]
    fn the_average_is_the_network_until_a_step_was_done() {
        let (kept, network) = (layers().valid(), layers());
        let average = Average::<Learning, Layers<Learning>>::new(kept.clone(), 0.9);
        assert_eq!(weights(&average.network(&network).learns), weights(&kept.learns));
    }
}
