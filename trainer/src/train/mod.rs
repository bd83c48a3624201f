//! The stages of a run and what they share.

mod average;
mod candidate_losses;
mod clipping;
mod color_batch;
mod color_source;
pub mod colorizer;
mod colorizer_start;
pub mod ending;
mod examples;
mod figures;
pub mod fit;
mod flat;
mod flat_optimizer;
pub mod flow;
mod flow_start;
pub mod joint;
mod masked_flow;
pub mod monitor;
pub mod peers;
mod rarity;
mod refiner_start;
pub mod stages;
pub mod training;
pub mod trunk;
mod validation;
