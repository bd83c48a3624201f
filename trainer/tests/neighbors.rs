//! Nearest neighbors against a search through all pairs.

use image::{Rgb, RgbImage};
use rand::Rng;
use trainer::{
    data::{
        crop::{Crop, Window},
        loader::random,
    },
    loss::bilateral::neighbors::{NEIGHBORS, Neighborhoods, Point, lambda, nearest, points},
    parameters::Framing,
};

fn square_distance(a: &Point, b: &Point) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// Compares the distances, as equally near pixels may change places.
fn assert_nearest(image: &RgbImage) {
    let points =
        points(&Crop::whole(image).rgb, image.width() as usize, image.width().min(image.height()) as f32);
    let queries: Vec<usize> = (0..points.len()).step_by(7).collect();
    let found = nearest(&points, &queries);
    assert_eq!(found.len(), queries.len());
    for (&pixel, found) in queries.iter().zip(&found) {
        let distance = |other: usize| square_distance(&points[pixel], &points[other]);
        let mut all: Vec<f32> = (0..points.len()).filter(|&other| other != pixel).map(distance).collect();
        all.sort_by(f32::total_cmp);
        let ours = found.map(|other| distance(other as usize));
        assert!(!found.contains(&(pixel as u32)));
        assert!((1..NEIGHBORS).all(|rank| !found[..rank].contains(&found[rank])), "{found:?}");
        assert!(
            ours.iter().zip(&all).all(|(ours, best)| (ours - best).abs() < 1e-4 * best),
            "pixel {pixel}: {ours:?}, not {:?}",
            &all[..NEIGHBORS]
        );
    }
}

/// Any colors.
fn noise(width: u32, height: u32) -> RgbImage {
    let mut random = random(1, 0);
    RgbImage::from_fn(width, height, |_, _| Rgb(random.random()))
}

#[test]
fn nearest_are_exact_and_exclude_the_pixel_itself() {
    let mut random = random(1, 0);
    // Few distinct colors, so that many pixels share one and only their places tell them apart.
    assert_nearest(&RgbImage::from_fn(40, 30, |_, _| Rgb([0; 3].map(|_| 32 * random.random_range(0..3u8)))));
    assert_nearest(&noise(40, 30));
}

#[test]
fn pixels_of_one_color_have_their_neighbors_in_place() {
    assert_nearest(&RgbImage::from_pixel(64, 48, Rgb([90, 120, 200])));
}

#[test]
fn lambda_keeps_the_field_of_view() {
    assert!((lambda(240.0) - 1.0 / 500.0).abs() < 1e-9);
    assert!((lambda(120.0) * 60.0 - lambda(240.0) * 120.0).abs() < 1e-9);
}

/// Places count as they do in the whole frame, however it is scaled and cut.
#[test]
fn a_crop_counts_places_as_its_frame_does() {
    let frame = noise(80, 60);
    let whole = points(&Crop::whole(&frame).rgb, frame.width() as usize, 60.0);
    for crop in [None, Some(20)] {
        let framing = Framing { short_sides: 30..=30, crop };
        let window = Window::random(frame.dimensions(), &framing, &mut random(1, 0));
        let half = window.cut(&frame);
        let row = half.width;
        let points = points(&half.rgb, half.width, window.short_side(frame.dimensions()));
        // Ten pixels of the half frame are twenty of the frame; lambda times twenty is 0.16.
        assert!((points[10][3] - whole[20][3]).abs() < 1e-6, "{crop:?}");
        assert!((points[10 * row][4] - whole[20 * 80][4]).abs() < 1e-6, "{crop:?}");
    }
}

#[test]
fn as_many_pixels_are_looked_up_as_was_asked() {
    let crop = Crop::whole(&noise(24, 20));
    let find =
        |samples, step| Neighborhoods::find(&crop.rgb, crop.width, 40.0, samples, &mut random(1, step));
    let some = find(50, 0);
    let mut distinct = some.queries.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!((distinct.len(), some.neighbors.len()), (50, 50 * NEIGHBORS));
    assert_eq!(find(50, 0), some, "the same random numbers");
    assert_ne!(find(50, 1).queries, some.queries);
    let all = find(0, 0);
    assert_eq!(all.queries, (0..24 * 20).collect::<Vec<i32>>());
    for (query, neighbors) in some.queries.iter().zip(some.neighbors.chunks(NEIGHBORS)) {
        let place = NEIGHBORS * *query as usize;
        assert_eq!(neighbors, &all.neighbors[place..place + NEIGHBORS]);
    }
    assert_eq!(find(10_000, 0).queries.len(), 24 * 20, "no more than there are");
}
