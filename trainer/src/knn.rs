//! The neighbourhoods of the bilateral loss, equation (2).

use kiddo::{SquaredEuclidean, immutable::float::kdtree::ImmutableKdTree};

use crate::data::crop::Crop;

/// K of equation (2).
pub const NEIGHBOURS: usize = 5;

/// lambda at a shorter side of 240 pixels, with colours in [0, 1].
const LAMBDA: f32 = 1.0 / 500.0;
const LAMBDA_SHORT_SIDE: f32 = 240.0;

/// Position and colour of one pixel: (r, g, b, lambda x, lambda y).
pub type Point = [f32; 5];

/// lambda for images with this shorter side: the same part of the field of view counts the same at every resolution.
pub fn lambda(short_side: f32) -> f32 {
    LAMBDA * LAMBDA_SHORT_SIDE / short_side
}

/// The points of all pixels of a crop, row by row.
pub fn points(crop: &Crop) -> Vec<Point> {
    let lambda = lambda(crop.short_side);
    let plane = crop.width * crop.height;
    let point = |i: usize| {
        let [red, green, blue] = [0, 1, 2].map(|channel| crop.rgb[channel * plane + i]);
        [red, green, blue, lambda * (i % crop.width) as f32, lambda * (i / crop.width) as f32]
    };
    (0..plane).map(point).collect()
}

/// The exact [`NEIGHBOURS`] nearest points of each of `queries` (indices into `points`), the point itself excluded:
/// `queries.len() * NEIGHBOURS` indices, nearest first.
pub fn nearest(points: &[Point], queries: &[usize]) -> Vec<usize> {
    let tree = ImmutableKdTree::<f32, u32, 5, 32>::new_from_slice(points);
    let wanted = std::num::NonZero::new(NEIGHBOURS + 1).expect("K + 1 is positive");
    let around = |&query: &usize| {
        let found = tree.nearest_n::<SquaredEuclidean>(&points[query], wanted);
        let others = found.into_iter().map(|neighbour| neighbour.item as usize);
        others.filter(move |&other| other != query).take(NEIGHBOURS)
    };
    queries.iter().flat_map(around).collect()
}
