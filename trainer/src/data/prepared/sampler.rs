//! Images to train on, and which of them an example shows.

use std::sync::Arc;

use anyhow::{Context, Result};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

use super::{item::PreparedItem, order::ShardOrder};
use crate::data::loader::Draw;

/// Draws images: any of them at random where they lie in files of their own, and photos of shards in the shards' order.
pub struct ImageSampler {
    /// Items, and which of their frames; the photos of the order come first.
    images: Vec<(PreparedItem, usize)>,
    order: Option<Arc<ShardOrder>>,
}

impl ImageSampler {
    /// Draws from images, the first of which are those of the order, if there is one.
    pub fn new(images: Vec<(PreparedItem, usize)>, order: Option<Arc<ShardOrder>>) -> Self {
        Self { images, order }
    }

    /// All images.
    pub fn images(&self) -> &[(PreparedItem, usize)] {
        &self.images
    }

    /// The image of example `place` of a batch of `count`.
    pub fn draw(
        &self,
        draw: &Draw,
        [place, count]: [usize; 2],
        random: &mut StdRng,
    ) -> Result<&(PreparedItem, usize)> {
        let Some(order) = &self.order else {
            return self.images.choose(random).context("there are no images");
        };
        let any = random.random_range(0..self.images.len());
        let image = if any < order.len() { order.photo(draw.seed, draw.number(place, count))? } else { any };
        Ok(&self.images[image])
    }
}
