//! The paper's losses and the flow network's.

pub mod bilateral;
pub mod diversity;
pub mod endpoint;
pub mod palette;
pub mod refinement;
pub mod temporal;
