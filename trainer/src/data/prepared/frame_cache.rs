//! Decoded frames, kept as far as memory allows.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use image::RgbImage;

use super::item::PreparedItem;

/// Bytes of frames that are kept: 37,000 photos of 4:3 at a shorter side of 144 pixels, or 12,000 at 256. Further ones are decoded
/// each time, which takes longer than cutting a window out. A machine of 8 GB has room for it beside the networks.
const BOUND: usize = 3 << 30;

/// Frames by item and number.
#[derive(Debug, Default)]
pub struct FrameCache {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    frames: HashMap<(String, usize), Arc<RgbImage>>,
    bytes: usize,
}

impl FrameCache {
    /// An item's frame. The first ones that are asked for are kept, until the bound is reached.
    pub fn frame(&self, item: &PreparedItem, index: usize) -> Result<Arc<RgbImage>> {
        let Some(key) = item.cache_key() else { return Ok(Arc::new(item.frame(index)?)) };
        let key = (key.to_owned(), index);
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frame) = kept().frames.get(&key) {
            return Ok(frame.clone());
        }
        let frame = Arc::new(item.frame(index)?);
        let mut kept = kept();
        if kept.bytes + frame.len() <= BOUND && kept.frames.insert(key, frame.clone()).is_none() {
            kept.bytes += frame.len();
        }
        Ok(frame)
    }
}
