//! The networks, one file per box of the paper's figure 2.

pub mod colorizer;
mod convolution;
pub mod distribution;
pub mod efficientnet;
pub mod flow;
pub mod hypercolumn;
pub mod preset;
pub mod refiner;
pub mod size;
pub mod trunk;
pub mod unet;
pub mod vgg;
