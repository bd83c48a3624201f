//! Networks for others: the files that the page loads, and ONNX.

pub mod onnx;
pub mod weights;
