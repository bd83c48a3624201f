//! What stands still stands still: a flow is taken back where no motion at all explains the picture as well.
//!
//! A flow is never exact to a hundredth of a pixel, and in a still background a wrong tenth of a pixel smears colour from
//! frame to frame. Video coders meet the same with their skipped blocks.

use burn::tensor::Tensor;

use crate::{kernel::Kernels, warp::warp};

/// Exact flows of this many pixels and more are motion, even where the picture is too smooth to show it.
pub(super) const MOTION: f64 = 1.0;

/// A flow must lower the difference to this part of what it is without motion. Sampling between pixels averages grain away, so
/// that even a wrong flow of half a pixel lowers the difference of two still frames of pure grain, to sqrt((1 + 1/4) / 2) = 0.79.
const WORTHWHILE: f64 = 0.79;

/// `flow` `[n, 2, h, w]` between `frame` and `neighbour` `[n, c, h, w]`, and 0 where it is below `motion` pixels and 0 is as good.
pub(super) fn settled<B: Kernels>(
    flow: Tensor<B, 4>,
    frame: Tensor<B, 4>,
    neighbour: Tensor<B, 4>,
    motion: f64,
) -> Tensor<B, 4> {
    let moved = difference(frame.clone(), warp(neighbour.clone(), flow.clone())); // [n, 1, h, w]
    let still = difference(frame, neighbour); // [n, 1, h, w]
    let far = flow.clone().powi_scalar(2).sum_dim(1).greater_equal_elem(motion * motion); // [n, 1, h, w]
    let moves = moved.lower(still.mul_scalar(WORTHWHILE)).bool_or(far).float();
    flow * moves // [n, 2, h, w]
}

/// Mean absolute difference around each pixel, `[n, 1, h, w]`: that of one pixel alone is mostly grain.
fn difference<B: Kernels>(ours: Tensor<B, 4>, theirs: Tensor<B, 4>) -> Tensor<B, 4> {
    B::window_mean((ours - theirs).abs().mean_dim(1)) // [n, 1, h, w]
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{
        backend::Flex,
        tensor::{Distribution, TensorData},
    };

    /// Waves that move by (2, 0) from the frame to its neighbour.
    fn waves(shift: f32) -> Tensor<Flex, 4> {
        let wave = |i: usize| {
            let [x, y] = [(i % 32) as f32 - shift, (i / 32) as f32];
            0.5 + 0.2 * (0.9 * x).sin() + 0.2 * (0.7 * y).cos()
        };
        Tensor::from_data(
            TensorData::new((0..32 * 32).map(wave).collect(), [1, 1, 32, 32]),
            &Default::default(),
        )
    }

    fn flow(x: f32) -> Tensor<Flex, 4> {
        let along = Tensor::full([1, 1, 32, 32], x, &Default::default());
        Tensor::cat(vec![along.clone(), along.zeros_like()], 1)
    }

    #[test]
    fn a_true_motion_is_kept() {
        let kept = settled(flow(2.0), waves(0.0), waves(2.0), f64::INFINITY).narrow(1, 0, 1);
        // Beyond the right edge nothing is known of the neighbour.
        let inside = kept.narrow(3, 0, 26);
        assert_eq!(inside.min().into_scalar(), 2.0);
    }

    #[test]
    fn grain_on_a_still_picture_is_no_motion() {
        let device = Default::default();
        let grain = || Tensor::<Flex, 4>::random([1, 1, 32, 32], Distribution::Normal(0.0, 0.03), &device);
        let settled = settled(flow(0.3), waves(0.0) + grain(), waves(0.0) + grain(), MOTION);
        let moving = settled.narrow(1, 0, 1).greater_elem(0.0).float().mean().into_scalar();
        assert!(moving < 0.2, "{moving} of the pixels move");
    }

    #[test]
    fn motion_that_nothing_shows_is_kept_if_it_is_far() {
        let plain = || waves(0.0).zeros_like();
        let kept = |x, motion| settled(flow(x), plain(), plain(), motion).max().into_scalar();
        assert_eq!([kept(0.9, MOTION), kept(1.5, MOTION), kept(1.5, f64::INFINITY)], [0.0, 1.5, 0.0]);
    }
}
