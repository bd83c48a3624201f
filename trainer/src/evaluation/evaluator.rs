//! From a clip to its figures and its contact sheet.

use anyhow::{Result, ensure};
use burn::tensor::Tensor;
use chromaflow::model::{flow::CostVolume, preset::Networks};
use image::RgbImage;

use super::{
    colouring::ColouredClip,
    figures::{Figures, Measured},
    footage::{Footage, to_tensor},
    motion_gain::MotionGain,
    report::ClipReport,
    sheet::Sheet,
};
use crate::{data::sequence::Sequence, metric::lpips::Lpips};

/// Measures clips.
pub struct Evaluator<B: CostVolume> {
    /// The networks; of other methods' frames only the flow network is asked.
    pub networks: Networks<B>,
    /// LPIPS, where the user has its weights.
    pub lpips: Option<Lpips<B>>,
    /// Passes of g.
    pub passes: usize,
    /// Where to compute.
    pub device: B::Device,
}

impl<B: CostVolume> Evaluator<B> {
    /// Colours and measures a clip, or a photo as a clip of one frame. The sheet shows `rows` of its frames.
    pub fn ours(&self, clip: &Sequence, rows: usize) -> (ClipReport, Sheet) {
        let footage = self.footage(&clip.frames);
        let ColouredClip { candidates, picked, distance, refined } =
            ColouredClip::new(&self.networks, &footage, self.passes);
        let figures: Vec<_> = candidates.iter().map(|candidate| self.measure(&footage, candidate)).collect();
        let best = best(&figures);
        let input = footage.input();
        let mut methods = vec![Measured::new("grey", self.measure(&footage, &input))];
        let numbered = figures.iter().zip(1..);
        methods.extend(numbered.map(|(figures, n)| Measured::new(format!("candidate {n}"), figures.clone())));
        methods.push(Measured::new("pick", figures[picked].clone()));
        methods.push(Measured::new("best", figures[best].clone()));
        methods.push(Measured::new("refined", self.measure(&footage, &refined)));
        methods.push(Measured::new("truth", footage.measure_alone(&footage.truth)));

        let mut columns: Vec<&[Tensor<B, 4>]> = vec![&input];
        columns.extend(candidates.iter().map(Vec::as_slice));
        columns.extend([candidates[picked].as_slice(), &refined, &footage.truth]);
        let mut report = ClipReport::new(clip, methods, MotionGain::measure(&footage));
        (report.picked, report.best) = (Some(picked + 1), Some(best + 1));
        report.candidate_distance = distance;
        (report, Sheet::new(&columns, rows))
    }

    /// Measures another method's frames of a clip.
    pub fn prediction(
        &self,
        clip: &Sequence,
        prediction: &Sequence,
        rows: usize,
    ) -> Result<(ClipReport, Sheet)> {
        let [ours, theirs] = [clip, prediction].map(Sequence::extent);
        ensure!(ours == theirs, "{}: the clip has {ours}, its prediction {theirs}", clip.name);
        let footage = self.footage(&clip.frames);
        let predicted: Vec<_> =
            prediction.frames.iter().map(|frame| to_tensor(frame, &self.device)).collect();
        let input = footage.input();
        let methods = vec![
            Measured::new("grey", self.measure(&footage, &input)),
            Measured::new("prediction", self.measure(&footage, &predicted)),
            Measured::new("truth", footage.measure_alone(&footage.truth)),
        ];
        let sheet = Sheet::new(&[&input, &predicted, &footage.truth], rows);
        Ok((ClipReport::new(clip, methods, MotionGain::measure(&footage)), sheet))
    }

    fn footage(&self, frames: &[RgbImage]) -> Footage<B> {
        Footage::new(frames, &self.networks.flow, &self.device)
    }

    fn measure(&self, footage: &Footage<B>, frames: &[Tensor<B, 4>]) -> Figures {
        footage.measure(frames, self.lpips.as_ref())
    }
}

/// The candidate of the highest PSNR over the whole clip, from 0.
fn best(candidates: &[Figures]) -> usize {
    let psnr = |index: &usize| candidates[*index].psnr.unwrap_or(f64::NEG_INFINITY);
    (0..candidates.len()).max_by(|a, b| psnr(a).total_cmp(&psnr(b))).unwrap_or_default()
}
