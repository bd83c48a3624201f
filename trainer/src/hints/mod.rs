//! Colors that a person gave to places of a clip: the file that the page saves them in, and where the places are in every frame.

pub mod file;
pub mod follow;
