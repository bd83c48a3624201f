//! f as an ONNX file, run by another runtime, against our f and against PyTorch's figures in `tests/fixtures/networks`.

use std::path::Path;

use burn::{
    backend::Flex,
    tensor::{Distribution, Tensor, TensorData, Tolerance},
};
use burn_store::{HalfPrecisionAdapter, ModuleStore, SafetensorsStore};
use chromaflow::model::preset::{Networks, Preset};
use rten::{Model, ValueView};
use rten_tensor::NdTensorView;
use trainer::export::onnx;

/// Sums in another order.
const TOLERANCE: f32 = 1e-4;

fn open(name: &str) -> SafetensorsStore {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/networks");
    SafetensorsStore::from_file(folder.join(name)).with_from_adapter(HalfPrecisionAdapter::new())
}

/// The tiny networks with the committed weights, whose biases are not zero.
fn networks() -> Networks<Flex> {
    let mut networks = Preset::Tiny.config().init(&Default::default());
    open("weights.safetensors").apply_to(&mut networks).unwrap();
    networks
}

fn case(name: &str) -> Tensor<Flex, 4> {
    let mut store = open("cases.safetensors");
    let data = store.get_snapshot(name).unwrap().unwrap().to_data().unwrap().convert::<f32>();
    let shape: Vec<usize> = data.shape.to_vec();
    // The candidates' five dimensions, read as four: the values are the same.
    let shape = [1, 1, shape[..shape.len() - 1].iter().product(), shape[shape.len() - 1]];
    Tensor::from_data(TensorData::new(data.to_vec::<f32>().unwrap(), shape), &Default::default())
}

fn file(networks: &Networks<Flex>, size: Option<[usize; 2]>) -> Vec<u8> {
    onnx::encode(&Preset::Tiny.config().colorizer, &networks.trunk, &networks.colorizer, size)
}

/// The other runtime's output for grey `[1, 1, h, w]`.
fn run(file: Vec<u8>, grey: &Tensor<Flex, 4>) -> TensorData {
    let model = Model::load(file).unwrap();
    let values = grey.to_data().to_vec::<f32>().unwrap();
    let input: ValueView = NdTensorView::from_data(grey.dims(), values.as_slice()).into();
    let inputs = vec![(model.node_id("grey").unwrap(), input.into())];
    let [output] = model.run_n(inputs, [model.node_id("candidates").unwrap()], None).unwrap();
    let (shape, values) = output.into_shape_vec::<f32, 5>().unwrap();
    TensorData::new(values, shape)
}

fn assert_close(found: &TensorData, expected: &TensorData) {
    let deviation = Tensor::<Flex, 1>::from_data(
        TensorData::new(expected.iter::<f32>().collect::<Vec<_>>(), [expected.num_elements()]),
        &Default::default(),
    )
    .var(0)
    .sqrt()
    .into_scalar();
    assert!(deviation > 100.0 * TOLERANCE, "the output hardly varies");
    found.assert_approx_eq::<f32>(expected, Tolerance::absolute(TOLERANCE));
}

/// 19 x 37 is padded to 32 x 48 and cropped again.
#[test]
fn gives_what_pytorch_gives() {
    let found = run(file(&networks(), None), &case("input.colorizer"));
    assert_eq!(found.shape.to_vec(), [1, 4, 3, 19, 37]);
    let expected = case("expected.colorizer").into_data();
    let flat = TensorData::new(found.to_vec::<f32>().unwrap(), expected.shape.clone());
    assert_close(&flat, &expected);
}

#[test]
fn gives_what_f_gives_at_free_and_fixed_sizes() {
    let networks = networks();
    let free = file(&networks, None);
    for [height, width] in [[16, 16], [33, 50], [48, 17]] {
        let grey = Tensor::random([1, 1, height, width], Distribution::Default, &Default::default());
        let expected = networks.colorizer.forward(&networks.trunk, grey.clone(), None).into_data();
        assert_close(&run(free.clone(), &grey), &expected);
        assert_close(&run(file(&networks, Some([height, width])), &grey), &expected);
    }
}
