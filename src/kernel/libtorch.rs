//! LibTorch's own operations where Burn asks for others.

use burn::{
    backend::{
        LibTorch,
        libtorch::{LibTorchDevice, TchElement, TchTensor},
    },
    tensor::{Tensor, TensorPrimitive},
};

use super::Kernels;

impl<E: TchElement> Kernels for LibTorch<E> {
    fn upsample(image: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        let [_, _, height, width] = image.dims();
        let size = [height, width].map(|length| (factor * length) as i64);
        tensor(values(image).upsample_bilinear2d(size, false, None, None)) // [n, c, factor * h, factor * w]
    }

    #[cfg(feature = "autodiff")]
    fn upsample_gradient(gradient: Tensor<Self, 4>, factor: usize) -> Tensor<Self, 4> {
        let shape @ [_, _, height, width] = gradient.dims().map(|length| length as i64);
        let [batch, channels, ..] = shape;
        let factor = factor as i64;
        let input = [batch, channels, height / factor, width / factor];
        let size = [height, width];
        let gradient = values(gradient);
        tensor(tch::Tensor::upsample_bilinear2d_backward(&gradient, size, input, false, None, None)) // [n, c, h, w]
    }

    /// As if a loss were the output times `gradient`, summed up: LibTorch's automatic differentiation knows the operation, and `tch` does
    /// not name it. On the processor Burn's way is as fast, and an eighth faster for depthwise convolutions.
    #[cfg(feature = "autodiff")]
    fn convolution_weight_gradient(
        input: Tensor<Self, 4>,
        weight: Tensor<Self, 4>,
        gradient: Tensor<Self, 4>,
        options: burn::tensor::ops::ConvOptions<2>,
    ) -> Tensor<Self, 4> {
        if input.device() == LibTorchDevice::Cpu {
            return super::convolution_gradient::weight_gradient(input, weight, gradient, options);
        }
        let [input, weight, gradient] = [input, weight, gradient].map(values);
        let weight = weight.detach().set_requires_grad(true);
        let signed = |lengths: [usize; 2]| lengths.map(|length| length as i64);
        let output = input.conv2d(
            &weight,
            None::<&tch::Tensor>,
            signed(options.stride),
            signed(options.padding),
            signed(options.dilation),
            options.groups as i64,
        ); // [n, output, h', w']
        let loss = output.flatten(0, -1).dot(&gradient.flatten(0, -1)); // []
        let mut gradients = tch::Tensor::run_backward(&[loss], &[&weight], false, false); // one for each input
        tensor(gradients.remove(0)) // [output, input / groups, k, k]
    }
}

fn values<E: TchElement>(tensor: Tensor<LibTorch<E>, 4>) -> tch::Tensor {
    tensor.into_primitive().tensor().tensor
}

fn tensor<E: TchElement>(values: tch::Tensor) -> Tensor<LibTorch<E>, 4> {
    Tensor::from_primitive(TensorPrimitive::Float(TchTensor::new(values)))
}
