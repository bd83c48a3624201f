//! A depthwise convolution whose gradients cost as much as itself: Burn's own sum the weights' over one convolution for
//! each channel, hundreds of launches.

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
        Tensor, TensorPrimitive,
        backend::Backend,
        module::conv2d,
        ops::{ConvOptions, FloatTensor, PadMode},
    },
};

use super::{Activation, same::margins};

/// [`Kernels::convolve_same`](super::Kernels::convolve_same) of a convolution with one kernel for each channel.
pub fn convolve<B: Backend, C: CheckpointStrategy>(
    convolution: &Conv2d<Autodiff<B, C>>,
    input: Tensor<Autodiff<B, C>, 4>,
    activation: Activation,
) -> Tensor<Autodiff<B, C>, 4> {
    let channels = convolution.groups;
    let [before, behind] = margins(convolution);
    let (input, padding) = if before == behind {
        (input, before)
    } else {
        let sides = (before[1], behind[1], before[0], behind[0]);
        (input.pad(sides, PadMode::Constant(0.0)), [0, 0]) // [n, c, h + behind, w + behind]
    };
    let bias = match &convolution.bias {
        Some(bias) => bias.val(),
        None => Tensor::zeros([channels], (&input.device(), input.dtype())),
    };
    let options = ConvOptions::new(convolution.stride, padding, convolution.dilation, channels);
    let output = tracked::<B, C>(
        input.into_primitive().tensor(),
        convolution.weight.val().into_primitive().tensor(),
        bias.into_primitive().tensor(),
        options,
    );
    activation.apply(Tensor::from_primitive(TensorPrimitive::Float(output))) // [n, c, h / s, w / s]
}

/// The convolution as a step of the graph.
fn tracked<B: Backend, C: CheckpointStrategy>(
    input: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    bias: FloatTensor<Autodiff<B, C>>,
    options: ConvOptions<2>,
) -> FloatTensor<Autodiff<B, C>> {
    let parents = [input.node.clone(), weight.node.clone(), bias.node.clone()];
    match Depthwise.prepare::<C>(parents).compute_bound().stateful() {
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
struct Depthwise;

impl<B: Backend> Backward<B, 3> for Depthwise {
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
            let side = image::<B>(weight.clone()).dims();
            let result = weight_gradient::<B>(input.clone(), gradient.clone(), side, &options);
            gradients.register::<B>(node.id, result);
        }
        if let Some(node) = of_input {
            gradients.register::<B>(node.id, B::conv2d_x_backward(input, weight, gradient, options));
        }
    }
}

/// The sum of the output's gradient `[n, c, h, w]` over batch and pixels: `[c]`.
fn bias_gradient<B: Backend>(gradient: FloatTensor<B>) -> FloatTensor<B> {
    let sums = image::<B>(gradient).sum_dims_squeeze::<1, _>(&[0, 2, 3]); // [c]
    sums.into_primitive().tensor()
}

/// The input correlated with the output's gradient, `[n, c, h, w]` and `[n, c, h', w']`, for each image and channel: one
/// convolution with as many groups, whose kernels are the gradient. `shape` is the weight's, `[c, 1, k, k]`, and the
/// result's.
fn weight_gradient<B: Backend>(
    input: FloatTensor<B>,
    gradient: FloatTensor<B>,
    shape @ [channels, _, rows, columns]: [usize; 4],
    options: &ConvOptions<2>,
) -> FloatTensor<B> {
    let (input, gradient) = (image::<B>(input), image::<B>(gradient));
    let ([batch, _, height, width], [.., high, wide]) = (input.dims(), gradient.dims());
    let planes = batch * channels;
    let input = input.reshape([1, planes, height, width]); // [1, n c, h, w]
    let gradient = gradient.reshape([planes, 1, high, wide]); // [n c, 1, h', w']
    let swapped = ConvOptions::new(options.dilation, options.padding, options.stride, planes);
    let shifts = conv2d(input, gradient, None, swapped); // [1, n c, k' >= k, k' >= k]
    let shifts = shifts.slice([0..1, 0..planes, 0..rows, 0..columns]); // [1, n c, k, k]
    let sum = shifts.reshape([batch, channels, rows, columns]).sum_dim(0); // [1, c, k, k]
    sum.reshape(shape).into_primitive().tensor() // [c, 1, k, k]
}

fn image<B: Backend>(values: FloatTensor<B>) -> Tensor<B, 4> {
    Tensor::from_primitive(TensorPrimitive::Float(values))
}

#[cfg(test)]
mod tests {
    use burn::{
        backend::Flex,
        module::Param,
        nn::conv::Conv2dConfig,
        tensor::{Distribution, TensorData, Tolerance},
    };

    use super::*;
    use crate::kernel::{Kernels, same};

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
    #[test]
    fn gradients_are_burns_own() {
        let device = Default::default();
        for (side, stride, bias) in
            [(3, 1, true), (3, 2, true), (5, 1, true), (5, 2, true), (3, 2, false), (5, 1, false)]
        {
            let mut convolution = Conv2dConfig::new([3, 3], [side, side])
                .with_groups(3)
                .with_stride([stride, stride])
                .with_bias(bias)
                .init::<Tracked>(&device);
            convolution.bias = bias.then(|| Param::from_tensor(random([3])));
            let input = random([2, 3, 12, 20]).require_grad();
            let factors = random([2, 3, 12 / stride, 20 / stride]);
            let expected = gradients(same::convolve, &convolution, &input, &factors);
            let ours = gradients(Tracked::convolve_same, &convolution, &input, &factors);
            assert_eq!(ours.len(), expected.len());
            for (ours, expected) in ours.iter().zip(&expected) {
                ours.assert_approx_eq::<f32>(expected, Tolerance::absolute(1e-4));
            }
        }
    }
}
