//! The dashboard's layout.

use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Modifier, Style, Stylize},
    symbols::Marker,
    text::{Line as TextLine, Span},
    widgets::{Axis, Block, Chart, Dataset, Gauge, GraphType, Paragraph, Sparkline},
};

use super::{
    curves::Curve,
    number,
    progress::Progress,
    window::{IMAGES_A_SECOND, LEARNING_RATE, MEMORY, WAITING},
};

const STROKE: Color = Color::Cyan;

/// Messages that are shown.
const MESSAGES: usize = 4;

/// Draws all that is known of a training.
pub fn draw(frame: &mut Frame<'_>, progress: &Progress) {
    let rows = Layout::vertical([
        Constraint::Length(3),
        Constraint::Length(3),
        Constraint::Min(6),
        Constraint::Length(MESSAGES as u16 + 2),
        Constraint::Length(1),
    ]);
    let [done, facts, curves, messages, keys] = rows.areas(frame.area());
    draw_done(frame, done, progress);
    draw_facts(frame, facts, progress);
    draw_curves(frame, curves, progress);
    draw_messages(frame, messages, progress);
    let hint = match progress.stopping {
        true => "ends after this step, with a checkpoint".bold(),
        false => "q or Ctrl-C: end after the current step, with a checkpoint".dim(),
    };
    frame.render_widget(Paragraph::new(TextLine::from(vec![" ".into(), hint])), keys);
}

fn draw_done(frame: &mut Frame<'_>, area: Rect, progress: &Progress) {
    let course = &progress.course;
    let title = format!(" {}, stage {} of {} ", course.stage, course.number, course.of);
    let left =
        progress.time_left().map_or_else(String::new, |left| format!(", {} left", number::duration(left)));
    let percent = (100.0 * progress.done()).floor();
    let gauge = Gauge::default()
        .block(Block::bordered().title(title.bold()))
        .gauge_style(Style::new().fg(STROKE).bg(Color::Black))
        .ratio(progress.done())
        .label(format!("{} of {} steps, {percent} %{left}", progress.step, course.last));
    frame.render_widget(gauge, area);
}

fn draw_facts(frame: &mut Frame<'_>, area: Rect, progress: &Progress) {
    let facts = [
        ("learning rate", latest(progress, LEARNING_RATE).map(number::short)),
        ("images a second", latest(progress, IMAGES_A_SECOND).map(number::short)),
        ("waiting for data", latest(progress, WAITING).map(|share| format!("{:.0} %", 100.0 * share))),
        ("memory", latest(progress, MEMORY).map(|mebibytes| format!("{:.2} GiB", mebibytes / 1024.0))),
    ];
    let cells = Layout::horizontal([Constraint::Ratio(1, 4); 4]).areas::<4>(area);
    for ((title, value), cell) in facts.into_iter().zip(cells) {
        let value = value.unwrap_or_else(|| "-".to_owned());
        let block = Block::bordered().title(format!(" {title} "));
        frame.render_widget(Paragraph::new(value).centered().block(block), cell);
    }
}

/// The loss as a chart, and beside it what it is made of.
fn draw_curves(frame: &mut Frame<'_>, area: Rect, progress: &Progress) {
    let shown_above = [LEARNING_RATE, IMAGES_A_SECOND, WAITING, MEMORY];
    let mut losses =
        progress.curves.figures().iter().filter(|curve| !shown_above.contains(&curve.name.as_str()));
    let Some(loss) = losses.next() else {
        let waiting = "The first line of figures comes after some steps.".dim();
        frame.render_widget(Paragraph::new(waiting).block(Block::bordered().title(" loss ")), area);
        return;
    };
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(60), Constraint::Percentage(40)]).areas(area);
    draw_chart(frame, left, progress, loss);
    draw_sparklines(frame, right, progress, &losses.collect::<Vec<_>>());
}

fn draw_chart(frame: &mut Frame<'_>, area: Rect, progress: &Progress, curve: &Curve) {
    let points = progress.curves.points(curve, 2 * usize::from(area.width));
    let (low, high) = range(&points);
    // A flat curve gets an axis whose labels differ.
    let margin = ((high - low) * 0.05).max(high.abs() * 0.01).max(1e-9);
    let (low, high) = (low - margin, high + margin);
    let (from, to) =
        (points.first().map_or(0.0, |point| point.0), points.last().map_or(1.0, |point| point.0));
    let value = latest(progress, &curve.name).map_or_else(String::new, number::short);
    let title = format!(" {} {value} ", curve.name);
    let grey = Style::new().fg(Color::DarkGray);
    let steps = Axis::default()
        .style(grey)
        .bounds([from, to.max(from + 1.0)])
        .labels([format!("{from:.0}"), format!("{to:.0}")]);
    let values = Axis::default()
        .style(grey)
        .bounds([low, high])
        .labels([low, (low + high) / 2.0, high].map(number::short));
    let line = Dataset::default()
        .marker(Marker::Braille)
        .graph_type(GraphType::Line)
        .style(Style::new().fg(STROKE))
        .data(&points);
    let chart = Chart::new(vec![line]).x_axis(steps).y_axis(values);
    frame.render_widget(chart.block(Block::bordered().title(title.bold())), area);
}

