//! Convolutions whose gradients the backend may compute its own way ([`Kernels::convolution_weight_gradient`]): Burn's own take the
//! gradient for a kernel as large as the image, which is slow in cuDNN, and of a depthwise convolution sum one for each channel, hundreds of
//! launches.

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
    nn::conv::Conv2d,
    tensor::{
        Tensor,
        backend::Backend,
        module::conv2d,
        ops::{ConvOptions, FloatTensor, PadMode},
    },
};

use super::{
    Activation, Kernels,
    primitive::{primitive, tensor},
    same::Margins,
};

/// A convolution of the input with `margins` of zeros around it, and the activation behind it.
pub fn convolve<B: Kernels, C: CheckpointStrategy>(
    convolution: &Conv2d<Autodiff<B, C>>,
    input: Tensor<Autodiff<B, C>, 4>,
    [before, behind]: Margins,
    activation: Activation,
) -> Tensor<Autodiff<B, C>, 4> {
    let (input, padding) = if before == behind {
        (input, before)
    } else {
        let sides = (before[1], behind[1], before[0], behind[0]);
        (input.pad(sides, PadMode::Constant(0.0)), [0, 0]) // [n, c, h + before + behind, w + before + behind]
    };
    let weight = convolution.weight.val();
    let bias = match &convolution.bias {
        Some(bias) => bias.val(),
        None => Tensor::zeros([weight.dims()[0]], (&input.device(), input.dtype())),
    };
    let options = ConvOptions::new(convolution.stride, padding, convolution.dilation, convolution.groups);
    let output = tracked::<B, C>(
        input.into_primitive().tensor(),
        weight.into_primitive().tensor(),
        bias.into_primitive().tensor(),
        options,
    );
    activation.apply(tensor(output)) // [n, output, h', w']
}

/// The convolution as a step of the graph.
fn tracked<B: Kernels, C: CheckpointStrategy>(
    input: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    bias: FloatTensor<Autodiff<B, C>>,
    options: ConvOptions<2>,
) -> FloatTensor<Autodiff<B, C>> {
    let parents = [input.node.clone(), weight.node.clone(), bias.node.clone()];
    match Convolution.prepare::<C>(parents).compute_bound().stateful() {
        OpsKind::Tracked(mut step) => {
            let state = (step.checkpoint(&input), step.checkpoint(&weight), options.clone());
            let output = B::conv2d(input.primitive, weight.primitive, Some(bias.primitive), options);
            step.finish(state, output)
        }
        OpsKind::UnTracked(step) => {
            step.finish(B::conv2d(input.primitive, weight.primitive, Some(bias.primitive), options))
        }
    }
}

/// The step of the graph: of the input, the weight and the bias.
#[derive(Debug)]
struct Convolution;

impl<B: Kernels> Backward<B, 3> for Convolution {
    type State = (NodeId, NodeId, ConvOptions<2>);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let gradient = gradients.consume::<B>(&ops.node);
        let (input, weight, options) = ops.state;
        let input: FloatTensor<B> = checkpointer.retrieve_node_output(input);
        let weight: FloatTensor<B> = checkpointer.retrieve_node_output(weight);
        let [of_input, of_weight, of_bias] = ops.parents;
        if let Some(node) = of_bias {
            gradients.register::<B>(node.id, bias_gradient::<B>(gradient.clone()));
        }
        if let Some(node) = of_weight {
            let [input, weight, gradient] =
                [&input, &weight, &gradient].map(|values| tensor::<B>(values.clone()));
            let result = B::convolution_weight_gradient(input, weight, gradient, options.clone());
            gradients.register::<B>(node.id, primitive(result));
        }
        if let Some(node) = of_input {
            gradients.register::<B>(node.id, B::conv2d_x_backward(input, weight, gradient, options));
        }
    }
}

/// The sum of the output's gradient `[n, c, h, w]` over batch and pixels: `[c]`.
fn bias_gradient<B: Backend>(gradient: FloatTensor<B>) -> FloatTensor<B> {
    let sums = tensor::<B>(gradient).sum_dims_squeeze::<1, _>(&[0, 2, 3]); // [c]
    sums.into_primitive().tensor()
}

/// [`Kernels::convolution_weight_gradient`] by Burn's own operations.
pub fn weight_gradient<B: Backend>(
    input: Tensor<B, 4>,
    weight: Tensor<B, 4>,
    gradient: Tensor<B, 4>,
    options: ConvOptions<2>,
) -> Tensor<B, 4> {
    let shape @ [channels, inputs, ..] = weight.dims();
    if inputs == 1 && options.groups == channels {
        return depthwise_weight_gradient(input, gradient, shape, &options);
    }
    let [input, weight, gradient] = [input, weight, gradient].map(primitive);
    tensor::<B>(B::conv2d_weight_backward(input, weight, gradient, options))
}

