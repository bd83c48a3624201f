//! The learning rate over a run.

use std::f64::consts::PI;

const WARM_UP_STEPS: usize = 100;

/// The last step's learning rate, as a part of the highest.
const FLOOR: f64 = 0.02;

/// Rises linearly over the first steps, then falls along half a cosine until step `steps`.
pub fn learning_rate(highest: f64, step: usize, steps: usize) -> f64 {
    let warm_up = ((step + 1) as f64 / WARM_UP_STEPS as f64).min(1.0);
    let done = (step as f64 / steps as f64).min(1.0);
    let cosine = 0.5 * (1.0 + (PI * done).cos());
    highest * warm_up * (FLOOR + (1.0 - FLOOR) * cosine)
}
