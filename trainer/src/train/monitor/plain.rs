//! A training's plain lines, where there is no terminal to draw on.

use super::{line::Line, number, progress::Progress};

/// A line of the log as text, with the time left.
pub fn text(line: &Line, progress: &Progress) -> String {
    let step = format!("{} {} of {}", progress.course.stage, line.step, progress.course.last);
    let figures = line.figures.iter().map(|(name, value)| format!("{name} {}", number::short(*value)));
    let left = progress.time_left().map(|left| format!("{} left", number::duration(left)));
    std::iter::once(step).chain(figures).chain(left).collect::<Vec<_>>().join("  ")
}
