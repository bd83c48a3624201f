//! The bilateral loss's neighborhoods of one training crop, on one thread: of 512 pixels, or of all.

use divan::{Bencher, black_box};
use image::{Rgb, RgbImage};
use trainer::{
    data::{crop::Crop, loader::random},
    loss::bilateral::neighbors::Neighborhoods,
};

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

fn find(bencher: Bencher, picture: &RgbImage, samples: usize) {
    let crop = Crop::whole(picture);
    let short_side = crop.width.min(crop.height) as f32;
    bencher.bench(|| {
        Neighborhoods::find(black_box(&crop.rgb), crop.width, short_side, samples, &mut random(1, 0))
    });
}

#[divan::bench(args = [(64, 64), (96, 96), (256, 256)], sample_count = 30, sample_size = 1)]
fn some_pixels(bencher: Bencher, (width, height): (u32, u32)) {
    find(bencher, &picture(width, height), 512);
}

#[divan::bench(args = [(64, 64), (256, 256), (856, 480)], sample_count = 5, sample_size = 1)]
fn all_pixels(bencher: Bencher, (width, height): (u32, u32)) {
    find(bencher, &picture(width, height), 0);
}

#[divan::bench(args = [(64, 64), (256, 256), (856, 480)], sample_count = 3, sample_size = 1)]
fn one_color(bencher: Bencher, (width, height): (u32, u32)) {
    find(bencher, &RgbImage::from_pixel(width, height, Rgb([90, 120, 200])), 0);
}
