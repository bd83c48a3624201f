//! Trains Chromaflow's networks on the model code that the page runs, measures them, and exports their weights.

pub mod checkpoint;
pub mod command;
pub mod config;
pub mod data;
pub mod device;
pub mod evaluation;
pub mod export;
pub mod film;
pub mod hints;
pub mod import;
pub mod info;
pub mod knn;
pub mod loader;
pub mod loss;
pub mod metric;
pub mod monitor;
pub mod motion;
pub mod onnx;
pub mod prepare;
pub mod prepared;
pub mod published;
pub mod train;
pub mod whole_file;
