//! The measures of color video, one file each. All take RGB images as `[n, 3, h, w]` in [0, 1]; what lies outside is
//! clamped first, as it would be in a file.

pub mod candidate_distance;
pub mod cdc;
pub mod colourfulness;
pub mod hue;
pub mod lab;
pub mod lpips;
pub mod psnr;
pub mod ssim;
pub mod warping_error;
