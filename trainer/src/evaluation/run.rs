//! Measures many clips one after the other, and goes on where one can't be measured.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use chromaflow::kernel::Kernels;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    ablation::Variant,
    coloring::Painter,
    evaluator::Evaluator,
    group::{ClipReport, Group},
    sheet::Sheet,
};
use crate::{
    data::{
        photos,
        sequence::{self, Sequence},
    },
    parameters::Wear,
};

/// Frames of a clip that its contact sheet shows.
const SHEET_FRAMES: usize = 4;

/// Photos that their contact sheet shows.
const SHEET_PHOTOS: usize = 12;

/// The method that is measured on a clip.
pub enum Subject<B: Kernels> {
    /// Our candidates, the pick and the pick refined.
    Ours(Box<Painter<B>>),
    /// The frames in this folder, of another method.
    Predictions(PathBuf),
    /// The method and its variants.
    Ablation(Vec<Variant<B>>),
}

/// The measurements, and the folder of the contact sheets.
pub struct EvaluationRun<'a, B: Kernels> {
    /// Measures each clip.
    pub evaluator: &'a Evaluator<B>,
    /// Longer frames are shrunk to this shorter side in pixels.
    pub size: u32,
    /// How many frames of each clip are measured; all where none.
    pub frames: Option<usize>,
    /// Photos and clips are worn like this before anything sees them; they are as they are where none.
    pub wear: Option<Wear>,
    /// The method that is measured on each clip.
    pub subject: &'a Subject<B>,
    /// The folder of the contact sheets.
    pub sheets: Option<&'a Path>,
    /// Photos and clips that could not be measured, and why.
    pub left_out: Vec<String>,
}

impl<B: Kernels> EvaluationRun<'_, B> {
    /// Measures `painter` on photos, each as a clip of one frame; grey ones are left out.
    pub fn photos(&mut self, painter: &Painter<B>, files: &[PathBuf]) -> Result<Option<Group>> {
        let photos = photos::load_coloured_files(files, self.size);
        let apart = photos.len().div_ceil(SHEET_PHOTOS).max(1);
        let (mut each, mut sheet) = (Vec::new(), Sheet::default());
        let progress = progress(photos.len())?;
        for (index, (file, photo)) in photos.into_iter().enumerate() {
            match Sequence::new(sequence::name(&file), vec![photo]) {
                Ok(mut photo) => {
                    self.wear(&mut photo, index);
                    let (report, row) =
                        self.evaluator.ours(painter, &photo, usize::from(index % apart == 0))?;
                    each.push(report);
                    sheet.append(row);
                }
                Err(error) => self.left_out.push(format!("{error:#}")),
            }
            progress.inc(1);
        }
        progress.finish_and_clear();
        self.save(&sheet, "photos")?;
        Ok(Group::of(each))
    }

    /// Measures video files and folders of frames.
    pub fn clips(&mut self, paths: &[PathBuf]) -> Result<Option<Group>> {
        let names: HashSet<String> = paths.iter().map(|path| sequence::name(path)).collect();
        ensure!(names.len() == paths.len(), "two clips have the same name");
        let mut each = Vec::new();
        let progress = progress(paths.len())?;
        for (index, path) in paths.iter().enumerate() {
            progress.set_message(sequence::name(path));
            match self.clip(path, index) {
                Ok((report, sheet)) => {
                    self.save(&sheet, &report.name)?;
                    each.push(report);
                }
                Err(error) => self.left_out.push(format!("{error:#}")),
            }
            progress.inc(1);
        }
        progress.finish_and_clear();
        Ok(Group::of(each))
    }

    fn clip(&self, path: &Path, index: usize) -> Result<(ClipReport, Sheet)> {
        let read = |path: &Path| Sequence::read(path, self.size, self.frames);
        let mut clip = read(path)?;
        self.wear(&mut clip, index);
        match self.subject {
            Subject::Ours(painter) => self.evaluator.ours(painter, &clip, SHEET_FRAMES),
            Subject::Ablation(variants) => Ok(self.evaluator.ablation(variants, &clip, SHEET_FRAMES)),
            Subject::Predictions(folder) => {
                let prediction = read(&Sequence::find(folder, &clip.name)?)?;
                self.evaluator.prediction(&clip, &prediction, SHEET_FRAMES)
            }
        }
    }

    fn wear(&self, clip: &mut Sequence, index: usize) {
        if let Some(wear) = self.wear {
            wear.wear(&mut clip.frames, index as u64);
        }
    }

    fn save(&self, sheet: &Sheet, name: &str) -> Result<()> {
        self.sheets.map_or(Ok(()), |folder| sheet.save(&folder.join(format!("{name}.png"))))
    }
}

fn progress(clips: usize) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{pos} of {len} measured, {elapsed}, {msg}")?;
    Ok(ProgressBar::new(clips as u64).with_style(style))
}
