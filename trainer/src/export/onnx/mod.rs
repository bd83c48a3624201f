//! f as an ONNX file, for other runtimes. Burn reads ONNX but does not write it; the few operations that f needs are
//! written here.

mod colorizer;
mod graph;
mod nonlocal;
pub mod proto;
mod trunk;

use std::path::Path;

use anyhow::Result;
use burn::tensor::backend::Backend;
use chromaflow::model::{
    colorizer::{Colorizer, ColorizerConfig},
    trunk::Trunk,
};
use prost::Message;

use crate::{run::commit::COMMIT, whole_file};
use proto::{ModelProto, OperatorSetIdProto};

/// The version of the format, and of ONNX's set of operations: those of 2022, which runtimes know by now.
const IR_VERSION: i64 = 8;
const OPERATIONS: i64 = 17;

/// f with its trunk as an ONNX model: input `grey` `[1, 1, h, w]` in [0, 1], output `candidates` `[1, d, 3, h, w]`, in
/// single precision. Without `size`, height and width, it takes any.
pub fn encode<B: Backend>(
    config: &ColorizerConfig,
    trunk: &Trunk<B>,
    colorizer: &Colorizer<B>,
    size: Option<[usize; 2]>,
) -> Vec<u8> {
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "chromaflow".to_owned(),
        producer_version: COMMIT.to_owned(),
        doc_string: "Fully automatic colorization: d colorings of a grey image".to_owned(),
        graph: Some(colorizer::graph(config, trunk, colorizer, size)),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPERATIONS }],
    };
    model.encode_to_vec()
}

/// Writes what [`encode`] gives to a file.
pub fn write<B: Backend>(
    file: &Path,
    config: &ColorizerConfig,
    trunk: &Trunk<B>,
    colorizer: &Colorizer<B>,
    size: Option<[usize; 2]>,
) -> Result<()> {
    whole_file::write(file, &encode(config, trunk, colorizer, size))
}
