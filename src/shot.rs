//! Where one shot ends and the next begins.

use std::ops::Range;

use crate::plane::Plane;

const BINS: usize = 32;

/// Sides of the thumbnail that two frames are compared at.
const THUMBNAIL: usize = 16;

/// Two frames belong to different shots where their histograms share less than this.
const SHARED_HISTOGRAM: f32 = 0.7;

/// And where their thumbnails correlate less than this: a flash or a fade changes the histogram alone.
const CORRELATION: f32 = 0.6;

/// Samples of a bar differ by less than this, in a frame and from frame to frame.
const BAR: f32 = 0.04;

/// Bars leave at least this part of a frame's width and of its height.
const SMALLEST_PICTURE: f32 = 0.25;

/// Whether a cut lies between two neighbouring grey frames in [0, 1]. Black bars beside the picture, or above and below it, do not
/// count: they would make any two frames alike.
pub fn is_cut(previous: &Plane, next: &Plane) -> bool {
    let [columns, rows] = picture(previous, next);
    let [previous, next] = [previous, next].map(|frame| frame.cropped(columns.clone(), rows.clone()));
    let correlation = correlation(&thumbnail(&previous), &thumbnail(&next));
    let moved = correlation < CORRELATION;
    // Two still, unlike pictures with like histograms are told apart by their layout alone.
    moved && (shared_histogram(&previous, &next) < SHARED_HISTOGRAM || correlation < CORRELATION / 2.0)
}

/// The columns and rows between the bars of two neighbouring frames; all where there are none.
fn picture(previous: &Plane, next: &Plane) -> [Range<usize>; 2] {
    let Plane { width, height, .. } = *previous;
    let level = previous.samples.first().copied().unwrap_or_default();
    let shows =
        |x: usize, y: usize| [previous, next].iter().any(|frame| (frame.row(y)[x] - level).abs() >= BAR);
    let columns = within(width, |x| (0..height).any(|y| shows(x, y)));
    let rows = within(height, |y| (0..width).any(|x| shows(x, y)));
    [columns, rows]
}

/// From the first to the last of `length` lines that show something; all of them where those are too few.
fn within(length: usize, shows: impl Fn(usize) -> bool) -> Range<usize> {
    let (first, last) = ((0..length).find(|&line| shows(line)), (0..length).rev().find(|&line| shows(line)));
    let shown = first.zip(last).map(|(first, last)| first..last + 1);
    shown.filter(|shown| shown.len() as f32 >= SMALLEST_PICTURE * length as f32).unwrap_or(0..length)
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

    /// A frame in a black one, with bars of `beside` columns at its sides and of `above` rows above and below it.
    fn barred(frame: &Plane, beside: usize, above: usize) -> Plane {
        Plane::from_fn(frame.width + 2 * beside, frame.height + 2 * above, |x, y| {
            let inside =
                (beside..beside + frame.width).contains(&x) && (above..above + frame.height).contains(&y);
            if inside { frame.row(y - above)[x - beside] } else { 0.01 * ((x + y) % 2) as f32 }
        })
    }

    #[test]
    fn bars_change_nothing() {
        let frames = [waves(0.0, 0.3), waves(0.3, 0.3), waves(2.0, -2.0)];
        for [beside, above] in [[0, 0], [30, 0], [0, 40], [30, 40]] {
            let [frame, moved, other] = frames.each_ref().map(|frame| barred(frame, beside, above));
            assert!(!is_cut(&frame, &moved), "a moved picture, {beside} and {above}");
            assert!(is_cut(&frame, &other), "another picture, {beside} and {above}");
        }
    }

    #[test]
    fn another_picture_is_a_cut() {
        assert!(is_cut(&waves(0.0, 0.3), &waves(2.0, -2.0)));
        let dark = Plane::from_fn(64, 48, |x, y| if (x / 16 + y / 16) % 2 == 0 { 0.0 } else { 0.2 });
        assert!(is_cut(&waves(0.0, 0.3), &dark));
    }
}
