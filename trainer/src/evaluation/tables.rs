//! The tables of a report, as Markdown: one row a method, or a flow.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};

use super::{
    figures::{Figures, Measured},
    flow_figures::FlowFigures,
    hinting::{FrameFigures, HintFigures},
};
use crate::metric::hue::{SECTORS, SectorCounts};

/// The figures that are single numbers. One that no method has gets no column.
pub fn figures(methods: &[Measured]) -> Table {
    let has = |index: &usize| methods.iter().any(|row| row.figures.values()[*index].is_some());
    let columns: Vec<usize> = (0..Figures::COLUMNS.len()).filter(has).collect();
    let titles = columns.iter().map(|&index| Figures::COLUMNS[index].0);
    let row = |row: &Measured| {
        let values = row.figures.values();
        let shown = columns.iter().map(|&index| number(values[index], Figures::COLUMNS[index].1));
        [row.method.clone()].into_iter().chain(shown).collect()
    };
    table(["method"].into_iter().chain(titles), methods.iter().map(row))
}

/// Right by hue: the pixels that are right and wrong, the mean of the sectors, and those that are right in each, all in per cent.
pub fn hue(methods: &[Measured]) -> Table {
    let titles = ["method", "right (%)", "wrong (%)"].into_iter().chain(SECTORS.map(|(name, _)| name));
    let rows = methods.iter().filter_map(|row| {
        let counts = row.figures.hue?;
        let shares =
            [counts.right(), counts.wrong()].into_iter().chain(counts.0.iter().map(SectorCounts::right));
        Some([row.method.clone()].into_iter().chain(shares.map(per_cent)).collect())
    });
    table(titles, rows)
}

/// How well flows find the motion.
pub fn flows(flows: &[FlowFigures]) -> Table {
    let row = |row: &FlowFigures| {
        vec![row.flow.clone(), number(Some(row.grey_difference), 2), per_cent(row.visible)]
    };
    table(["flow", "grey difference", "visible (%)"], flows.iter().map(row))
}

/// What hints are worth: PSNR in dB over the clip and in three of its frames, and the pixels of the right hue in per cent.
pub fn hinted(hinted: &[HintFigures]) -> Table {
    let titles = [
        "points",
        "PSNR (dB)",
        "first frame",
        "middle",
        "last",
        "right (%)",
        "first frame",
        "last",
        "seen last (%)",
    ];
    let psnr = |figures: &FrameFigures| number(figures.psnr, 2);
    let right = |figures: &FrameFigures| per_cent(figures.hue.and_then(|hue| hue.right()));
    let row = |HintFigures { points, clip, first, middle, last, seen }: &HintFigures| {
        let psnrs = [clip, first, middle, last].map(psnr);
        let rights = [clip, first, last].map(right);
        [points.to_string()].into_iter().chain(psnrs).chain(rights).chain([per_cent(*seen)]).collect()
    };
    table(titles, hinted.iter().map(row))
}

fn table<'a>(titles: impl IntoIterator<Item = &'a str>, rows: impl Iterator<Item = Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(titles);
    table.add_rows(rows);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

fn per_cent(share: Option<f64>) -> String {
    number(share.map(|share| 100.0 * share), 1)
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}
