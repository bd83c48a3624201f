//! Where marked places are in every frame of their shots: followed forwards and backwards before the clip is colored.

use std::{collections::HashMap, path::Path};

use anyhow::Result;
use chromaflow::{
    clip::{CutFinder, Place, Tracked, Tracker},
    color::LumaFrame,
    hint::Hint,
    kernel::Kernels,
    model::flow::FlowNet,
};
use pollster::block_on;

use super::file::{Mark, MarkedPlace};
use crate::film::Film;

/// Hints of each frame that has some, by the frame's number.
pub type FrameHints = HashMap<usize, Vec<Hint>>;

/// A marked place, and the frame of its shot that it was given in.
struct Given {
    frame: usize,
    color: [f32; 2],
    strength: f32,
    place: MarkedPlace,
}

/// The hints of all frames of a clip. The small frames of one shot are held at a time.
pub fn follow<B: Kernels>(
    film: &Film,
    path: &Path,
    marks: &[Mark],
    flow: &FlowNet<B>,
    device: &B::Device,
) -> Result<FrameHints> {
    let rate = film.frames_a_second();
    let numbered = |mark: &Mark| ((mark.time * rate).round() as usize, mark.clone());
    let marks: Vec<(usize, Mark)> = marks.iter().map(numbered).collect();
    let Some(last) = marks.iter().map(|(frame, _)| *frame).max() else { return Ok(FrameHints::new()) };
    let mut decoder = film.decode(path, 0.0, None)?;
    let (mut cuts, mut shot) = (CutFinder::default(), Vec::new());
    let (mut number, mut start) = (0, 0);
    let mut hints = FrameHints::new();
    while let Some(frame) = decoder.next_frame()? {
        if cuts.begins_shot(&frame)? {
            hints.extend(numbered_from(
                start,
                follow_shot(&shot, &within(&marks, start, shot.len()), flow, device)?,
            ));
            shot.clear();
            start = number;
            if start > last {
                break;
            }
        }
        shot.push(Tracker::<B>::shrunk(&frame)?);
        number += 1;
    }
    hints.extend(numbered_from(start, follow_shot(&shot, &within(&marks, start, shot.len()), flow, device)?));
    Ok(hints)
}

/// The marks of a shot of `length` frames from number `start` on, with the shot's own numbers of their frames.
fn within(marks: &[(usize, Mark)], start: usize, length: usize) -> Vec<(usize, Mark)> {
    let within = marks.iter().filter(|(frame, _)| (start..start + length).contains(frame));
    within.map(|(frame, mark)| (frame - start, mark.clone())).collect()
}

/// The hints of a shot's frames, by their numbers in the clip.
fn numbered_from(start: usize, shot: Vec<Vec<Hint>>) -> impl Iterator<Item = (usize, Vec<Hint>)> {
    (start..).zip(shot).filter(|(_, hints)| !hints.is_empty())
}

/// The hints of each frame of a shot, of marks in its frames of these numbers.
pub fn follow_shot<B: Kernels>(
    shot: &[LumaFrame],
    marks: &[(usize, Mark)],
    flow: &FlowNet<B>,
    device: &B::Device,
) -> Result<Vec<Vec<Hint>>> {
    let given: Vec<Given> = marks.iter().flat_map(|(frame, mark)| Given::of(mark, *frame)).collect();
    let frames = given.iter().map(|given| given.frame);
    let mut hints = vec![Vec::new(); shot.len()];
    let (Some(first), Some(last)) = (frames.clone().min(), frames.max()) else { return Ok(hints) };
    let mut pass = |numbers: &mut dyn Iterator<Item = usize>, with_own: bool| -> Result<()> {
        let mut tracker = Tracker::<B>::default();
        for number in numbers {
            let tracked = block_on(tracker.track(&shot[number], &places(&given, number), flow, device))?;
            let seen = tracked.iter().filter(|place| place.visible);
            let seen = seen.map(|place| given[place.id as usize].hint(place, number));
            let kept = seen.filter(|hint| with_own || hint.distance > 0.0);
            hints[number].extend(kept);
        }
        Ok(())
    };
    pass(&mut (first..shot.len()), true)?;
    pass(&mut (0..=last).rev(), false)?;
    Ok(hints)
}

/// The places that were given in a frame of the shot.
fn places(given: &[Given], frame: usize) -> Vec<Place> {
    let numbered = (0..).zip(given).filter(|(_, given)| given.frame == frame);
    numbered.map(|(id, given)| Place { id, x: given.place.x, y: given.place.y }).collect()
}

impl Given {
    fn of(mark: &Mark, frame: usize) -> impl Iterator<Item = Self> {
        let &Mark { color, strength, .. } = mark;
        mark.places.iter().map(move |&place| Self { frame, color, strength, place })
    }

    fn hint(&self, tracked: &Tracked, frame: usize) -> Hint {
        Hint {
            x: tracked.x,
            y: tracked.y,
            radius: self.place.radius,
            color: self.color,
            strength: self.strength,
            distance: self.frame.abs_diff(frame) as f32,
        }
    }
}
