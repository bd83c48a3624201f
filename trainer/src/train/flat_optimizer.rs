//! AdamW over all parameters as one vector: a step asks a GPU for a handful of operations, and not for a dozen for each tensor.

use burn::{
    module::{AutodiffModule, Module, Param, ParamId},
    optim::{
        AdamW, AdamWConfig, GradientsParams, MultiGradientsParams, Optimizer, adaptor::OptimizerAdaptor,
    },
    tensor::{
        Tensor,
        backend::{AutodiffBackend, Backend},
    },
};

use super::flat::{gather, parameters, replace_parameters};

/// The vector's own number, under which checkpoints know its moments.
const VECTOR: u64 = 1;

/// A network as one vector.
#[derive(Module, Debug)]
pub struct Flat<B: Backend> {
    parameters: Param<Tensor<B, 1>>,
}

/// AdamW (I. Loshchilov and F. Hutter, ICLR 2019) of Burn's, elementwise as on each tensor by itself. The parameters that have a gradient
/// at the first step are those that learn. Only steps change them.
#[derive(Clone)]
pub struct FlatAdamW<B: AutodiffBackend> {
    adamw: OptimizerAdaptor<AdamW, Flat<B>, B>,
    /// The parameters as the last step left them, `[p]`.
    parameters: Option<Tensor<B::InnerBackend, 1>>,
}

impl<B: AutodiffBackend> FlatAdamW<B> {
    /// No step was done yet.
    pub fn new(config: &AdamWConfig) -> Self {
        Self { adamw: config.init(), parameters: None }
    }

    /// A step with the gradients `[p]` of these parameters, which are in the network's order: the network, and the parameters, `[p]`.
    pub fn step_vector<M: AutodiffModule<B>>(
        &mut self,
        learning_rate: f64,
        network: M,
        gradient: Tensor<B::InnerBackend, 1>,
        order: &[ParamId],
    ) -> (M, Tensor<B::InnerBackend, 1>) {
        let before = self.parameters.take().unwrap_or_else(|| parameters(&network, order)); // [p]
        let parameters = Tensor::from_inner(before).require_grad();
        let id = ParamId::from(VECTOR);
        let mut gradients = GradientsParams::new();
        gradients.register::<B::InnerBackend, 1>(id, gradient);
        let flat = Flat { parameters: Param::initialized(id, parameters) };
        let after = self.adamw.step(learning_rate, flat, gradients).parameters.val().inner(); // [p]
        self.parameters = Some(after.clone());
        (replace_parameters(network, after.clone(), order), after)
    }
}

impl<B: AutodiffBackend, M: AutodiffModule<B>> Optimizer<M, B> for FlatAdamW<B> {
    type Record = <OptimizerAdaptor<AdamW, Flat<B>, B> as Optimizer<Flat<B>, B>>::Record;

    fn step(&mut self, learning_rate: f64, network: M, gradients: GradientsParams) -> M {
        let (gradient, order) = gather(&network, gradients, &Vec::new()); // [p]
        self.step_vector(learning_rate, network, gradient, &order).0
    }

    fn step_multi(&mut self, learning_rate: f64, network: M, gradients: MultiGradientsParams) -> M {
        gradients
            .grads
            .into_iter()
            .fold(network, |network, (gradients, _)| self.step(learning_rate, network, gradients))
    }

    fn to_record(&self) -> Self::Record {
        self.adamw.to_record()
    }

    fn load_record(self, record: Self::Record) -> Self {
        Self { adamw: self.adamw.load_record(record), parameters: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        backend::{Autodiff, Flex},
        nn::{Linear, LinearConfig},
        tensor::Distribution,
    };

    type Learning = Autodiff<Flex>;

    /// Two layers that learn around one that is at rest.
    #[derive(Module, Debug)]
    struct Layers<B: Backend> {
        first: Linear<B>,
        rest: Linear<B>,
        last: Linear<B>,
    }

    fn layers() -> Layers<Learning> {
        let device = Default::default();
        let layer = || LinearConfig::new(3, 3).init::<Learning>(&device).fork(&device);
        Layers { first: layer(), rest: layer().no_grad(), last: layer() }
    }

    fn gradients(network: &Layers<Learning>, input: &Tensor<Learning, 2>) -> GradientsParams {
        let hidden = network.rest.forward(network.first.forward(input.clone()).tanh());
        let loss = network.last.forward(hidden).powi_scalar(2).mean();
        GradientsParams::from_grads(loss.backward(), network)
    }

    fn weights(network: &Layers<Learning>) -> Vec<Vec<f32>> {
        [&network.first, &network.rest, &network.last]
            .map(|layer| layer.weight.val().into_data().to_vec().unwrap())
            .to_vec()
    }

    /// To the last bit, and across a checkpoint.
    #[test]
    fn the_vector_takes_the_steps_of_its_tensors() {
        let config = AdamWConfig::new().with_weight_decay(0.1);
        let mut by_tensor = config.init::<Learning, Layers<Learning>>();
        let mut flat = FlatAdamW::<Learning>::new(&config);
        let (mut expected, mut found) = {
            let start = layers();
            (start.clone(), start)
        };
        let start = weights(&found);
        for step in 0..6 {
            let input = Tensor::random([4, 3], Distribution::Default, &Default::default());
            expected = by_tensor.step(0.01, expected.clone(), gradients(&expected, &input));
            found = flat.step(0.01, found.clone(), gradients(&found, &input));
            assert_eq!(weights(&found), weights(&expected), "after step {step}");
            if step == 3 {
                let record = Optimizer::<Layers<Learning>, Learning>::to_record(&flat);
                flat = Optimizer::<Layers<Learning>, Learning>::load_record(FlatAdamW::new(&config), record);
            }
        }
        let end = weights(&found);
        assert!(end[0] != start[0] && end[1] == start[1] && end[2] != start[2]);
    }
}
