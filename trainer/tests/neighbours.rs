//! Nearest neighbours against a search through all pairs.

use image::{Rgb, RgbImage};
use rand::Rng;
use trainer::{
    knn::{NEIGHBOURS, Point, lambda, nearest, points},
    loader::random,
};

fn square_distance(a: &Point, b: &Point) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Compares the distances, as equally near pixels may change places.
fn assert_nearest(image: &RgbImage) {
    let points = points(image);
    let found = nearest(&points);
    assert_eq!(found.len(), points.len());
    for (pixel, found) in found.iter().enumerate().step_by(7) {
        let distance = |other: usize| square_distance(&points[pixel], &points[other]);
        let mut all: Vec<f32> = (0..points.len()).filter(|&other| other != pixel).map(distance).collect();
        all.sort_by(f32::total_cmp);
        let ours = found.map(|other| distance(other as usize));
        assert!(!found.contains(&(pixel as u32)));
        assert!((1..NEIGHBOURS).all(|rank| !found[..rank].contains(&found[rank])), "{found:?}");
        assert!(
            ours.iter().zip(&all).all(|(ours, best)| (ours - best).abs() < 1e-4 * best),
            "pixel {pixel}: {ours:?}, not {:?}",
            &all[..NEIGHBOURS]
        );
    }
}

#[test]
fn nearest_are_exact_and_exclude_the_pixel_itself() {
    let mut random = random(1, 0);
    // Few distinct colours, so that many pixels share one and only their places tell them apart.
    assert_nearest(&RgbImage::from_fn(40, 30, |_, _| Rgb([0; 3].map(|_| 32 * random.random_range(0..3u8)))));
    // Any colours.
    assert_nearest(&RgbImage::from_fn(40, 30, |_, _| Rgb(random.random())));
}

#[test]
fn pixels_of_one_colour_have_their_neighbours_in_place() {
    assert_nearest(&RgbImage::from_pixel(64, 48, Rgb([90, 120, 200])));
}

#[test]
fn lambda_keeps_the_field_of_view() {
    assert!((lambda(240.0) - 1.0 / 500.0).abs() < 1e-9);
    assert!((lambda(120.0) * 60.0 - lambda(240.0) * 120.0).abs() < 1e-9);
}
