//! Synthetic motion with exact flow: a photo that moves, scales and rotates, behind textured pieces of other photos that
//! move on their own.

pub mod tensors;

use std::{borrow::Borrow, f32::consts::TAU};

use image::RgbImage;
use rand::{Rng, distr::Distribution, rngs::StdRng, seq::IndexedRandom};
use rand_distr::Normal;

use crate::parameters::Motion;

/// Two frames and what moved between them. All planes are `side * side` values, row by row.
#[derive(Clone, Debug)]
pub struct MovingPair {
    /// Luma in [0, 1] of the first frame.
    pub first: Vec<f32>,
    /// Luma in [0, 1] of the second.
    pub second: Vec<f32>,
    /// flow(first -> second) in pixels: all x, then all y.
    pub flow: Vec<f32>,
    /// 1 where the first frame's pixel is seen in the second, else 0.
    pub visible: Vec<f32>,
}

/// How far things move.
#[derive(Clone, Copy, Debug)]
pub struct MotionRange {
    /// Largest shift of the background and of each occluder, in pixels.
    pub shift: f32,
    /// Largest rotation of either, in radians.
    pub rotation: f32,
    /// Largest natural logarithm of either's scale.
    pub log_scale: f32,
    /// Largest number of occluders.
    pub occluders: usize,
    /// Part of the pairs in which everything moves a tenth to a thousandth as far.
    pub gentle: f32,
    /// Largest standard deviation of a frame's grain, and largest difference of the frames' exposures, in luma.
    pub grain: f32,
}

impl Default for MotionRange {
    fn default() -> Self {
        Motion::default().into()
    }
}

impl From<Motion> for MotionRange {
    fn from(Motion { shift, occluders, gentle, grain }: Motion) -> Self {
        Self { shift, rotation: 0.12, log_scale: 0.12, occluders, gentle, grain }
    }
}

impl MotionRange {
    /// The range of one pair: this one, or where it is a gentle pair the same made much smaller.
    fn of_pair(&self, random: &mut StdRng) -> Self {
        let slow = self.gentle > 0.0 && random.random::<f32>() < self.gentle;
        let pace = if slow { 10f32.powf(-random.random_range(1.0..=3.0)) } else { 1.0 };
        Self {
            shift: self.shift * pace,
            rotation: self.rotation * pace,
            log_scale: self.log_scale * pace,
            ..*self
        }
    }
}

/// A similarity transform: p goes to scale * rotation * (p - center) + center + shift.
#[derive(Clone, Copy, Debug)]
struct Similarity {
    center: [f32; 2],
    cosine: f32,
    sine: f32,
    shift: [f32; 2],
}

/// A layer of the scene: a grey texture, its outline, and its motion.
struct Layer {
    texture: Texture,
    outline: Option<Outline>,
    motion: Similarity,
}

/// Luma that is sampled bilinearly: pixel (x, y) of the frame shows the texture at `origin + step * (x, y)`.
struct Texture {
    width: usize,
    height: usize,
    luma: Vec<f32>,
    origin: [f32; 2],
    step: f32,
}

/// A star-shaped blob: its radius is `radius (1 + sum of waves)` over the angle.
struct Outline {
    center: [f32; 2],
    radius: f32,
    waves: [(f32, f32); 3],
}

/// A pair of frames of `side` pixels out of some of `photos`. Each frame is drawn from the same layers, the second with
/// each layer moved, so both are sampled once and the flow is exact.
pub fn moving_pair(
    photos: &[impl Borrow<RgbImage>],
    side: usize,
    range: &MotionRange,
    random: &mut StdRng,
) -> MovingPair {
    let range = &range.of_pair(random);
    let middle = side as f32 / 2.0;
    let mut layers = vec![Layer {
        texture: Texture::random(photos, side, random),
        outline: None,
        motion: Similarity::random([middle, middle], range, random),
    }];
    for _ in 0..random.random_range(0..=range.occluders) {
        let outline = Outline::random(side, random);
        let motion = Similarity::random(outline.center, range, random);
        layers.push(Layer { texture: Texture::random(photos, side, random), outline: Some(outline), motion });
    }
    let mut pair = draw(&layers, side);
    for frame in [&mut pair.first, &mut pair.second] {
        age(frame, range.grain, random);
    }
    pair
}

/// Adds grain and a change of exposure to a frame.
fn age(frame: &mut [f32], strongest: f32, random: &mut StdRng) {
    if strongest == 0.0 {
        return;
    }
    let grain = Normal::new(0.0, strongest * random.random::<f32>()).expect("a deviation of 0 or more");
    let exposure = strongest * random.random_range(-0.5..=0.5);
    for luma in frame {
        *luma = (*luma + exposure + grain.sample(random)).clamp(0.0, 1.0);
    }
}

