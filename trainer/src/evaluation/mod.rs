//! Measuring: our colorings and any other method's frames, against the truth.

pub mod ablation;
pub mod coloring;
pub mod evaluator;
pub mod figures;
pub mod flow_accuracy;
pub mod flow_figures;
pub mod flows;
pub mod footage;
pub mod group;
pub mod hinting;
mod markdown;
pub mod pick;
pub mod refinement_gain;
pub mod report;
pub mod run;
pub mod sheet;
mod tables;
pub mod tint;
