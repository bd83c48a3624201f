//! The bilateral loss's neighbourhoods of one frame: seconds at 256p and 480p, on all threads.

use divan::{Bencher, black_box};
use image::{Rgb, RgbImage};
use trainer::knn::{nearest, points};

fn main() {
    divan::main();
}

/// Like a photo in what counts here: smooth shading, edges, and texture of a few levels.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let place = [x as f32 / width as f32, y as f32 / height as f32];
        let hill = place[1] > 0.55 + 0.15 * (7.0 * place[0]).sin();
        let grain = ((x * 7919 + y * 104_729) ^ (x * y)) % 13;
        let shade = 60.0 * (23.0 * place[0] + 9.0 * place[1]).sin() * (17.0 * place[1]).cos();
        let base: [f32; 3] = if hill { [70.0, 110.0, 50.0] } else { [120.0, 160.0, 190.0] };
        Rgb(base.map(|level| (level + shade + grain as f32).clamp(0.0, 255.0) as u8))
    })
}

#[divan::bench(args = [(456, 256), (856, 480)], sample_count = 10, sample_size = 1)]
fn one_frame(bencher: Bencher, (width, height): (u32, u32)) {
    let picture = picture(width, height);
    bencher.bench(|| nearest(black_box(&points(&picture))));
}

#[divan::bench(args = [(456, 256), (856, 480)], sample_count = 3, sample_size = 1)]
fn one_colour(bencher: Bencher, (width, height): (u32, u32)) {
    let picture = RgbImage::from_pixel(width, height, Rgb([90, 120, 200]));
    bencher.bench(|| nearest(black_box(&points(&picture))));
}
