//! The cuts of a clip, found on small frames before or while it is coloured.

use super::frame::small_luma;
use crate::{color::LumaFrame, error::Result, plane::Plane, shot::is_cut};

/// Shorter side, in pixels, that frames are compared at: one size for every caller, so that all find the same cuts.
const COMPARED: usize = 64;

/// Finds where shots begin in frames that are given in their order.
#[derive(Debug, Default)]
pub struct CutFinder {
    previous: Option<Plane>,
}

impl CutFinder {
    /// Whether a shot begins with this frame; the first frame begins one.
    pub fn begins_shot(&mut self, luma: &LumaFrame) -> Result<bool> {
        let plane = small_luma(luma, COMPARED)?;
        let begins = self.previous.as_ref().is_none_or(|previous| is_cut(previous, &plane));
        self.previous = Some(plane);
        Ok(begins)
    }
}
