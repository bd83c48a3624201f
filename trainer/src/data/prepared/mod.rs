//! A prepared set: what `prepare` makes of photos and clips, and all that training reads.
//!
//! ```text
//! set.json                              what was asked for, the items, the set's hash, what was left out and why
//! items/bear-1f0c…/item.json            the source, its hash, the parameters, the hash of each file; written last
//!                  frame-00000.png      the frames, shrunk, without loss
//!                  flows/flows.json     which network found the flows, the hash of each file; written last
//!                        flow-00000.safetensors     between frame 0 and frame 1, both ways, with their masks
//! ```
//!
//! Photos may lie in shards instead ([`shards`]): a million then take a thousand files.
//!
//! A frame of n pixels takes some 2 n bytes, a pair of frames 8.25 n for flows and masks. Sets of earlier trainers hold a file
//! `graph-00000.safetensors` for each frame besides, which nothing reads.

pub mod frame_cache;
pub mod item;
pub mod motion;
pub mod order;
pub mod record;
pub mod sampler;
pub mod set;
pub mod shards;

pub use frame_cache::FrameCache;
pub use item::PreparedItem;
pub use motion::FrameMotion;
pub use record::{Kind, Split};
pub use sampler::ImageSampler;
pub use set::PreparedSet;
