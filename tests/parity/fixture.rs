//! The committed files: random weights of the tiny networks, inputs, and what the independent implementations
//! in `tests/fixtures/networks` make of them.

use std::path::PathBuf;

use burn::tensor::{Tensor, TensorData, Tolerance, backend::Backend};
use burn_store::{HalfPrecisionAdapter, ModuleStore, SafetensorsStore};
use chromaflow::model::preset::{Networks, Preset};

/// The expected values were computed in double precision. Ours are sums of up to 1000 products near 1 in single
/// precision, in an order of their own: each rounds by up to 6e-8, and every layer adds its own.
const TOLERANCE: f32 = 1e-4;

/// The tiny networks with the committed weights, all of which are used.
pub fn networks<B: Backend>(device: &B::Device) -> Networks<B> {
    let mut networks = Preset::Tiny.config().init(device);
    let mut store = open("weights").with_from_adapter(HalfPrecisionAdapter::new());
    let result = store.apply_to(&mut networks).expect("the weights load");
    let exact = result.missing.is_empty() && result.unused.is_empty() && result.skipped.is_empty();
    assert!(exact && result.is_success(), "{result}");
    networks
}

/// A committed tensor on `device`.
pub fn tensor<B: Backend, const D: usize>(name: &str, device: &B::Device) -> Tensor<B, D> {
    Tensor::from_data(data(name), device)
}

/// The values of a committed tensor.
pub fn data(name: &str) -> TensorData {
    let mut store = open("cases");
    let snapshot = store.get_snapshot(name).expect("the cases load");
    let snapshot = snapshot.unwrap_or_else(|| panic!("there is no case {name}"));
    snapshot.to_data().expect("the case has data").convert::<f32>()
}

/// Asserts that `actual` is the case `expected.{name}`.
pub fn assert_expected(name: &str, actual: &TensorData) {
    let expected = data(&format!("expected.{name}"));
    assert_close(name, actual, &expected, TOLERANCE);
}

/// Prints the largest difference of two tensors and asserts that it is within `tolerance`. Values that hardly vary
/// would pass any comparison, so they must vary by a hundred times that.
pub fn assert_close(name: &str, actual: &TensorData, expected: &TensorData, tolerance: f32) {
    let pairs = actual.iter::<f32>().zip(expected.iter::<f32>());
    let largest = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(standard_deviation(expected) > 100.0 * tolerance, "{name} hardly varies");
    println!("{name}: {} values differ by at most {largest:.1e}", actual.num_elements());
    actual.assert_approx_eq::<f32>(expected, Tolerance::absolute(tolerance));
}

fn standard_deviation(data: &TensorData) -> f32 {
    let count = data.num_elements() as f32;
    let mean = data.iter::<f32>().sum::<f32>() / count;
    let squares = data.iter::<f32>().map(|value| (value - mean).powi(2));
    (squares.sum::<f32>() / count).sqrt()
}

/// A committed file.
pub fn open(name: &str) -> SafetensorsStore {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/networks");
    SafetensorsStore::from_file(folder.join(name).with_extension("safetensors"))
}
