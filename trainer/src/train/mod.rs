//! The stages of a run and what they share.

mod average;
mod clipping;
mod color_batch;
pub mod colorizer;
mod colorizer_start;
pub mod ending;
mod examples;
mod figures;
pub mod fit;
pub mod flow;
mod flow_start;
pub mod joint;
mod judges;
mod masked_flow;
pub mod monitor;
pub mod peers;
mod rarity;
mod refiner_start;
pub mod stages;
pub mod training;
pub mod trunk;
mod validation;
