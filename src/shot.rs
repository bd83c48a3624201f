//! Where one shot ends and the next begins.

use crate::plane::Plane;

const BINS: usize = 32;

/// Sides of the thumbnail that two frames are compared at.
const THUMBNAIL: usize = 16;

/// Two frames belong to different shots where their histograms share less than this.
const SHARED_HISTOGRAM: f32 = 0.7;

/// And where their thumbnails correlate less than this: a flash or a fade changes the histogram alone.
const CORRELATION: f32 = 0.6;

/// Whether a cut lies between two neighbouring grey frames in [0, 1].
pub fn is_cut(previous: &Plane, next: &Plane) -> bool {
    let correlation = correlation(&thumbnail(previous), &thumbnail(next));
    let moved = correlation < CORRELATION;
    // Two still, unlike pictures with like histograms are told apart by their layout alone.
    moved && (shared_histogram(previous, next) < SHARED_HISTOGRAM || correlation < CORRELATION / 2.0)
}

fn thumbnail(plane: &Plane) -> Plane {
    plane.resized(THUMBNAIL.min(plane.width), THUMBNAIL.min(plane.height))
}

/// Pearson's correlation; 1 where both are flat.
fn correlation(a: &Plane, b: &Plane) -> f32 {
    let count = a.samples.len() as f32;
    let mean = |plane: &Plane| plane.samples.iter().sum::<f32>() / count;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let moment = |of: &dyn Fn(f32, f32) -> f32| {
        a.samples.iter().zip(&b.samples).map(|(&a, &b)| of(a - mean_a, b - mean_b)).sum::<f32>() / count
    };
    // The noise floor keeps two nearly flat frames from counting as unlike.
    let floor = 1e-4;
    (moment(&|a, b| a * b) + floor)
        / ((moment(&|a, _| a * a) + floor) * (moment(&|_, b| b * b) + floor)).sqrt()
}

fn shared_histogram(a: &Plane, b: &Plane) -> f32 {
    histogram(a).iter().zip(histogram(b)).map(|(a, b)| a.min(b)).sum()
}

fn histogram(plane: &Plane) -> [f32; BINS] {
    let mut bins = [0.0; BINS];
    for sample in &plane.samples {
        bins[((sample * BINS as f32) as usize).min(BINS - 1)] += 1.0 / plane.samples.len() as f32;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waves(phase: f32, tilt: f32) -> Plane {
        Plane::from_fn(64, 48, |x, y| 0.5 + 0.4 * ((x as f32 + tilt * y as f32) * 0.15 + phase).sin())
    }

    #[test]
    fn motion_noise_and_a_fade_are_no_cut() {
        let frame = waves(0.0, 0.3);
        assert!(!is_cut(&frame, &waves(0.3, 0.3)), "a moved picture");
        let faded =
            Plane { samples: frame.samples.iter().map(|sample| sample * 0.5).collect(), ..frame.clone() };
        assert!(!is_cut(&frame, &faded), "a fade");
        let flat =
            |level: f32| Plane::from_fn(64, 48, move |x, y| level + 0.004 * ((x * 31 + y * 17) % 7) as f32);
        assert!(!is_cut(&flat(0.5), &flat(0.52)), "noise on a flat wall");
    }

    #[test]
    fn another_picture_is_a_cut() {
        assert!(is_cut(&waves(0.0, 0.3), &waves(2.0, -2.0)));
        let dark = Plane::from_fn(64, 48, |x, y| if (x / 16 + y / 16) % 2 == 0 { 0.0 } else { 0.2 });
        assert!(is_cut(&waves(0.0, 0.3), &dark));
    }
}
