//! The images and clips that the batches of f and g are drawn from.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, ensure};
use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

use super::{color_batch::ColorBatch, rarity::count_colors};
use crate::{
    config::Basics,
    data::{
        crop::Window,
        loader::{Draw, Loader, Order},
        prepared::{FrameCache, ImageSampler, PreparedItem, PreparedSet, Split},
        recolor::{Style, flickering},
        wear::WornFilm,
    },
    loss::bilateral::neighbors::Neighborhoods,
    parameters::{Framing, Wear},
};

/// Of each clip every so many frames one is a photo to train on.
const FRAMES_APART: usize = 15;

/// How a stage draws the batches of f or g.
#[derive(Clone, Copy, Debug)]
pub struct SourceOptions<'a> {
    /// Sizes and numbers of images and pairs of frames.
    pub basics: Basics<'a>,
    /// How worn they are.
    pub wear: Option<Wear>,
    /// Pixels of each image whose neighborhoods are looked up; 0 for all. None for none.
    pub samples: Option<usize>,
    /// True if flows are read with pairs of frames.
    pub flows: bool,
    /// True if pairs of frames are given a style of color, and flicker.
    pub recolored: bool,
    /// Share of the images, of those that are no pairs, that come with a hint.
    pub hints: f32,
}

/// The images and clips that batches are drawn from, and how.
pub struct ColorSource {
    images: ImageSampler,
    clips: Vec<PreparedItem>,
    frames: FrameCache,
    framing: Framing,
    wear: Option<Wear>,
    batch: usize,
    /// Images and pairs of frames an epoch: the odds of a step's kind.
    examples: [usize; 2],
    /// Pixels of each image whose neighborhoods are looked up; 0 for all. None for none.
    samples: Option<usize>,
    /// True if flows are read with pairs of frames.
    linked: bool,
    /// True if pairs of frames are given a style of color, and flicker.
    recolored: bool,
    /// Share of the images, of those that are no pairs, that come with a hint.
    hints: f32,
}

impl ColorSource {
    /// Opens what a stage trains on, and what is held back from it: none where nothing of a kind that the stage trains on is.
    pub fn open(set: &Path, options: &SourceOptions) -> Result<(Arc<Self>, Option<Arc<Self>>)> {
        let set = PreparedSet::open(set)?;
        let source = Self::of(&set, Split::Training, options)?;
        println!(
            "{} photos and frames of clips, {} clips to train on",
            source.images.images().len(),
            source.clips.len()
        );
        Ok((Arc::new(source), Self::of(&set, Split::Validation, options).ok().map(Arc::new)))
    }

    fn of(set: &PreparedSet, split: Split, options: &SourceOptions) -> Result<Self> {
        let &SourceOptions { basics, wear, samples, flows, recolored, hints } = options;
        let examples @ [images, pairs] = basics.examples;
        Ok(Self {
            images: ImageSampler::new(
                if images > 0 { images_of(set, split)? } else { Vec::new() },
                set.photo_order(split),
            ),
            clips: match (pairs > 0, flows) {
                (false, _) => Vec::new(),
                (true, true) => set.clips_with_flows(split)?,
                (true, false) => set.clips_with_pairs(split)?,
            },
            frames: FrameCache::default(),
            framing: basics.framing(),
            wear,
            batch: basics.batch,
            examples,
            samples,
            linked: flows,
            recolored,
            hints,
        })
    }

    /// How much each color of the palette counts.
    pub fn rarity(&self, seed: u64) -> Result<Vec<f32>> {
        let of_clips = self.clips.iter().map(|clip| (clip.clone(), 0));
        let images = self.images.images().iter().cloned().chain(of_clips).collect::<Vec<_>>();
        count_colors(&images, &self.frames, &self.framing, seed)
    }

    /// Starts preparing batches.
    pub fn start(self: &Arc<Self>, order: Order) -> Loader<ColorBatch> {
        let source = self.clone();
        Loader::start(order, move |draw| source.batch(draw))
    }

