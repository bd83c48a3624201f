//! The stages of a run and what they share.

mod average;
mod clipping;
mod color_batch;
pub mod colorizer;
mod colorizer_start;
pub mod ending;
mod examples;
mod file_list;
pub mod fit;
pub mod flow;
mod flow_start;
pub mod joint;
mod judges;
pub mod peers;
mod rarity;
mod refiner_start;
pub mod run_folder;
pub mod run_record;
pub mod sources;
pub mod stages;
pub mod training;
pub mod trunk;
mod validation;
