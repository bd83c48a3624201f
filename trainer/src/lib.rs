//! Trains Chromaflow's networks on the model code that the page runs, measures them, and exports their weights.
//!
//! Imports go one way: `{parameters, loss} <- networks <- metric <- data <- config <- run <- {prepare, evaluation, export} <- train <-
//! command`; `tests/imports.rs` holds the layers to it.

pub mod command;
pub mod config;
pub mod data;
pub mod device;
pub mod evaluation;
pub mod export;
pub mod film;
pub mod hints;
pub mod loss;
pub mod metric;
pub mod networks;
pub mod parameters;
pub mod prepare;
pub mod run;
pub mod train;
pub mod whole_file;
