//! The paper's losses and the flow network's.

pub mod bilateral;
pub mod endpoint;
pub mod perceptual;
pub mod refinement;
