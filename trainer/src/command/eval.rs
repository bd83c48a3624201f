//! `eval`: measures exported weights on what was held back.

use std::path::PathBuf;

use anyhow::Result;
use burn::{
    backend::Flex,
    tensor::{Tensor, TensorData},
};
use chromaflow::{
    color::{luma, with_luma},
    model::preset::{Networks, Preset},
};
use clap::Args;
use image::RgbImage;
use serde_json::{Value, json};

use crate::{
    data::{
        clips,
        crop::planar,
        photos,
        split::{CLIP_FOLDERS, PHOTO_FOLDERS, Split},
    },
    evaluate::{Scores, colourfulness, mean, pick, psnr},
    loader::random,
    loss::endpoint::endpoint_errors,
    motion::{MotionRange, moving_pair},
    published,
    train::{
        colorizer::Coloring,
        flow::{PHOTO_SIDE, PairTensors},
        parse_preset,
        refiner::neighbourhood,
    },
};

/// Side of the synthetic pairs in pixels.
const PAIR_SIDE: usize = 192;

/// Measures published weights on the held-back photos, clips and synthetic pairs, and prints JSON.
#[derive(Args, Debug)]
pub struct EvalCommand {
    /// The folder of photos and clips, with its validation.txt.
    #[arg(long)]
    data: PathBuf,
    /// The folder of published weights.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Sizes of the networks.
    #[arg(long, value_parser = parse_preset, default_value = "lite")]
    preset: Preset,
    /// Shorter side of photos and frames in pixels.
    #[arg(long, default_value_t = 128)]
    size: u32,
    /// Of each clip every so many frames one is measured.
    #[arg(long, default_value_t = 8)]
    frames_apart: usize,
    /// Synthetic pairs to measure the flow network on.
    #[arg(long, default_value_t = 64)]
    pairs: usize,
}

impl EvalCommand {
    /// Measures and prints.
    pub fn run(self) -> Result<()> {
        let networks = published::load::<Flex>(&self.weights, self.preset.name(), &Default::default())?;
        let coloring = Coloring { trunk: networks.trunk.clone(), colorizer: networks.colorizer.clone() };
        let figures = json!({
            "size": self.size,
            "flow": self.flow(&networks)?,
            "photos": self.photos(&coloring)?,
            "clips": self.clips(&coloring)?,
            "refined": self.refined(&networks, &coloring)?,
        });
        println!("{}", serde_json::to_string_pretty(&figures)?);
        Ok(())
    }

    fn photos(&self, coloring: &Coloring<Flex>) -> Result<Value> {
        let photos = photos::load_coloured(&Split::read(&self.data, &PHOTO_FOLDERS)?.validation, self.size);
        let scores: Vec<_> = photos.iter().map(|photo| score(coloring, &to_tensor(photo))).collect();
        Ok(json!({ "photos": scores.len(), "mean": Scores::mean(&scores) }))
    }

    /// The pick is made once a clip, by the mean saturation over its frames, as the page does.
    fn clips(&self, coloring: &Coloring<Flex>) -> Result<Value> {
        let clips =
            clips::load(&Split::read(&self.data, &CLIP_FOLDERS)?.validation, self.size, self.frames_apart);
        let scores: Vec<_> = clips
            .iter()
            .map(|frames| {
                let frames: Vec<_> = frames.iter().map(|frame| score(coloring, &to_tensor(frame))).collect();
                Scores::mean(&frames).with_one_pick()
            })
            .collect();
        Ok(json!({ "clips": scores.len(), "mean": Scores::mean(&scores) }))
    }

    /// End-point errors in pixels on pairs made of held-back photos.
    fn flow(&self, networks: &Networks<Flex>) -> Result<Value> {
        let photos = photos::load_coloured(&Split::read(&self.data, &PHOTO_FOLDERS)?.validation, PHOTO_SIDE);
        let mut errors = [const { Vec::new() }; 4];
        for index in 0..self.pairs {
            let pair = moving_pair(&photos, PAIR_SIDE, &MotionRange::default(), &mut random(0, index));
            let pair = PairTensors::<Flex>::stack(&[pair], &Default::default());
            let ours = networks.flow.forward_grey(pair.first, pair.second); // [1, 2, h, w]
            let of = |flow: Tensor<Flex, 4>| endpoint_errors(flow, pair.flow.clone()); // [1, 1, h, w]
            let [ours, zero] = [of(ours), of(pair.flow.zeros_like())];
            let seen = |errors: Tensor<Flex, 4>| {
                (errors * pair.visible.clone()).sum().into_scalar() / pair.visible.clone().sum().into_scalar()
            };
            errors[2].push(f64::from(seen(ours.clone())));
            errors[3].push(f64::from(seen(zero.clone())));
            errors[0].push(f64::from(ours.mean().into_scalar()));
            errors[1].push(f64::from(zero.mean().into_scalar()));
        }
        let [ours, zero, ours_visible, zero_visible] = errors.map(|values| mean(&values));
        Ok(json!({ "pairs": self.pairs, "side": PAIR_SIDE, "endpoint_error": ours, "zero_flow": zero,
            "part_of_zero": ours / zero, "visible_endpoint_error": ours_visible, "visible_zero_flow": zero_visible }))
    }

    /// One pass of g over the picked candidate of held-back frames, beside the candidate itself.
    fn refined(&self, networks: &Networks<Flex>, coloring: &Coloring<Flex>) -> Result<Value> {
        let clips = clips::load(&Split::read(&self.data, &CLIP_FOLDERS)?.validation, self.size, 1);
        let mut rows = [const { Vec::new() }; 4];
        for frames in &clips {
            let (s, t) = (frames.len() / 2, frames.len() / 2 + 1);
            let [Some(truth), Some(other)] = [frames.get(s), frames.get(t)].map(|frame| frame.map(to_tensor))
            else {
                continue;
            };
            let greys = [truth.clone(), other].map(luma);
            let [ours, theirs] = greys.clone().map(|grey| coloring.candidates(grey).squeeze_dim::<4>(0));
            let index = pick(ours.clone());
            let [colour_s, colour_t] = [ours, theirs].map(|candidates| candidates.narrow(0, index, 1));
            let [grey_s, grey_t] = greys;
            let input = neighbourhood(&networks.flow, [colour_s.clone(), grey_s.clone()], [colour_t, grey_t]);
            let refined = with_luma(networks.refiner.forward(input), grey_s);
            rows[0].extend(psnr(colour_s.clone(), truth.clone()));
            rows[1].extend(psnr(refined.clone(), truth));
            rows[2].push(colourfulness(colour_s));
            rows[3].push(colourfulness(refined));
        }
        let [psnr, refined_psnr, colour, refined_colour] = rows.map(|values| mean(&values));
        Ok(json!({ "frames": clips.len(), "psnr": psnr, "refined_psnr": refined_psnr,
            "colourfulness": colour, "refined_colourfulness": refined_colour }))
    }
}

fn score(coloring: &Coloring<Flex>, truth: &Tensor<Flex, 4>) -> Scores {
    let candidates = coloring.candidates(luma(truth.clone())).squeeze_dim::<4>(0); // [d, 3, h, w]
    Scores::measure(candidates, truth.clone())
}

fn to_tensor(image: &RgbImage) -> Tensor<Flex, 4> {
    let shape = [1, 3, image.height() as usize, image.width() as usize];
    Tensor::from_data(TensorData::new(planar(image), shape), &Default::default()) // [1, 3, h, w]
}
