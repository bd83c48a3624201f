//! The networks beyond the engine's own modules: those that train together, and weights that come from outside.

pub mod coloring;
pub mod import;
pub mod joint;
pub mod published;
