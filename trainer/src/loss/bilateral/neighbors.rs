//! The neighborhoods of the bilateral loss, equation (2).

use std::num::NonZero;

use kiddo::{SquaredEuclidean, immutable::float::kdtree::ImmutableKdTree};
use rand::{Rng, seq::index};

/// K of equation (2).
pub const NEIGHBORS: usize = 5;

/// lambda at a shorter side of 240 pixels, with colors in [0, 1].
const LAMBDA: f32 = 1.0 / 500.0;
const LAMBDA_SHORT_SIDE: f32 = 240.0;

/// Points in a leaf of the tree.
const BUCKET: usize = 16;

/// Position and color of one pixel: (r, g, b, lambda x, lambda y).
pub type Point = [f32; 5];

/// Pixels of a crop and their neighbors, counted row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighborhoods {
    /// The pixels.
    pub queries: Vec<i32>,
    /// The [`NEIGHBORS`] nearest of each, nearest first.
    pub neighbors: Vec<i32>,
}

impl Neighborhoods {
    /// Those of `samples` random pixels of an image `[3, height, width]` of rows of `width` pixels, or of all where it has no more or
    /// `samples` is 0. It is part of a frame whose shorter side has `short_side` of its pixels.
    pub fn find(rgb: &[f32], width: usize, short_side: f32, samples: usize, random: &mut impl Rng) -> Self {
        let points = points(rgb, width, short_side);
        let queries: Vec<usize> = match samples {
            0 => (0..points.len()).collect(),
            _ => index::sample(random, points.len(), samples.min(points.len())).into_vec(),
        };
        let nearest = nearest(&points, &queries);
        Self {
            queries: queries.into_iter().map(|pixel| pixel as i32).collect(),
            neighbors: nearest.into_iter().flatten().map(|pixel| pixel as i32).collect(),
        }
    }
}

/// lambda for frames with this shorter side: the same part of the field of view counts the same at every resolution.
pub fn lambda(short_side: f32) -> f32 {
    LAMBDA * LAMBDA_SHORT_SIDE / short_side
}

/// The points of all pixels of an image `[3, height, width]`, row by row. It is part of a frame whose shorter side has `short_side` of
/// its pixels.
pub fn points(rgb: &[f32], width: usize, short_side: f32) -> Vec<Point> {
    let (lambda, area) = (lambda(short_side), rgb.len() / 3);
    let point = |pixel: usize| {
        let [red, green, blue] = [0, 1, 2].map(|channel| rgb[channel * area + pixel]);
        let place = [pixel % width, pixel / width].map(|along| lambda * along as f32);
        [red, green, blue, place[0], place[1]]
    };
    (0..area).map(point).collect()
}

/// The exact [`NEIGHBORS`] nearest points of each of the `queries`, itself excluded, nearest first; exact to the rounding of
/// single precision. There must be more points than that.
pub fn nearest(points: &[Point], queries: &[usize]) -> Vec<[u32; NEIGHBORS]> {
    let points: Vec<Point> = points.iter().map(mirrored).collect();
    let tree = ImmutableKdTree::<f32, u32, 5, BUCKET>::new_from_slice(&points);
    let wanted = NonZero::<usize>::MIN.saturating_add(NEIGHBORS);
    let around = |&query: &usize| {
        let found = tree.nearest_n::<SquaredEuclidean>(&points[query], wanted);
        let mut others = found.into_iter().map(|found| found.item).filter(|&other| other != query as u32);
        std::array::from_fn(|_| others.next().unwrap_or(query as u32))
    };
    queries.iter().map(around).collect()
}

/// The point in a mirror that stands askew to all axes, which leaves every distance as it is. Colors of 8 bits have few
/// values along an axis, and a flat area has one, where the tree can't split: this way all coordinates differ. The search
/// takes two thirds of the time, and on a frame of one color a fortieth.
fn mirrored(point: &Point) -> Point {
    const NORMAL: [f64; 5] = [1.0, -1.21, 0.83, 1.37, -0.71];
    let dot = |other: &dyn Fn(usize) -> f64| -> f64 { (0..5).map(|axis| NORMAL[axis] * other(axis)).sum() };
    let twice = 2.0 * dot(&|axis| f64::from(point[axis])) / dot(&|axis| NORMAL[axis]);
    std::array::from_fn(|axis| (f64::from(point[axis]) - twice * NORMAL[axis]) as f32)
}
