//! Gradient clipping (R. Pascanu, T. Mikolov and Y. Bengio, "On the difficulty of training recurrent neural networks", ICML
//! 2013): all gradients are scaled down together, so that their direction stays.

use burn::tensor::{Tensor, backend::Backend};

/// All gradients, `[p]`, with a norm of at most `limit`, and the norm that they had, `[1]`.
pub fn clipped<B: Backend>(all: Tensor<B, 1>, limit: f64) -> (Tensor<B, 1>, Tensor<B, 1>) {
    let norm = all.clone().powi_scalar(2).sum().sqrt(); // [1]
    let scale = norm.clone().recip().mul_scalar(limit).clamp_max(1.0);
    (all * scale, norm)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::flat::{gather, scatter};
    use burn::{
        backend::{Autodiff, Flex},
        module::Module,
        nn::{Linear, LinearConfig},
        optim::GradientsParams,
    };

    type Learning = Autodiff<Flex>;

    /// Of a weight with the gradient (3, 0) and a bias with the gradient 4.
    fn gradients(network: &Linear<Learning>) -> GradientsParams {
        let bias = network.bias.as_ref().unwrap().val();
        let loss = network.weight.val().narrow(0, 0, 1).mul_scalar(3.0).sum() + bias.mul_scalar(4.0).sum();
        GradientsParams::from_grads(loss.backward(), network)
    }

    #[test]
    fn gradients_are_scaled_by_the_norm_of_all() {
        let network = LinearConfig::new(2, 1).init::<Learning>(&Default::default()).fork(&Default::default());
        let values = |limit| {
            let (all, order) = gather(&network, gradients(&network), &Vec::new());
            let (all, norm) = clipped(all, limit);
            let (mut gradients, _) = scatter(&network, all, &order, Vec::new());
            let weight = gradients.remove::<Flex, 2>(network.weight.id).unwrap().into_data();
            let bias = gradients.remove::<Flex, 1>(network.bias.as_ref().unwrap().id).unwrap().into_data();
            (weight.to_vec::<f32>().unwrap(), bias.to_vec::<f32>().unwrap(), norm.into_scalar())
        };
        assert_eq!(values(10.0), (vec![3.0, 0.0], vec![4.0], 5.0));
        assert_eq!(values(2.5), (vec![1.5, 0.0], vec![2.0], 5.0));
    }
}
