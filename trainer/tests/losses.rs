//! The losses against what PyTorch and NumPy compute in double precision
//! (tests/fixtures/losses/make.py). Single precision over sums of some thousand terms is good for 1e-5 of the value.

mod waves;

use burn::{
    backend::Flex,
    tensor::{ElementConversion, Int, Tensor, TensorData},
};
use chromaflow::{
    palette::{COLORS, annealed_mean, chromas},
    suggestion::suggestion,
};
use serde_json::Value;
use trainer::loss::{
    bilateral::bilateral,
    diversity::{BETA, diversity, phi::Phi},
    endpoint::multi_scale,
    palette::cross_entropy,
    refinement::refinement,
    temporal::temporal,
};

const TOLERANCE: f64 = 1e-5;

fn wave<const D: usize>(shape: [usize; D], phase: f64) -> Tensor<Flex, D> {
    waves::wave(shape, phase)
}

fn expected() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/losses/expected.json")).unwrap()
}

fn assert_close(ours: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((ours - expected).abs() <= TOLERANCE * expected.abs(), "{ours} is not {expected}");
}

fn number(tensor: Tensor<Flex, 1>) -> f64 {
    tensor.into_scalar().elem()
}

#[test]
fn bilateral_loss_is_equation_2() {
    let pixels = |count: i32, step: i32, start: i32| {
        let at = |image: i32| (0..count).map(move |i| (step * i + start + image) % 1024);
        let values: Vec<i32> = (0..2).flat_map(at).collect();
        Tensor::<Flex, 2, Int>::from_data(TensorData::new(values, [2, count as usize]), &Default::default())
    };
    let loss = bilateral(wave([2, 4, 3, 32, 32], 0.1), pixels(20, 7, 3), pixels(100, 13, 5));
    assert_close(number(loss), &expected()["bilateral"]);
}

#[test]
fn diversity_loss_is_equation_7() {
    let phi = Phi::new(waves::backbone(), [57.0, 57.0, 57.0, 57.0, 4.5]);
    let distances = phi.distances(wave([2, 4, 3, 32, 32], 0.1), wave([2, 3, 32, 32], 0.2), None, 1.0);
    let rows = &expected()["distances"];
    for (index, ours) in distances.clone().into_data().iter::<f64>().enumerate() {
        assert_close(ours, &rows[index / 4][index % 4]);
    }
    assert_close(number(diversity(distances, &BETA)), &expected()["diversity"]);
}

/// Each candidate's difference times the pixel's weight; the taps left out.
#[test]
fn rarity_weighs_the_pixels_of_the_image() {
    let phi = Phi::new(waves::backbone(), [57.0; 5]);
    let weights = wave([2, 1, 32, 32], 0.7) * 2.0;
    let distances =
        phi.distances(wave([2, 4, 3, 32, 32], 0.1), wave([2, 3, 32, 32], 0.2), Some(weights), 0.0);
    let rows = &expected()["weighted"];
    for (index, ours) in distances.into_data().iter::<f64>().enumerate() {
        assert_close(ours, &rows[index / 4][index % 4]);
    }
}

#[test]
fn cross_entropy_of_the_palette_is_zhangs_equation_2() {
    let logits = wave([2, COLORS, 3, 5], 0.2) * 6.0;
    let chroma = wave([2, 2, 3, 5], 0.6) * 0.8 - 0.4;
    let weights = wave([2, 1, 3, 5], 0.9) * 2.0;
    assert_close(number(cross_entropy(logits, chroma, weights)), &expected()["palette"]);
}

#[test]
fn the_annealed_mean_is_zhangs_equation_5() {
    let mean = annealed_mean(wave([2, COLORS, 3, 5], 0.2) * 6.0);
    for (ours, theirs) in mean.into_data().iter::<f64>().zip(expected()["annealed"].as_array().unwrap()) {
        assert!((ours - theirs.as_f64().unwrap()).abs() < 1e-5, "{ours}, {theirs}"); // of chroma near 0.1, in f32
    }
}

/// Hues turn from row to row, and are known here and there.
#[test]
fn the_suggestion_is_even_and_faint_where_hues_disagree() {
    let chromas =
        Tensor::<Flex, 3>::from_data(TensorData::new(chromas(), [1, 2, COLORS]), &Default::default());
    let turn = (wave([2, 2, 7, 1], 0.4) * 2.0 - 1.0).expand([2, 2, 7, 9]).reshape([2, 2, 63]);
    let toward = chromas.swap_dims(1, 2).expand([2, COLORS, 2]).matmul(turn).reshape([2, COLORS, 7, 9]);
    let suggested = suggestion(wave([2, COLORS, 7, 9], 0.2) * 6.0 + toward * 20.0);
    let expected = &expected()["suggestion"];
    for (ours, theirs) in suggested.into_data().iter::<f64>().zip(expected.as_array().unwrap()) {
        assert!((ours - theirs.as_f64().unwrap()).abs() < 1e-5, "{ours}, {theirs}"); // of chroma near 0.1, in f32
    }
}

#[test]
fn temporal_loss_is_equation_3() {
    let flow = wave([2, 2, 32, 32], 0.4).mul_scalar(6.0).sub_scalar(3.0);
    let visible = wave([2, 3, 32, 32], 0.2).narrow(1, 0, 1).greater_elem(0.3).float();
    let loss = temporal(wave([2, 4, 3, 32, 32], 0.1), wave([2, 4, 3, 32, 32], 0.9), flow, visible);
    assert_close(number(loss), &expected()["temporal"]);
}

#[test]
fn refinement_loss_is_equation_5() {
    let refined = wave([2, 4, 3, 32, 32], 0.1).narrow(1, 0, 1).squeeze_dim::<4>(1);
    assert_close(number(refinement(refined, wave([2, 3, 32, 32], 0.2))), &expected()["refinement"]);
}

#[test]
fn flow_loss_weighs_all_levels() {
    let levels = (2..7).map(|i| wave([2, 2, 64 >> i, 128 >> i], f64::from(i))).collect();
    let flow = wave([2, 2, 64, 128], 0.3).mul_scalar(20.0).sub_scalar(7.0);
    assert_close(number(multi_scale(levels, flow)), &expected()["multi_scale"]);
}
