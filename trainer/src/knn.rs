//! The neighbourhoods of the bilateral loss, equation (2).

use std::num::NonZero;

use image::RgbImage;
use kiddo::{SquaredEuclidean, immutable::float::kdtree::ImmutableKdTree};
use rayon::prelude::*;

/// K of equation (2).
pub const NEIGHBOURS: usize = 5;

/// lambda at a shorter side of 240 pixels, with colours in [0, 1].
const LAMBDA: f32 = 1.0 / 500.0;
const LAMBDA_SHORT_SIDE: f32 = 240.0;

/// Points in a leaf of the tree.
const BUCKET: usize = 16;

/// Pixels that one thread looks up at a time.
const CHUNK: usize = 1024;

/// Position and colour of one pixel: (r, g, b, lambda x, lambda y).
pub type Point = [f32; 5];

/// lambda for images with this shorter side: the same part of the field of view counts the same at every resolution.
pub fn lambda(short_side: f32) -> f32 {
    LAMBDA * LAMBDA_SHORT_SIDE / short_side
}

/// The points of all pixels of an image, row by row.
pub fn points(image: &RgbImage) -> Vec<Point> {
    let lambda = lambda(image.width().min(image.height()) as f32);
    let point = |(x, y, pixel): (u32, u32, &image::Rgb<u8>)| {
        let [red, green, blue] = pixel.0.map(|value| f32::from(value) / 255.0);
        [red, green, blue, lambda * x as f32, lambda * y as f32]
    };
    image.enumerate_pixels().map(point).collect()
}

/// The exact [`NEIGHBOURS`] nearest points of each point, itself excluded, nearest first; exact to the rounding of single
/// precision. There must be more points than that.
pub fn nearest(points: &[Point]) -> Vec<[u32; NEIGHBOURS]> {
    let points: Vec<Point> = points.par_iter().map(mirrored).collect();
    let tree = ImmutableKdTree::<f32, u32, 5, BUCKET>::new_from_slice(&points);
    let wanted = NonZero::new(NEIGHBOURS + 1).expect("K + 1 is positive");
    let around = |query: usize| {
        let found = tree.nearest_n::<SquaredEuclidean>(&points[query], wanted);
        let mut others = found.into_iter().map(|found| found.item).filter(|&other| other != query as u32);
        std::array::from_fn(|_| others.next().unwrap_or(query as u32))
    };
    (0..points.len()).into_par_iter().with_min_len(CHUNK).map(around).collect()
}

/// The point in a mirror that stands askew to all axes, which leaves every distance as it is. Colours of 8 bits have few
/// values along an axis, and a flat area has one, where the tree can't split: this way all coordinates differ. The search
/// takes two thirds of the time, and on a frame of one colour a fortieth.
fn mirrored(point: &Point) -> Point {
    const NORMAL: [f64; 5] = [1.0, -1.21, 0.83, 1.37, -0.71];
    let dot = |other: &dyn Fn(usize) -> f64| -> f64 { (0..5).map(|axis| NORMAL[axis] * other(axis)).sum() };
    let twice = 2.0 * dot(&|axis| f64::from(point[axis])) / dot(&|axis| NORMAL[axis]);
    std::array::from_fn(|axis| (f64::from(point[axis]) - twice * NORMAL[axis]) as f32)
}
