//! Chromaflow colours black-and-white video: the networks of C. Lei and Q. Chen, "Fully Automatic Video
//! Colorization with Self-Regularization and Diversity" (CVPR 2019), and the pipeline that runs them over a clip.
//!
//! # The life of one frame
//!
//! 1. [`clip`] receives the luma plane of a decoded frame ([`color::LumaFrame`]) and shrinks it to the processing
//!    size ([`plane`]).
//! 2. [`model::trunk`] describes the grey frame by five taps and tells which colors are likely where; [`model::colorizer`] (f)
//!    turns frame and taps into
//!    d = 4 coloured candidates, of which the clip follows one.
//! 3. [`model::flow`] finds where every pixel went in the neighbouring frames, once per pair and direction, and
//!    [`variational`] makes that exact.
//! 4. [`model::refiner`] (g) corrects the frame by its left and right neighbour, warped ([`warp`]) and weighted by the
//!    confidence of equation (4), once per pass.
//! 5. [`readback`] brings the small coloured frame from the device, [`guided`] carries its chroma to the size of
//!    the clip's chroma planes along the luma's edges, and [`color`] writes it in the clip's own matrix and range.
//!
//! The luma plane itself is never touched: the caller puts it beside the chroma planes that come out.
//!
//! The same code runs in the page (WebGPU, or the CPU device) and natively under the trainer: it is generic over
//! Burn's `Backend`.

#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod clip;
pub mod color;
pub mod error;
pub mod guided;
pub mod hint;
pub mod kernel;
pub mod likely;
pub mod model;
pub mod nonlocal;
pub mod palette;
pub mod pick;
pub mod plane;
pub mod propagation;
pub mod readback;
pub mod shot;
pub mod suggestion;
pub mod upsample;
pub mod variational;
pub mod warp;
pub mod weights;

#[cfg(all(target_family = "wasm", feature = "web"))]
mod device;
#[cfg(all(target_family = "wasm", feature = "web"))]
mod messages;
#[cfg(all(target_family = "wasm", feature = "web"))]
mod session;
#[cfg(all(target_family = "wasm", feature = "web"))]
mod web;
