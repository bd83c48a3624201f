//! Measuring: our colourings and any other method's frames, against the truth.

pub mod ablation;
pub mod colouring;
pub mod evaluator;
pub mod figures;
pub mod flow_accuracy;
pub mod footage;
pub mod motion_gain;
pub mod report;
pub mod run;
pub mod sheet;
