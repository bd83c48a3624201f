//! The moving average of a network's weights.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{Tensor, backend::Backend, container::TensorContainer},
};

/// `average` moved towards `network`, of the same parameters: decay * average + (1 - decay) * network. Early steps count
/// more: the decay is at most (1 + step) / (10 + step), so that the first random weights are soon forgotten.
pub fn follow<B: Backend, M: Module<B>>(average: M, network: &M, decay: f64, step: usize) -> M {
    let decay = decay.min((1 + step) as f64 / (10 + step) as f64);
    let mut weights = Weights(TensorContainer::new());
    network.visit(&mut weights);
    average.map(&mut Towards { weights: weights.0, decay })
}

/// Collects a network's weights.
struct Weights(TensorContainer<ParamId>);

impl<B: Backend> ModuleVisitor<B> for Weights {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<B, D>>) {
        self.0.register::<B>(param.id, param.val().into_primitive());
    }
}

/// Moves a network's weights towards those that were collected.
struct Towards {
    weights: TensorContainer<ParamId>,
    decay: f64,
}

impl<B: Backend> ModuleMapper<B> for Towards {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        let (id, average, mapper) = param.consume();
        let moved = match self.weights.remove::<B>(&id) {
            Some(weight) => average * self.decay + Tensor::from_primitive(weight) * (1.0 - self.decay),
            None => average,
        };
        Param::from_mapped_value(id, moved, mapper)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{backend::Flex, nn::LinearConfig};

    #[test]
    fn the_average_moves_by_a_part_and_early_by_more() {
        let device = Default::default();
        let first = LinearConfig::new(2, 2).init::<Flex>(&device);
        let mut second = first.clone().no_grad(); // the same parameters, now drawn
        let start = second.clone();
        second.weight = second.weight.map(|weight| weight + 1.0);
        let moved = |decay, step| {
            let average = follow(start.clone(), &second, decay, step);
            (average.weight.val() - start.weight.val()).mean().into_scalar()
        };
        assert!((moved(0.5, 100) - 0.5).abs() < 1e-6);
        assert!((moved(0.999, 100_000) - 0.001).abs() < 1e-6);
        assert!((moved(0.999, 0) - 0.9).abs() < 1e-6);
    }
}
