//! The flow made exact: the network's flow, which comes from a quarter of the resolution, is where a variational method
//! starts (A. Bruhn, J. Weickert and C. Schnörr, "Lucas/Kanade Meets Horn/Schunck: Combining Local and Global Optic Flow
//! Methods", IJCV 2005).
//!
//! Around the flow so far, d, brightness constancy is linear in a change: g . change + t, where t is the neighbor warped by d
//! less the frame, and g the gradient of both. The next flow u minimizes the sum over all pixels of
//! K * (weight (g . (u - d) + t)^2) + SMOOTHNESS |u - K * u|^2, where K is the mean of a small window and the weight,
//! 1 / sqrt(K * t^2 + NOISE^2), keeps hidden pixels from leading. Jacobi's iteration holds K * u fixed in each sweep, which
//! leaves two equations a pixel.

use burn::tensor::{Tensor, backend::Backend, module::avg_pool2d};

use crate::{kernel::Kernels, warp::warp};

/// Side in pixels of the window K.
pub(crate) const SIDE: usize = 5;

/// How often the neighbor is warped anew.
const WARPS: usize = 5;

/// Jacobi sweeps between two warps.
pub(crate) const SWEEPS: usize = 8;

/// What a pixel's departure from the flow around it costs. On 25 clips and on moved photographs twice as much loses faint
/// motion, and half as much follows the grain.
const SMOOTHNESS: f64 = 0.1;

/// Differences of brightness, in [0, 1], up to which a pixel counts in full: two codes of 255.
const NOISE: f64 = 2.0 / 255.0;

/// `flow` `[n, 2, h, w]` in pixels between `frame` and `neighbour`, grey `[n, 1, h, w]` in [0, 1], made exact.
pub fn exact<B: Kernels>(flow: Tensor<B, 4>, frame: Tensor<B, 4>, neighbour: Tensor<B, 4>) -> Tensor<B, 4> {
    let [ours, theirs] = [frame, neighbour].map(with_gradient); // 2 of [n, 3, h, w]
    (0..WARPS).fold(flow, |flow, _| {
        let step = Step::around(flow.clone(), ours.clone(), warp(theirs.clone(), flow.clone()));
        B::relax(&step, flow) // [n, 2, h, w]
    })
}

/// The mean of the window around each pixel, less at the border: `[n, c, h, w]`.
pub fn window_mean<B: Backend>(image: Tensor<B, 4>) -> Tensor<B, 4> {
    avg_pool2d(image, [SIDE; 2], [1, 1], [SIDE / 2; 2], false, false)
}

/// Each pixel's two equations, solved: u = own (K * u) + cross (K * u with x and y exchanged) + constant.
#[derive(Clone, Debug)]
pub struct Step<B: Backend> {
    /// `[n, 2, h, w]`.
    pub own: Tensor<B, 4>,
    /// `[n, 1, h, w]`.
    pub cross: Tensor<B, 4>,
    /// `[n, 2, h, w]`.
    pub constant: Tensor<B, 4>,
}

impl<B: Kernels> Step<B> {
    /// The equations around `flow` of the frame and of the neighbor warped by it, both with their gradients, `[n, 3, h, w]`.
    fn around(flow: Tensor<B, 4>, frame: Tensor<B, 4>, warped: Tensor<B, 4>) -> Self {
        let difference = warped.clone().narrow(1, 0, 1) - frame.clone().narrow(1, 0, 1); // [n, 1, h, w]
        let gradient = (frame + warped).narrow(1, 1, 2).div_scalar(2.0); // [n, 2, h, w]
        let noise = B::window_mean(difference.clone().powi_scalar(2)).add_scalar(NOISE * NOISE);
        let weight = noise.sqrt().recip(); // [n, 1, h, w]
        let [along_x, along_y] = planes(gradient.clone());
        let products = vec![gradient.clone().powi_scalar(2), along_x * along_y, gradient * difference];
        let means = B::window_mean(Tensor::cat(products, 1) * weight); // [n, 5, h, w]
        let diagonal = means.clone().narrow(1, 0, 2).add_scalar(SMOOTHNESS); // [n, 2, h, w]
        let product = means.clone().narrow(1, 2, 1); // [n, 1, h, w]
        let [xx, yy] = planes(diagonal.clone());
        let determinant = xx * yy - product.clone().powi_scalar(2);
        let own = exchanged(diagonal) / determinant.clone(); // [n, 2, h, w]
        let cross = product.neg() / determinant; // [n, 1, h, w]
        let pull = means.narrow(1, 3, 2) + flow.clone().mul_scalar(SMOOTHNESS); // [n, 2, h, w]
        let constant = flow - own.clone() * pull.clone() - cross.clone() * exchanged(pull);
        Self { own: own.mul_scalar(SMOOTHNESS), cross: cross.mul_scalar(SMOOTHNESS), constant }
    }
}

impl<B: Backend> Step<B> {
    /// All sweeps of Jacobi's iteration over a flow `[n, 2, h, w]`.
    pub fn relax(&self, flow: Tensor<B, 4>) -> Tensor<B, 4> {
        (0..SWEEPS).fold(flow, |flow, _| {
            let mean = window_mean(flow);
            self.own.clone() * mean.clone() + self.cross.clone() * exchanged(mean) + self.constant.clone()
        })
    }
}

/// An image `[n, 1, h, w]` followed by its derivatives along x and y, central differences: `[n, 3, h, w]`.
fn with_gradient<B: Backend>(image: Tensor<B, 4>) -> Tensor<B, 4> {
    let derivative = |axis: usize| {
        let last = image.dims()[axis] - 1;
        if last == 0 {
            return image.zeros_like();
        }
        let part = |start, length| image.clone().narrow(axis, start, length);
        let before = Tensor::cat(vec![part(0, 1), part(0, last)], axis);
        let after = Tensor::cat(vec![part(1, last), part(last, 1)], axis);
        (after - before).div_scalar(2.0) // [n, 1, h, w]
    };
    Tensor::cat(vec![image.clone(), derivative(3), derivative(2)], 1) // [n, 3, h, w]
}

/// The two channels, each `[n, 1, h, w]`.
fn planes<B: Backend>(both: Tensor<B, 4>) -> [Tensor<B, 4>; 2] {
    [0, 1].map(|channel| both.clone().narrow(1, channel, 1))
}

/// The two channels in the other order.
fn exchanged<B: Backend>(both: Tensor<B, 4>) -> Tensor<B, 4> {
    both.flip([1])
}
