//! What `eval` says: the same figures as JSON and as Markdown, which is also what the terminal shows.

use std::fmt::{self, Display, Formatter};

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use serde::Serialize;

use super::{
    ablation::Preference,
    figures::{self, Figures, Measured},
    flow_accuracy::FlowAccuracy,
    motion_gain::MotionGain,
};
use crate::data::sequence::Sequence;

/// All that was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Shorter side in pixels of what was measured; smaller frames are not enlarged.
    pub size: usize,
    /// Passes of g.
    pub passes: usize,
    /// Whether the photos and clips were worn as old film is.
    pub worn: bool,
    /// On synthetic pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<FlowAccuracy>,
    /// On photos, each as a clip of one frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photos: Option<Group>,
    /// On clips.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clips: Option<Group>,
    /// Of an ablation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
    /// What could not be measured, and why.
    pub left_out: Vec<String>,
}

/// What was measured on several clips.
#[derive(Debug, Serialize)]
pub struct Group {
    /// The mean over clips, method by method.
    pub mean: Vec<Measured>,
    /// The mean distance of candidates over clips.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate_distance: Option<f64>,
    /// Clip by clip.
    pub each: Vec<ClipReport>,
}

/// What was measured on one clip.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClipReport {
    /// The clip's name.
    pub name: String,
    /// How many of its frames were measured.
    pub frames: usize,
    /// The candidate that was picked, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picked: Option<usize>,
    /// The candidate of the highest PSNR, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
    /// How far apart the candidates are in the ab plane of CIELAB, the mean over frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate_distance: Option<f64>,
    /// What the flow is worth on this clip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub motion: Option<MotionGain>,
    /// All methods' figures.
    pub methods: Vec<Measured>,
}

impl ClipReport {
    /// The figures of a clip, of which there are no candidates.
    pub fn new(clip: &Sequence, methods: Vec<Measured>, motion: Option<MotionGain>) -> Self {
        let (name, frames) = (clip.name.clone(), clip.frames.len());
        Self { name, frames, picked: None, best: None, candidate_distance: None, motion, methods }
    }
}

impl Group {
    /// Takes the mean over clips; none without any. All clips have the same methods.
    pub fn of(each: Vec<ClipReport>) -> Option<Self> {
        let methods = &each.first()?.methods;
        let over = |index: usize| Figures::mean(each.iter().map(move |clip| &clip.methods[index].figures));
        let mean = (0..methods.len()).map(|index| Measured::new(&methods[index].method, over(index)));
        let mean = mean.collect();
        let candidate_distance = figures::mean(each.iter().filter_map(|clip| clip.candidate_distance));
        Some(Self { mean, candidate_distance, each })
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Frames with a shorter side of at most {} pixels{}; passes of g: {}.",
            self.size,
            if self.worn { ", worn as old film is" } else { "" },
            self.passes
        )?;
        if let Some(photos) = &self.photos {
            writeln!(f, "\n## Photos, mean of {}\n\n{photos}", photos.each.len())?;
        }
        if let Some(clips) = &self.clips {
            for clip in &clips.each {
                writeln!(f, "\n{clip}")?;
            }
            writeln!(f, "\n## Clips, mean of {}\n\n{clips}", clips.each.len())?;
        }
        if let Some(Preference { full, minus }) = &self.preference {
            writeln!(f, "\n## {full} minus each variant\n\n{}", table(minus))?;
        }
        if let Some(flow) = &self.flow {
            writeln!(f, "\n{flow}")?;
        }
        self.left_out.iter().try_for_each(|reason| writeln!(f, "\nLeft out: {reason}"))
    }
}

impl Display for ClipReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "## {}, {} frames", self.name, self.frames)?;
        if let Some((picked, best)) = self.picked.zip(self.best) {
            write!(f, ": candidate {picked} is picked, {best} is best")?;
        }
        write!(f, "\n\n{}", table(&self.methods))?;
        write_distance(f, self.candidate_distance)?;
        self.motion.map_or(Ok(()), |MotionGain { still, warped }| {
            write!(f, "\n\nNeighbouring grey frames differ by {still:.2}, by {warped:.2} once warped.")
        })
    }
}

impl Display for Group {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", table(&self.mean))?;
        write_distance(f, self.candidate_distance)
    }
}

fn write_distance(f: &mut Formatter<'_>, distance: Option<f64>) -> fmt::Result {
    distance.map_or(Ok(()), |distance| write!(f, "\n\nTwo candidates are {distance:.1} apart in ab."))
}

impl Display for FlowAccuracy {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { pairs, side, endpoint_error, zero_flow, part_of_zero, .. } = self;
        write!(
            f,
            "## Flow, mean of {pairs} synthetic pairs of {side} pixels\n\nEnd-point error {endpoint_error:.2} pixels, \
             {:.1} % of zero flow's {zero_flow:.2}; where a pixel is seen in both frames {:.2} of {:.2}.",
            100.0 * part_of_zero,
            self.visible_endpoint_error,
            self.visible_zero_flow
        )
    }
}

/// One row a method. A figure that no method has gets no column.
fn table(methods: &[Measured]) -> Table {
    let has = |index: &usize| methods.iter().any(|row| row.figures.values()[*index].is_some());
    let columns: Vec<usize> = (0..Figures::COLUMNS.len()).filter(has).collect();
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    let titles = columns.iter().map(|&index| Figures::COLUMNS[index].0);
    table.set_header(["method"].into_iter().chain(titles));
    for row in methods {
        let values = row.figures.values();
        let shown = columns.iter().map(|&index| {
            let digits = Figures::COLUMNS[index].1;
            values[index].map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
        });
        table.add_row([row.method.clone()].into_iter().chain(shown));
    }
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}
