//! The colors that the trunk's distribution finds likely at one place, for a visitor to choose from.

use crate::palette::{COLORS, chroma};

/// Colors that are told, at most.
const MOST: usize = 6;

/// Chroma that two told colors are apart, at least.
const APART: f32 = 0.08;

/// Probability, around it, of a color that is told, to that of the likeliest.
const LEAST: f32 = 0.02;

/// Chroma around a color of the palette that counts as the same color.
const SAME: f32 = 0.06;

/// Distinct chromas, likeliest first, of a distribution's `COLORS` logits: the means around its peaks.
pub fn likely_colors(logits: &[f32]) -> Vec<[f32; 2]> {
    let largest = logits.iter().copied().fold(f32::MIN, f32::max);
    let weights: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    let around = |color: usize| (0..COLORS).filter(move |&other| apart(chroma(color), chroma(other)) <= SAME);
    let mass: Vec<f32> = (0..COLORS).map(|color| around(color).map(|other| weights[other]).sum()).collect();
    let mut order: Vec<usize> = (0..COLORS).collect();
    order.sort_by(|&a, &b| mass[b].total_cmp(&mass[a]));
    let mut told: Vec<[f32; 2]> = Vec::new();
    for &color in order.iter().take_while(|&&color| mass[color] >= LEAST * mass[order[0]]) {
        let mean = [0, 1].map(|axis| {
            around(color).map(|other| weights[other] * chroma(other)[axis]).sum::<f32>() / mass[color]
        });
        if told.len() < MOST && told.iter().all(|&other| apart(mean, other) >= APART) {
            told.push(mean);
        }
    }
    told
}

fn apart(ours: [f32; 2], theirs: [f32; 2]) -> f32 {
    (ours[0] - theirs[0]).hypot(ours[1] - theirs[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two peaks, one thrice as likely; their neighbors are no colors of their own.
    #[test]
    fn peaks_are_told_likeliest_first_and_once() {
        let mut logits = vec![-12.0; COLORS];
        for (color, probability) in [(118, 0.6f32), (117, 0.1), (33, 0.2), (34, 0.05)] {
            logits[color] = probability.ln();
        }
        let told = likely_colors(&logits);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(apart(told[0], chroma(118)) < 0.02 && apart(told[1], chroma(33)) < 0.02, "{told:?}");
    }

    #[test]
    fn an_even_distribution_has_few_distinct_colors_and_never_none() {
        let told = likely_colors(&[0.0; COLORS]);
        assert!((1..=MOST).contains(&told.len()));
        for (i, &color) in told.iter().enumerate() {
            assert!(told[..i].iter().all(|&other| apart(color, other) >= APART));
        }
    }
}
