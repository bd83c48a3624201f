//! Nearest neighbours against a search through all pairs.

use rand::Rng;
use trainer::{
    data::crop::Crop,
    knn::{NEIGHBOURS, Point, lambda, nearest, points},
    loader::random,
};

fn square_distance(a: &Point, b: &Point) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

#[test]
fn nearest_are_exact_and_exclude_the_pixel_itself() {
    let mut random = random(1, 0);
    let side = 24;
    let crop = Crop {
        // Few distinct colours, so that many pixels share one and only their places tell them apart.
        rgb: (0..3 * side * side).map(|_| random.random_range(0..3) as f32 / 8.0).collect(),
        width: side,
        height: side,
        short_side: 100.0,
    };
    let points = points(&crop);
    let queries: Vec<usize> = (0..points.len()).step_by(7).collect();
    let found = nearest(&points, &queries);
    assert_eq!(found.len(), NEIGHBOURS * queries.len());
    for (&query, found) in queries.iter().zip(found.chunks(NEIGHBOURS)) {
        assert!(!found.contains(&query));
        let distance = |&other: &usize| square_distance(&points[query], &points[other]);
        let mut all: Vec<f32> = (0..points.len()).filter(|&i| i != query).map(|i| distance(&i)).collect();
        all.sort_by(f32::total_cmp);
        let ours: Vec<f32> = found.iter().map(distance).collect();
        assert!(
            ours.iter().zip(&all).all(|(ours, best)| (ours - best).abs() < 1e-7),
            "{ours:?}, not {all:?}"
        );
    }
}

#[test]
fn lambda_keeps_the_field_of_view() {
    assert!((lambda(240.0) - 1.0 / 500.0).abs() < 1e-9);
    assert!((lambda(120.0) * 60.0 - lambda(240.0) * 120.0).abs() < 1e-9);
}
