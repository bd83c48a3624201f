//! Color photos and clips, split, decoded and cut into training crops.

pub mod clips;
pub mod crop;
pub mod held_back;
pub mod hint;
pub mod loader;
pub mod photos;
pub mod prepared;
pub mod recolor;
pub mod sequence;
pub mod synthetic_motion;
pub mod tensor;
pub mod wear;
pub mod windowed;
