//! The curves as an SVG: one panel a figure.

use std::ops::Range;

use anyhow::{Result, anyhow};
use plotters::{
    coord::ranged1d::{AsRangedCoord, Ranged, ValueFormatter},
    prelude::*,
};

use super::{curves::Curves, number};

/// Panels side by side.
const COLUMNS: usize = 2;

/// Width and height of a panel in pixels.
const PANEL: (u32, u32) = (480, 260);

/// Points of a curve at most; more can't be distinguished in a panel.
const POINTS: usize = 400;

const STROKE: RGBColor = RGBColor(31, 90, 166);

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Draws all curves over the steps of a stage.
pub fn svg(stage: &str, curves: &Curves) -> Result<String> {
    const TITLE: u32 = 40;
    let panels: Vec<_> = curves
        .figures()
        .iter()
        .map(|curve| (curve.name.as_str(), curves.points(curve, POINTS)))
        .filter(|(_, points)| !points.is_empty())
        .collect();
    let rows = panels.len().div_ceil(COLUMNS).max(1);
    let size = (COLUMNS as u32 * PANEL.0, rows as u32 * PANEL.1 + TITLE);
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, size).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let body = root.titled(&format!("{stage}, over its steps"), ("sans-serif", 22)).map_err(failed)?;
        for (area, (name, points)) in body.split_evenly((rows, COLUMNS)).iter().zip(&panels) {
            let (low, high) = range(points);
            if squashed(points) {
                panel(area, name, points, (low..high).log_scale())?;
            } else {
                // A flat curve gets an axis whose labels differ.
                let margin = ((high - low) * 0.05).max(high.abs() * 0.02).max(1e-9);
                panel(area, name, points, low - margin..high + margin)?;
            }
        }
        root.present().map_err(failed)?;
    }
    Ok(text)
}

fn panel<Y>(
    area: &Area<'_>,
    name: &str,
    points: &[(f64, f64)],
    values: impl AsRangedCoord<CoordDescType = Y, Value = f64>,
) -> Result<()>
where
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    let mut chart = ChartBuilder::on(area)
        .caption(name.replace('_', " "), ("sans-serif", 17))
        .margin(10)
        .margin_right(24)
        .x_label_area_size(28)
        .y_label_area_size(62)
        .build_cartesian_2d(steps(points), values)
        .map_err(failed)?;
    chart
        .configure_mesh()
        .x_labels(5)
        .y_labels(5)
        .x_label_formatter(&|step| format!("{step:.0}"))
        .y_label_formatter(&|value| number::short(*value))
        .label_style(("sans-serif", 13))
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .draw()
        .map_err(failed)?;
    chart.draw_series(LineSeries::new(points.iter().copied(), STROKE.stroke_width(2))).map_err(failed)?;
    Ok(())
}

/// From the first step to the last, and never empty.
fn steps(points: &[(f64, f64)]) -> Range<f64> {
    let last = points.last().map_or(1.0, |point| point.0);
    let first = points.first().map_or(0.0, |point| point.0).min(last - 1.0);
    first..last
}

fn range(points: &[(f64, f64)]) -> (f64, f64) {
    let values = points.iter().map(|point| point.1);
    (values.clone().fold(f64::INFINITY, f64::min), values.fold(f64::NEG_INFINITY, f64::max))
}

/// Most of the curve lies in the lowest tenth of a linear axis: a logarithmic one shows more.
fn squashed(points: &[(f64, f64)]) -> bool {
    let mut values: Vec<f64> = points.iter().map(|point| point.1).collect();
    values.sort_by(f64::total_cmp);
    match (values.first(), values.get(values.len() / 2), values.last()) {
        (Some(&low), Some(&median), Some(&high)) => low > 0.0 && median < high / 10.0,
        _ => false,
    }
}

fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("drawing the curves: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::monitor::line::Line;

    /// The loss falls from 1000 to 1, which needs a logarithmic axis; the rate is flat.
    fn curves(lines: usize) -> Curves {
        let mut curves = Curves::default();
        for step in 1..=lines {
            let loss = 1000.0 * 0.001f64.powf((step - 1) as f64 / lines.max(2) as f64);
            let figures = [("loss", loss), ("learning_rate", 1e-3), ("never <known>", f64::NAN)];
            curves.push(&Line { step, figures: figures.map(|(name, value)| (name.into(), value)).to_vec() });
        }
        curves
    }

    /// How many points each curve has; the document is well-formed.
    fn points(svg: &str) -> Vec<usize> {
        let document = roxmltree::Document::parse(svg).unwrap();
        let stroke = format!("#{:02X}{:02X}{:02X}", STROKE.0, STROKE.1, STROKE.2);
        let curve = |node: &roxmltree::Node<'_, '_>| {
            node.has_tag_name(("http://www.w3.org/2000/svg", "polyline"))
                && node.attribute("stroke") == Some(&stroke)
        };
        let curves = document.descendants().filter(curve);
        curves.map(|node| node.attribute("points").unwrap().split_whitespace().count()).collect()
    }

    #[test]
    fn each_figure_is_a_curve_with_its_points() {
        assert_eq!(points(&svg("a < b", &curves(25)).unwrap()), [25, 25]);
        assert_eq!(points(&svg("long", &curves(3 * POINTS)).unwrap()), [POINTS, POINTS]);
        assert_eq!(points(&svg("one line", &curves(1)).unwrap()), [1, 1]);
        assert_eq!(points(&svg("none yet", &Curves::default()).unwrap()), [0usize; 0]);
    }

    #[test]
    fn only_a_squashed_curve_gets_a_logarithmic_axis() {
        let curves = curves(25);
        let [loss, rate] = [0, 1].map(|index| curves.points(&curves.figures()[index], POINTS));
        assert!(squashed(&loss) && !squashed(&rate));
        assert!(!squashed(&[(0.0, -1.0), (1.0, 100.0)]));
        let svg = svg("two axes", &curves).unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let labels: Vec<_> = document.descendants().filter_map(|node| node.text()).map(str::trim).collect();
        for label in ["loss", "learning rate", "10", "100", "1000", "0.001"] {
            assert!(labels.contains(&label), "{label} in {labels:?}");
        }
    }
}
