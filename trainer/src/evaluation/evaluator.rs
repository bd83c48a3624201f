//! From a clip to its figures and its contact sheet.

use anyhow::{Result, ensure};
use burn::tensor::Tensor;
use chromaflow::kernel::Kernels;
use image::RgbImage;

use super::{
    ablation::{NO_REFINEMENT, Variant},
    coloring::{ColouredClip, Painter},
    figures::{Figures, GREY, Measured, REFINED, TRUTH},
    flow_figures::FlowFigures,
    flows::Flows,
    footage::Footage,
    group::{ClipReport, Picked},
    hinting,
    sheet::{Column, Sheet},
    tint::tinted,
};
use crate::{
    data::{sequence::Sequence, tensor::to_tensor},
    metric::lpips::Lpips,
};

/// Measures clips.
pub struct Evaluator<B: Kernels> {
    /// Find the motion.
    pub flows: Flows<B>,
    /// LPIPS, where the user has its weights.
    pub lpips: Option<Lpips<B>>,
    /// Passes of g.
    pub passes: usize,
    /// Numbers of points of the truth that a clip is colored anew with.
    pub hints: Vec<usize>,
    /// Where to compute.
    pub device: B::Device,
}

impl<B: Kernels> Evaluator<B> {
    /// Colors and measures a clip, or a photo as a clip of one frame. The sheet shows `rows` of its frames.
    pub fn ours(&self, painter: &Painter<B>, clip: &Sequence, rows: usize) -> Result<(ClipReport, Sheet)> {
        let footage = self.footage(&clip.frames);
        let colored = ColouredClip::new(painter, &footage, self.passes);
        let figures: Vec<_> =
            colored.candidates.iter().map(|candidate| self.measure(&footage, candidate)).collect();
        let best = best(&figures);
        let mut methods = vec![self.grey(&footage), self.tint(&footage)];
        let numbered = figures.iter().zip(1..);
        methods.extend(numbered.map(|(figures, n)| Measured::new(format!("candidate {n}"), *figures)));
        for pick in &colored.picks {
            let known = pick.only().map(|index| figures[index]);
            let picked = known.unwrap_or_else(|| self.measure(&footage, &pick.frames));
            methods.push(Measured::new(pick.row(), picked));
        }
        methods.push(Measured::new("best", figures[best]));
        methods.push(Measured::new(REFINED, self.measure(&footage, colored.result())));
        methods.push(truth(&footage));
        let sheet = Sheet::of_coloring(&footage, &colored, rows);
        let mut report = ClipReport::new(clip, methods, self.motion(&footage));
        report.picked = colored.picks.iter().map(Picked::of).collect();
        report.best = Some(best + 1);
        report.candidate_distance = colored.distance;
        if !self.hints.is_empty() {
            let flow = &self.flows.own.network;
            report.hinted = hinting::measure(painter, &footage, &colored, flow, self.passes, &self.hints)?;
        }
        Ok((report, sheet))
    }

    /// Colors and measures a clip with each variant of the method, and with the first one, which is the whole method,
    /// before refinement. All see the same frames and the same motion. The sheet's columns are the report's rows.
    pub fn ablation(&self, variants: &[Variant<B>], clip: &Sequence, rows: usize) -> (ClipReport, Sheet) {
        let footage = self.footage(&clip.frames);
        let mut colored: Vec<(&str, Vec<Tensor<B, 4>>)> = Vec::new();
        for Variant { name, painter } in variants {
            let clip = ColouredClip::new(painter, &footage, self.passes);
            colored.push((name, clip.result().to_vec()));
            if colored.len() == 1 {
                colored.push((NO_REFINEMENT, clip.pick().to_vec()));
            }
        }
        let mut methods = vec![self.grey(&footage)];
        methods.extend(
            colored.iter().map(|(name, frames)| Measured::new(*name, self.measure(&footage, frames))),
        );
        methods.push(truth(&footage));
        let input = footage.input();
        let columns: Vec<Column<'_, B>> = std::iter::once(("grey", input.as_slice()))
            .chain(colored.iter().map(|(name, frames)| (*name, frames.as_slice())))
            .chain([("truth", footage.truth.as_slice())])
            .collect();
        (ClipReport::new(clip, methods, self.motion(&footage)), Sheet::new(&columns, rows))
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
        let methods = vec![
            self.grey(&footage),
            Measured::new("prediction", self.measure(&footage, &predicted)),
            truth(&footage),
        ];
        let input = footage.input();
        let columns: [Column<'_, B>; 3] =
            [("grey", &input), ("prediction", &predicted), ("truth", &footage.truth)];
        let report = ClipReport::new(clip, methods, self.motion(&footage));
        Ok((report, Sheet::new(&columns, rows)))
    }

    fn footage(&self, frames: &[RgbImage]) -> Footage<B> {
        let footage = Footage::new(frames, &self.flows.own.network, &self.device);
        match &self.flows.measuring {
            Some(flow) => footage.measured_along(&flow.network),
            None => footage,
        }
    }

    /// How well each of the flow networks finds the motion.
    fn motion(&self, footage: &Footage<B>) -> Vec<FlowFigures> {
        let own = (self.flows.own.name.as_str(), &footage.links);
        let measuring = self.flows.measuring.as_ref().zip(footage.measuring.as_ref());
        let measuring = measuring.map(|(flow, links)| (flow.name.as_str(), links));
        FlowFigures::measure(footage, &[own].into_iter().chain(measuring).collect::<Vec<_>>())
    }

    /// The grey input's own figures.
    fn grey(&self, footage: &Footage<B>) -> Measured {
        Measured::new(GREY, self.measure(footage, &footage.input()))
    }

    /// The figures of one tint for everything.
    fn tint(&self, footage: &Footage<B>) -> Measured {
        let frames: Vec<_> = footage.grey.iter().map(tinted).collect(); // [1, 3, h, w] each
        Measured::new("tint", self.measure(footage, &frames))
    }

    fn measure(&self, footage: &Footage<B>, frames: &[Tensor<B, 4>]) -> Figures {
        footage.measure(frames, self.lpips.as_ref())
    }
}

/// The truth's own figures.
fn truth<B: Kernels>(footage: &Footage<B>) -> Measured {
    Measured::new(TRUTH, footage.measure_alone(&footage.truth))
}

/// The candidate of the highest PSNR over the whole clip, from 0.
fn best(candidates: &[Figures]) -> usize {
    let psnr = |index: &usize| candidates[*index].psnr.unwrap_or(f64::NEG_INFINITY);
    (0..candidates.len()).max_by(|a, b| psnr(a).total_cmp(&psnr(b))).unwrap_or_default()
}
