//! Matrices, ranges, exchanged luma and saturation.

use burn::{
    backend::Flex,
    tensor::{Tensor, TensorData},
};
use chromaflow::color::{Matrix, Range, luma, mean_saturation, with_luma};

use crate::fixture::{assert_expected, data, tensor};

const MATRICES: [(&str, Matrix); 3] =
    [("bt601", Matrix::Bt601), ("bt709", Matrix::Bt709), ("bt2020", Matrix::Bt2020)];

const RANGES: [(&str, Range); 2] = [("limited", Range::Limited), ("full", Range::Full)];

fn input(name: &str) -> Tensor<Flex, 4> {
    tensor(&format!("input.colour.{name}"), &Default::default())
}

fn colors() -> Vec<[f32; 3]> {
    let values = data("input.colour.colors").to_vec().expect("f32");
    values.as_chunks().0.to_vec()
}

/// Asserts that rows of N values are the case `expected.colour.{name}`.
fn assert_rows<const N: usize>(name: &str, rows: &[[f32; N]]) {
    let actual = TensorData::new(rows.as_flattened().to_vec(), [rows.len(), N]);
    assert_expected(&format!("colour.{name}"), &actual);
}

#[test]
fn chroma_of_a_colour() {
    for (name, matrix) in MATRICES {
        let chroma: Vec<_> = colors().into_iter().map(|color| matrix.chroma(color)).collect();
        assert_rows(&format!("{name}.chroma"), &chroma);
    }
}

#[test]
fn colour_of_a_luma_and_a_chroma() {
    let lumas: Vec<f32> = data("input.colour.lumas").to_vec().expect("f32");
    for (name, matrix) in MATRICES {
        let chroma = colors().into_iter().map(|color| matrix.chroma(color));
        let colors: Vec<_> =
            lumas.iter().zip(chroma).map(|(&luma, chroma)| matrix.rgb(luma, chroma)).collect();
        assert_rows(&format!("{name}.rgb"), &colors);
    }
}

#[test]
fn codes_of_a_colour() {
    for (matrix_name, matrix) in MATRICES {
        for (range_name, range) in RANGES {
            let codes: Vec<_> = colors().into_iter().map(|color| codes(matrix, range, color)).collect();
            assert_rows(&format!("{matrix_name}.{range_name}"), &codes);
        }
    }
}

fn codes(matrix: Matrix, range: Range, color: [f32; 3]) -> [f32; 3] {
    let luma = matrix.luma_weights().iter().zip(color).map(|(weight, value)| weight * value).sum();
    let [blueness, redness] = matrix.chroma(color);
    [range.luma_code(luma), range.chroma_code(blueness), range.chroma_code(redness)].map(f32::from)
}

#[test]
fn luma_of_every_code() {
    for (name, range) in RANGES {
        let lumas: Vec<f32> = (0..=255).map(|code| range.luma(code)).collect();
        assert_expected(&format!("colour.{name}.luma"), &TensorData::new(lumas, [256]));
    }
}

#[test]
fn exchanged_luma() {
    let exchanged = with_luma(input("rgb"), input("grey"));
    assert_expected("colour.with_luma", &exchanged.clone().into_data());
    let difference = (luma(exchanged) - input("grey")).abs().max().into_scalar();
    assert!(difference < 1e-6, "the luma is {difference} off");
}

/// The first image holds a black pixel, which counts 0; values outside [0, 1] are clamped first.
#[test]
fn saturation() {
    assert_expected("colour.mean_saturation", &mean_saturation(input("rgb")).into_data());
}
