//! The losses' gradients against central differences, on inputs and weights that are the same in every run. In single
//! precision a loss is good for seven digits, and over these steps its change for three; the kinks of absolute values and
//! ReLUs that lie within the step add a tenth of a percent. A missing or wrong term is off by far more than the half percent allowed.

mod waves;

use burn::{
    backend::{Autodiff, Flex},
    tensor::{ElementConversion, Int, Tensor, TensorData},
};
use chromaflow::{kernel::Kernels, palette::COLORS};
use trainer::loss::{
    bilateral::bilateral,
    diversity::{BETA, diversity, phi::Phi},
    endpoint::multi_scale,
    palette::cross_entropy,
    refinement::refinement,
    temporal::temporal,
};

type Learning = Autodiff<Flex>;

/// Far below the waves' own differences, so that few kinks lie within it.
const STEP: f32 = 2e-4;
const TOLERANCE: f64 = 5e-3;

fn wave<const D: usize>(shape: [usize; D], phase: f64) -> Tensor<Learning, D> {
    waves::wave(shape, phase)
}

/// Compares the slope of `loss` at `place` along its own gradient's signs, where all elements' slopes add up.
fn assert_gradient<const D: usize>(
    place: Tensor<Learning, D>,
    loss: impl Fn(Tensor<Learning, D>) -> Tensor<Learning, 1>,
) {
    let tracked = place.clone().require_grad();
    let gradient = tracked.grad(&loss(tracked.clone()).backward()).expect("the loss depends on its input");
    let direction = gradient.clone().sign();
    let expected: f64 = (gradient * direction.clone()).sum().into_scalar().elem();
    let at = |distance: f32| -> f64 {
        let moved = place.clone() + Tensor::from_inner(direction.clone().mul_scalar(distance));
        loss(moved).into_scalar().elem()
    };
    let slope = (at(STEP) - at(-STEP)) / f64::from(2.0 * STEP);
    println!("slope {slope}, gradient {expected}");
    assert!(expected > 0.0 && (slope - expected).abs() < TOLERANCE * expected, "{slope} is not {expected}");
}

fn pixels(count: usize, step: usize) -> Tensor<Learning, 2, Int> {
    let values: Vec<i32> = (0..count).map(|i| (step * i % 256) as i32).collect();
    Tensor::from_data(TensorData::new(values, [1, count]), &Default::default())
}

#[test]
fn bilateral_gradient() {
    assert_gradient(wave([1, 4, 3, 16, 16], 0.1), |candidates| {
        bilateral(candidates, pixels(40, 7), pixels(200, 13))
    });
}

#[test]
fn temporal_gradient_reaches_both_frames() {
    let flow = || wave([1, 2, 16, 16], 0.4).mul_scalar(6.0).sub_scalar(3.0);
    let visible = || wave([1, 1, 16, 16], 0.2).greater_elem(0.3).float();
    let (ours, theirs) = (wave([1, 4, 3, 16, 16], 0.1), wave([1, 4, 3, 16, 16], 0.9));
    assert_gradient(ours.clone(), |ours| temporal(ours, theirs.clone(), flow(), visible()));
    assert_gradient(theirs, |theirs| temporal(ours.clone(), theirs, flow(), visible()));
}

#[test]
fn refinement_gradient() {
    let truth = wave([2, 3, 16, 16], 0.2);
    assert_gradient(wave([2, 3, 16, 16], 0.7), |refined| refinement(refined, truth.clone()));
}

#[test]
fn diversity_gradient() {
    let phi = Phi::new(waves::backbone(), [57.0; 5]);
    let truth = wave([2, 3, 16, 16], 0.2);
    assert_gradient(wave([2, 4, 3, 16, 16], 0.1), |candidates| {
        diversity(phi.distances(candidates, truth.clone(), None, 1.0), &BETA)
    });
}

#[test]
fn multi_scale_gradient() {
    let flow = || wave([1, 2, 64, 64], 0.3).mul_scalar(20.0).sub_scalar(7.0);
    assert_gradient(wave([1, 2, 16, 16], 0.5), |finest| {
        let coarser = (3..7).map(|level| wave([1, 2, 64 >> level, 64 >> level], f64::from(level)));
        multi_scale([finest].into_iter().chain(coarser).collect(), flow())
    });
}

/// Of the image that is enlarged, and of the one that it is added to.
#[test]
fn upsampling_gradient() {
    let factors = || wave([1, 3, 16, 24], 0.3);
    for factor in [2, 4, 8] {
        let coarse = || wave([1, 3, 16 / factor, 24 / factor], 0.5);
        assert_gradient(coarse(), |image| (Learning::upsample(image, factor) * factors()).sum());
        let sum = |base, image| (Learning::add_upsampled(base, vec![image]) * factors()).sum();
        assert_gradient(coarse(), |image| sum(wave([1, 3, 16, 24], 0.7), image));
        assert_gradient(wave([1, 3, 16, 24], 0.7), |base| sum(base, coarse()));
    }
}

#[test]
fn cost_volume_gradient() {
    let features = |phase| wave([1, 3, 6, 9], phase);
    let loss = |ours, theirs| (Learning::cost_volume(ours, theirs, 2) * wave([1, 25, 6, 9], 0.3)).sum();
    assert_gradient(features(0.1), |ours| loss(ours, features(0.8)));
    assert_gradient(features(0.8), |theirs| loss(features(0.1), theirs));
}

#[test]
fn palette_gradient() {
    let chroma = || wave([1, 2, 4, 4], 0.6).mul_scalar(0.4).sub_scalar(0.2);
    assert_gradient(wave([1, COLORS, 4, 4], 0.1), |logits| {
        cross_entropy(logits, chroma(), wave([1, 1, 4, 4], 0.9))
    });
}