/// The input correlated with the output's gradient, `[n, c, h, w]` and `[n, c, h', w']`, for each image and channel: one
/// convolution with as many groups, whose kernels are the gradient. `shape` is the weight's, `[c, 1, k, k]`, and the
/// result's.
fn depthwise_weight_gradient<B: Backend>(
    input: Tensor<B, 4>,
    gradient: Tensor<B, 4>,
    shape @ [channels, _, rows, columns]: [usize; 4],
    options: &ConvOptions<2>,
) -> Tensor<B, 4> {
    let ([batch, _, height, width], [.., high, wide]) = (input.dims(), gradient.dims());
    let planes = batch * channels;
    let input = input.reshape([1, planes, height, width]); // [1, n c, h, w]
    let gradient = gradient.reshape([planes, 1, high, wide]); // [n c, 1, h', w']
    let swapped = ConvOptions::new(options.dilation, options.padding, options.stride, planes);
    let shifts = conv2d(input, gradient, None, swapped); // [1, n c, k' >= k, k' >= k]
    let shifts = shifts.slice([0..1, 0..planes, 0..rows, 0..columns]); // [1, n c, k, k]
    let sum = shifts.reshape([batch, channels, rows, columns]).sum_dim(0); // [1, c, k, k]
    sum.reshape(shape) // [c, 1, k, k]
}

#[cfg(test)]
mod tests {
    use burn::{
        backend::Flex,
        module::Param,
        nn::{PaddingConfig2d, conv::Conv2dConfig},
        tensor::{Distribution, TensorData, Tolerance},
    };

    use super::*;
    use crate::kernel::same;

    type Tracked = Autodiff<Flex>;

    fn random<const D: usize>(shape: [usize; D]) -> Tensor<Tracked, D> {
        Tensor::random(shape, Distribution::Normal(0.0, 1.0), &Default::default())
    }

    /// The output, and the gradients of the sum of the output times `factors`: of the input, the weight, and the bias where
    /// there is one.
    fn gradients(
        convolve: impl Fn(&Conv2d<Tracked>, Tensor<Tracked, 4>, Activation) -> Tensor<Tracked, 4>,
        convolution: &Conv2d<Tracked>,
        input: &Tensor<Tracked, 4>,
        factors: &Tensor<Tracked, 4>,
    ) -> Vec<TensorData> {
        let output = convolve(convolution, input.clone(), Activation::Relu6);
        let gradients = (output.clone() * factors.clone()).sum().backward();
        let of_weight = convolution.weight.val().grad(&gradients).unwrap().into_data();
        let of_bias = convolution.bias.as_ref().map(|bias| bias.val().grad(&gradients).unwrap().into_data());
        let of_input = input.grad(&gradients).unwrap().into_data();
        [output.into_data(), of_input, of_weight].into_iter().chain(of_bias).collect()
    }

    /// Sums of up to 2 * 12 * 20 products near 1 in another order: each addition rounds by up to 6e-8 of a sum near 20.
    fn assert_close(ours: &[TensorData], expected: &[TensorData]) {
        assert_eq!(ours.len(), expected.len());
        for (ours, expected) in ours.iter().zip(expected) {
            ours.assert_approx_eq::<f32>(expected, Tolerance::absolute(1e-4));
        }
    }

    #[test]
    fn gradients_of_depthwise_convolutions_are_burns_own() {
        for (side, stride, bias) in
            [(3, 1, true), (3, 2, true), (5, 1, true), (5, 2, true), (3, 2, false), (5, 1, false)]
        {
            let mut convolution = Conv2dConfig::new([3, 3], [side, side])
                .with_groups(3)
                .with_stride([stride, stride])
                .with_bias(bias)
                .init::<Tracked>(&Default::default());
            convolution.bias = bias.then(|| Param::from_tensor(random([3])));
            let input = random([2, 3, 12, 20]).require_grad();
            let factors = random([2, 3, 12 / stride, 20 / stride]);
            let expected = gradients(same::convolve, &convolution, &input, &factors);
            let ours = gradients(Tracked::convolve_same, &convolution, &input, &factors);
            assert_close(&ours, &expected);
        }
    }

    #[test]
    fn gradients_of_other_convolutions_are_burns_own() {
        let burns = |convolution: &Conv2d<Tracked>, input, activation: Activation| {
            activation.apply(convolution.forward(input))
        };
        for (side, stride, margin) in [(1, 1, 0), (3, 1, 1), (3, 2, 1)] {
            let convolution = Conv2dConfig::new([3, 4], [side, side])
                .with_stride([stride, stride])
                .with_padding(PaddingConfig2d::Explicit(margin, margin, margin, margin))
                .init::<Tracked>(&Default::default());
            let input = random([2, 3, 12, 20]).require_grad();
            let factors = random([2, 4, 12 / stride, 20 / stride]);
            let expected = gradients(burns, &convolution, &input, &factors);
            let ours = gradients(Tracked::convolve, &convolution, &input, &factors);
            assert_close(&ours, &expected);
        }
    }
}
