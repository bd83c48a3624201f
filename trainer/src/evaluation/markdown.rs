//! The report of `eval` as Markdown, which the terminal shows too.

use std::fmt::{self, Display, Formatter};

use super::{
    ablation::Preference,
    flow_figures::FlowFigures,
    group::{ClipReport, Group, Picked},
    report::Report,
    tables,
};
use crate::metric::candidate_distance::CandidateDistance;

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Frames with a shorter side of at most {} pixels{}; passes of g: {}. Warping errors are measured along the flow of {}.",
            self.size,
            if self.worn { ", worn as old film is" } else { "" },
            self.passes,
            self.measuring_flow
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
            writeln!(f, "\n## {full} minus each variant\n\n{}", tables::figures(minus))?;
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
        if let Some(best) = self.best {
            write!(f, ": candidate {best} is best")?;
        }
        for Picked { rule, candidates } in &self.picked {
            let candidates: Vec<_> = candidates.iter().map(usize::to_string).collect();
            write!(f, ", {} is picked by {rule}", candidates.join(", "))?;
        }
        write!(f, "\n\n{}", tables::figures(&self.methods))?;
        write_distance(f, self.candidate_distance)?;
        write_flows(f, &self.flows)
    }
}

impl Display for Group {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\nRight by hue:\n\n{}", tables::figures(&self.mean), tables::hue(&self.mean))?;
        write_distance(f, self.candidate_distance)?;
        if let Some(refinement) = &self.refinement {
            write!(f, "\n\n{refinement}")?;
        }
        if !self.hinted.is_empty() {
            write!(
                f,
                "\n\nWith points of the truth's colors in the first frame:\n\n{}",
                tables::hinted(&self.hinted)
            )?;
        }
        write_flows(f, &self.flows)
    }
}

fn write_distance(f: &mut Formatter<'_>, distance: Option<CandidateDistance>) -> fmt::Result {
    distance.map_or(Ok(()), |CandidateDistance { mean, nearest }| {
        write!(f, "\n\nTwo candidates are {mean:.1} apart in ab, the nearest two {nearest:.1}.")
    })
}

fn write_flows(f: &mut Formatter<'_>, flows: &[FlowFigures]) -> fmt::Result {
    if flows.is_empty() {
        return Ok(());
    }
    write!(f, "\n\nNeighboring grey frames, warped by a flow:\n\n{}", tables::flows(flows))
}