/// One row a figure: name, latest value, and its course between its least and its largest value.
fn draw_sparklines(frame: &mut Frame<'_>, area: Rect, progress: &Progress, curves: &[&Curve]) {
    let block = Block::bordered().title(" figures ");
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let height = (inner.height / curves.len().max(1) as u16).clamp(1, 4);
    let names = curves.iter().map(|curve| curve.name.len()).max().unwrap_or_default() as u16;
    let rows = Layout::vertical(vec![Constraint::Length(height); curves.len()]).split(inner);
    for (curve, row) in curves.iter().zip(rows.iter()) {
        let parts = [Constraint::Length(names + 1), Constraint::Length(9), Constraint::Min(4)];
        let [name, value, line] = Layout::horizontal(parts).areas(*row);
        let shown = latest(progress, &curve.name).map_or_else(|| "-".to_owned(), number::short);
        frame.render_widget(Paragraph::new(Span::from(curve.name.as_str())), name);
        frame.render_widget(Paragraph::new(shown.add_modifier(Modifier::BOLD)), value);
        let points = progress.curves.points(curve, usize::from(line.width).max(1));
        let drawn = Rect { height: line.height.saturating_sub(u16::from(height > 1)), ..line };
        frame.render_widget(Sparkline::default().data(eighths(&points)).max(100).style(STROKE), drawn);
    }
}

/// Values between 5 for the least and 100 for the largest: sparklines start at 0, losses rarely do.
fn eighths(points: &[(f64, f64)]) -> Vec<u64> {
    let (low, high) = range(points);
    let span = if high > low { high - low } else { 1.0 };
    points.iter().map(|point| 5 + (95.0 * (point.1 - low) / span) as u64).collect()
}

fn draw_messages(frame: &mut Frame<'_>, area: Rect, progress: &Progress) {
    let from = progress.messages.len().saturating_sub(MESSAGES);
    let lines = progress.messages.range(from..).map(|message| TextLine::from(format!(" {message}")));
    let block = Block::bordered().title(" messages ");
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).block(block), area);
}

fn latest(progress: &Progress, name: &str) -> Option<f64> {
    progress.latest.figures.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
}

/// The least and the largest value.
fn range(points: &[(f64, f64)]) -> (f64, f64) {
    let values = points.iter().map(|point| point.1);
    let range = (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max));
    if range.0.is_finite() { range } else { (0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use ratatui::{Terminal, backend::TestBackend};

    use super::*;
    use crate::train::monitor::{curves::Curves, line::Line, progress::Course};

    /// 30 of 120 steps in 58 seconds behind the first one, the loss falling from 90 to 75.
    fn progress() -> Progress {
        let course = Course { stage: "colorizer".into(), number: 2, of: 3, first: 0, last: 120 };
        let mut progress = Progress::new(course, Curves::default());
        for step in [10, 20, 30] {
            let figures = [("loss", 100.0 - f64::from(step)), ("bilateral", 0.125), (LEARNING_RATE, 1e-3)];
            let figures = figures.map(|(name, value)| (name.to_owned(), value)).to_vec();
            progress.latest = Line { step: step as usize, figures };
            progress.curves.push(&progress.latest.clone());
        }
        progress.latest.figures[0].1 = 75.25;
        let start = Instant::now();
        progress.reach(1, start);
        progress.reach(30, start + Duration::from_secs(58));
        progress.say("4 photos and 2 clips".into());
        progress
    }

    fn drawn(progress: &Progress, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| draw(frame, progress)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn stage_step_loss_and_time_left_are_shown() {
        let screen = drawn(&progress(), 120, 40);
        let expected = [
            "colorizer, stage 2 of 3",
            "30 of 120 steps, 25 %, 3 min 0 s left",
            "loss 75.25",
            "bilateral 0.125",
            "0.001",
            "4 photos and 2 clips",
            "q or Ctrl-C: end after the current step",
        ];
        expected.iter().for_each(|text| assert!(screen.contains(text), "{text} in\n{screen}"));
        let braille = |line: &&str| line.chars().any(|letter| ('\u{2801}'..='\u{28ff}').contains(&letter));
        assert!(screen.lines().filter(braille).count() > 5, "the loss falls\n{screen}");
    }

    #[test]
    fn an_end_that_was_asked_for_is_announced_and_small_terminals_do_not_fail() {
        let mut progress = progress();
        progress.stopping = true;
        let screen = drawn(&progress, 80, 24);
        assert!(screen.contains("ends after this step") && screen.contains("loss 75.25"), "{screen}");
        for (width, height) in [(1, 1), (20, 8), (300, 100)] {
            drawn(&progress, width, height);
        }
        progress.curves = Curves::default();
        drawn(&progress, 80, 24);
    }
}