fn draw(layers: &[Layer], side: usize) -> MovingPair {
    let plane = side * side;
    let mut pair = MovingPair {
        first: Vec::with_capacity(plane),
        second: Vec::with_capacity(plane),
        flow: vec![0.0; 2 * plane],
        visible: Vec::with_capacity(plane),
    };
    for i in 0..plane {
        let p = [(i % side) as f32, (i / side) as f32];
        let (ours, layer) = top_layer(layers, |_| p);
        let target = layer.motion.apply(p);
        pair.first.push(layer.texture.at(p));
        pair.flow[i] = target[0] - p[0];
        pair.flow[plane + i] = target[1] - p[1];
        let inside = target.iter().all(|&position| (0.0..=(side - 1) as f32).contains(&position));
        let (theirs, _) = top_layer(layers, |layer| layer.motion.invert(target));
        pair.visible.push(f32::from(u8::from(inside && ours == theirs)));

        let (_, layer) = top_layer(layers, |layer| layer.motion.invert(p));
        pair.second.push(layer.texture.at(layer.motion.invert(p)));
    }
    pair
}

/// The topmost layer whose outline holds the place that `source` gives for it, and its index.
fn top_layer(layers: &[Layer], source: impl Fn(&Layer) -> [f32; 2]) -> (usize, &Layer) {
    let covers = |layer: &Layer| layer.outline.as_ref().is_none_or(|outline| outline.contains(source(layer)));
    let found = layers.iter().enumerate().rev().find(|(_, layer)| covers(layer));
    found.expect("the background covers all")
}

impl Similarity {
    fn random(center: [f32; 2], range: &MotionRange, random: &mut StdRng) -> Self {
        // The square of a uniform number: small motions are the common ones, and so by its cube for the others.
        let length = range.shift * random.random::<f32>().powi(2);
        let direction = TAU * random.random::<f32>();
        let angle = range.rotation * random.random_range(-1.0f32..=1.0).powi(3);
        let scale = (range.log_scale * random.random_range(-1.0f32..=1.0).powi(3)).exp();
        Self {
            center,
            cosine: scale * angle.cos(),
            sine: scale * angle.sin(),
            shift: [length * direction.cos(), length * direction.sin()],
        }
    }

    fn apply(&self, p: [f32; 2]) -> [f32; 2] {
        let [x, y] = [p[0] - self.center[0], p[1] - self.center[1]];
        [
            self.cosine * x - self.sine * y + self.center[0] + self.shift[0],
            self.sine * x + self.cosine * y + self.center[1] + self.shift[1],
        ]
    }

    fn invert(&self, p: [f32; 2]) -> [f32; 2] {
        let [x, y] = [0, 1].map(|axis| p[axis] - self.center[axis] - self.shift[axis]);
        let square = self.cosine * self.cosine + self.sine * self.sine;
        [
            (self.cosine * x + self.sine * y) / square + self.center[0],
            (self.cosine * y - self.sine * x) / square + self.center[1],
        ]
    }
}

impl Texture {
    /// A random part of a random photo that covers a frame of `side` pixels with its own scale.
    fn random(photos: &[impl Borrow<RgbImage>], side: usize, random: &mut StdRng) -> Self {
        let photo: &RgbImage = photos.choose(random).expect("there are photos").borrow();
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        let widest = (width.min(height) as f32 - 1.0) / side as f32;
        let step = widest * random.random_range(0.6..=1.0);
        let reach = step * side as f32;
        let start = |length: usize| random.random::<f32>() * (length as f32 - 1.0 - reach).max(0.0);
        let origin = [width, height].map(start);
        let luma = photo.pixels().map(|pixel| {
            let [red, green, blue] = pixel.0.map(f32::from);
            (0.299 * red + 0.587 * green + 0.114 * blue) / 255.0
        });
        Self { width, height, luma: luma.collect(), origin, step }
    }

    /// The luma that the frame's position `p` shows, bilinear, mirrored beyond the photo's edge.
    fn at(&self, p: [f32; 2]) -> f32 {
        let position = |axis: usize, length: usize| {
            let last = (length - 1) as f32;
            let folded = (self.origin[axis] + self.step * p[axis]).rem_euclid(2.0 * last);
            if folded > last { 2.0 * last - folded } else { folded }
        };
        let [x, y] = [position(0, self.width), position(1, self.height)];
        let [left, top] = [x.floor(), y.floor()];
        let value = |column: f32, row: f32| {
            let [column, row] = [(column as usize).min(self.width - 1), (row as usize).min(self.height - 1)];
            self.luma[row * self.width + column]
        };
        let row = |row: f32| {
            let part = x - left;
            value(left, row) * (1.0 - part) + value(left + 1.0, row) * part
        };
        let part = y - top;
        row(top) * (1.0 - part) + row(top + 1.0) * part
    }
}

impl Outline {
    fn random(side: usize, random: &mut StdRng) -> Self {
        let side = side as f32;
        Self {
            center: [0; 2].map(|_| side * random.random::<f32>()),
            radius: side * random.random_range(0.08..0.25),
            waves: [0; 3].map(|_| (0.25 * random.random::<f32>(), TAU * random.random::<f32>())),
        }
    }

    fn contains(&self, p: [f32; 2]) -> bool {
        let [x, y] = [p[0] - self.center[0], p[1] - self.center[1]];
        let angle = y.atan2(x);
        let waves = self.waves.iter().zip(2..);
        let swell: f32 = waves.map(|((height, phase), n)| height * (n as f32 * angle + phase).cos()).sum();
        x.hypot(y) <= self.radius * (1.0 + swell)
    }
}