    /// A batch of images, or of pairs: first all frames, then all their neighbors.
    fn batch(&self, draw: Draw) -> Result<ColorBatch> {
        let [images, pairs] = self.examples;
        let paired = draw.of_step().random_range(0..images + pairs) >= images;
        let mut batch = ColorBatch::default();
        if !paired {
            for (place, mut random) in draw.of_examples(self.batch).enumerate() {
                let (item, frame) = self.images.draw(&draw, [place, self.batch], &mut random)?;
                let window = Window::random(item.dimensions(), &self.framing, &mut random);
                let look = Look { film: self.film(&mut random), style: None };
                self.add(&mut batch, (item, *frame), (&window, look), &mut random)?;
                if random.random::<f32>() < self.hints {
                    batch.add_hint(&mut random);
                }
            }
            batch.fill_hints();
            return Ok(batch);
        }
        let mut neighbors = Vec::new();
        for mut random in draw.of_examples(self.batch) {
            let clip = self.clips.choose(&mut random).context("there are no clips")?;
            let [s, t] = neighboring_frames(clip, &mut random)?;
            let window = Window::random(clip.dimensions(), &self.framing, &mut random);
            if self.linked {
                batch.motion[0].push(window.motion(&clip.motion(s, t)?));
                batch.motion[1].push(window.motion(&clip.motion(t, s)?));
            }
            let film = self.film(&mut random);
            let look = Look { film, style: self.recolored.then(|| Style::random(&mut random)) };
            self.add(&mut batch, (clip, s), (&window, look), &mut random)?;
            neighbors.push((clip, t, window, look, random));
        }
        for (clip, t, window, look, mut random) in neighbors {
            self.add(&mut batch, (clip, t), (&window, look), &mut random)?;
        }
        Ok(batch)
    }

    fn film(&self, random: &mut StdRng) -> Option<WornFilm> {
        self.wear.and_then(|wear| wear.film(random))
    }

    /// Adds what a window shows of an item's frame, worn and in a style.
    fn add(
        &self,
        batch: &mut ColorBatch,
        (item, frame): (&PreparedItem, usize),
        (window, look): (&Window, Look),
        random: &mut StdRng,
    ) -> Result<()> {
        let mut crop = window.cut(&*self.frames.frame(item, frame)?);
        // Before the film's grain, which hides what is alike.
        if let Some(samples) = self.samples {
            let short_side = window.short_side(item.dimensions());
            let found = Neighborhoods::find(&crop.rgb, crop.width, short_side, samples, random);
            batch.queries.extend(found.queries);
            batch.neighbors.extend(found.neighbors);
        }
        if let Some(film) = look.film {
            film.apply(&mut crop, random);
        }
        if let Some(style) = look.style {
            style.apply(&mut crop);
            batch.flickering.extend(flickering(&crop, random).rgb);
        }
        batch.add(crop);
        Ok(())
    }
}

/// Changes to the look of a photo, or of both frames of a pair.
#[derive(Clone, Copy)]
struct Look {
    film: Option<WornFilm>,
    style: Option<Style>,
}

/// A frame s and the frame t before or behind it, of the same shot.
fn neighboring_frames(clip: &PreparedItem, random: &mut StdRng) -> Result<[usize; 2]> {
    let earlier = *clip.pairs().choose(random).context("the clip has no pairs of frames")?;
    Ok(if random.random() { [earlier, earlier + 1] } else { [earlier + 1, earlier] })
}

/// All photos, and some frames of each clip.
fn images_of(set: &PreparedSet, split: Split) -> Result<Vec<(PreparedItem, usize)>> {
    let photos = set.photos(split).into_iter().map(|photo| (photo, 0));
    let of_clip = |clip: PreparedItem| {
        let frames = (0..clip.frames()).step_by(FRAMES_APART);
        frames.map(|frame| (clip.clone(), frame)).collect::<Vec<_>>()
    };
    let images: Vec<_> = photos.chain(set.clips(split).into_iter().flat_map(of_clip)).collect();
    ensure!(!images.is_empty(), "the prepared set has nothing to train on: all of it is held back");
    Ok(images)
}
