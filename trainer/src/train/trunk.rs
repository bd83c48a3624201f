//! Trains the trunk alone, before f: from grey, its taps must tell which colours are likely where, and what a teacher
//! network sees in the colour photo. Both need knowledge of what things are, and cost far less than training through f.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use burn::{
    module::{Initializer, Module},
    nn::conv::{Conv2d, Conv2dConfig},
    tensor::{
        Tensor, TensorData,
        backend::{AutodiffBackend, Backend},
    },
};
use chromaflow::{
    color::luma,
    kernel::Kernels,
    model::vgg::{Vgg, VggConfig},
    upsample::upsample,
};
use rand::{SeedableRng, rngs::StdRng, seq::IndexedRandom};

use super::{
    fit::fit,
    normalisation::TrunkNormalisation,
    peers::Group,
    training::{StageRun, StepLoss, Training},
};
use crate::{
    config::Framing,
    data::{
        crop::{Crop, Window},
        teacher::TeacherMaps,
    },
    loader::{Draw, Loader, Order},
    loss::palette::{COLOURS, PaletteTruth, Shares, cross_entropy, rarity, shares},
    prepared::{FrameCache, PreparedItem, PreparedSet, Split},
};

/// The first tap whose features the colours are told from; its resolution is the palette's.
const FIRST_TAP: usize = 2;

/// Pixels of the input along a side of one pixel of that tap.
const PALETTE_SCALE: usize = 1 << FIRST_TAP;

/// Pixels of the input along a side of one pixel of the last tap, from which the teacher's features are told.
const TEACHER_SCALE: usize = 16;

/// Windows that the palette's frequencies are counted in.
const COUNTED_WINDOWS: usize = 500;

/// The trunk, normalised between its convolutions, and the linear maps that it is examined by.
#[derive(Module, Debug)]
pub struct TrunkTask<B: Backend> {
    trunk: Vgg<B>,
    normalisation: TrunkNormalisation<B>,
    colours: Vec<Conv2d<B>>,
    teacher: Conv2d<B>,
}

impl<B: Backend> TrunkTask<B> {
    /// Fresh weights; `teacher` is the number of the teacher's features.
    pub fn init(config: &VggConfig, teacher: usize, device: &B::Device) -> Self {
        let linear = |input: usize, output: usize| {
            let small = Initializer::Normal { mean: 0.0, std: 0.01 };
            Conv2dConfig::new([input, output], [1, 1]).with_initializer(small).init(device)
        };
        Self {
            trunk: config.init(device),
            normalisation: TrunkNormalisation::init(config, device),
            colours: config.widths[FIRST_TAP..].iter().map(|&width| linear(width, COLOURS)).collect(),
            teacher: linear(config.widths[config.widths.len() - 1], teacher),
        }
    }

    /// The trunk that is kept: the normalisation went into its weights.
    pub fn schooled(self) -> Vgg<B> {
        self.normalisation.fold_into(self.trunk)
    }
}

impl<B: Kernels> TrunkTask<B> {
    /// Logits of the palette `[n, COLOURS, h / 4, w / 4]` and the teacher's features `[n, c, h / 16, w / 16]`, of grey
    /// `[n, 1, h, w]`.
    fn forward(&self, grey: Tensor<B, 4>) -> (Tensor<B, 4>, Tensor<B, 4>) {
        let between = |block, index, convolved| self.normalisation.forward(block, index, convolved);
        let [.., third, fourth, fifth] = self.trunk.forward_through(grey.repeat_dim(1, 3), between);
        let features = self.teacher.forward(fifth.clone());
        // [n, COLOURS, h / 16, w / 16], then twice as large with each finer tap
        let coarse = self.colours[2].forward(fifth);
        let middle = upsample(coarse, 2) + self.colours[1].forward(fourth);
        let logits = upsample(middle, 2) + self.colours[0].forward(third);
        (logits, features)
    }
}

/// Photos, the teacher's maps, and what each colour counts.
struct School {
    photos: Vec<PreparedItem>,
    frames: FrameCache,
    teacher: Option<TeacherMaps>,
    rarity: Vec<f32>,
    framing: Framing,
    side: usize,
    batch: usize,
}

/// One pass's images, colours and features.
struct TrunkBatch {
    rgb: Vec<f32>,
    shares: Vec<Shares>,
    features: Vec<f32>,
    known: Vec<f32>,
}

/// The trunk's training.
struct TrunkTraining<B: Backend> {
    school: Arc<School>,
    teacher_weight: f64,
    device: B::Device,
}

/// Trains the stage to its end.
pub fn train<B: AutodiffBackend<InnerBackend: Kernels> + Kernels>(
    stage: &StageRun,
    group: &Group<B>,
) -> Result<()> {
    let school = &Arc::new(School::open(stage)?);
    let teacher_weight = stage.stage.teacher.as_ref().map_or(0.0, |teacher| teacher.weight);
    group.train(|peer, device| {
        let network = peer.in_turn(|| {
            B::seed(device, stage.seed());
            Ok(TrunkTask::<B>::init(&stage.run.networks().trunk, school.channels(), device).fork(device))
        })?;
        let training = TrunkTraining { school: school.clone(), teacher_weight, device: device.clone() };
        fit(stage, peer, &training, network, device)
    })
}

impl<B: AutodiffBackend<InnerBackend: Kernels> + Kernels> Training<B> for TrunkTraining<B> {
    type Network = TrunkTask<B>;
    type Batch = TrunkBatch;

    fn batches(&self, order: Order) -> Result<Loader<TrunkBatch>> {
        let school = self.school.clone();
        Ok(Loader::start(order, move |draw| school.batch(draw)))
    }

    fn losses(&self, network: &TrunkTask<B>, batch: TrunkBatch) -> StepLoss<B> {
        let School { side, rarity, .. } = &*self.school;
        let images = batch.known.len();
        let tensor = |values: Vec<f32>, shape: [usize; 4]| {
            Tensor::<B, 4>::from_data(TensorData::new(values, shape), &self.device)
        };
        let rgb = tensor(batch.rgb, [images, 3, *side, *side]);
        let cells = side / TEACHER_SCALE;
        let features = tensor(batch.features, [images, self.school.channels(), cells, cells]);
        let known = tensor(batch.known, [images, 1, 1, 1]);
        let truth = PaletteTruth::new(&batch.shares, rarity, images, &self.device);

        let (logits, ours) = network.forward(luma(rgb));
        let palette = cross_entropy(logits, truth);
        let taught = ((ours - features).powi_scalar(2) * known).mean();
        let figures = vec![("palette", palette.clone().inner()), ("teacher", taught.clone().inner())];
        StepLoss { loss: palette + taught.mul_scalar(self.teacher_weight), figures }
    }
}

impl School {
    fn open(stage: &StageRun) -> Result<Self> {
        let teacher = stage.stage.teacher.as_ref();
        let teacher = teacher.map(|teacher| TeacherMaps::read(&teacher.file)).transpose()?;
        let photos = PreparedSet::open(&stage.run.data)?.photos(Split::Training);
        ensure!(
            !photos.is_empty(),
            "the prepared set {} has no photos to train on",
            stage.run.data.display()
        );
        println!("{} photos to train on", photos.len());
        let framing = stage.stage.framing();
        let frames = FrameCache::default();
        let rarity = count_colours(&photos, &frames, &framing, stage.seed())?;
        let side = framing.crop.context("a trunk stage needs a crop")? as usize;
        Ok(Self { photos, frames, teacher, rarity, framing, side, batch: stage.stage.batch })
    }

    fn batch(&self, draw: Draw) -> Result<TrunkBatch> {
        let mut ready = TrunkBatch { rgb: vec![], shares: vec![], features: vec![], known: vec![] };
        for mut random in draw.of_examples(self.batch) {
            let photo = self.photos.choose(&mut random).expect("there are photos");
            let window = Window::random(photo.dimensions(), &self.framing, &mut random);
            ready.add(self, photo, &window)?;
        }
        Ok(ready)
    }

    /// Features of the teacher; one that is never known stands for none.
    fn channels(&self) -> usize {
        self.teacher.as_ref().map_or(1, |teacher| teacher.channels)
    }
}

fn count_colours(
    photos: &[PreparedItem],
    frames: &FrameCache,
    framing: &Framing,
    seed: u64,
) -> Result<Vec<f32>> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut frequencies = vec![0.0; COLOURS];
    for photo in photos.choose_multiple(&mut random, COUNTED_WINDOWS) {
        let window = Window::random(photo.dimensions(), framing, &mut random);
        let crop = window.cut(&*frames.frame(photo, 0)?);
        for pixel in palette_of(&crop) {
            pixel
                .colours
                .into_iter()
                .zip(pixel.shares)
                .for_each(|(colour, share)| frequencies[colour] += share);
        }
    }
    Ok(rarity(&frequencies))
}

/// The colours of a crop's blocks of 4 x 4 pixels.
fn palette_of(crop: &Crop) -> impl Iterator<Item = Shares> + '_ {
    let (side, cells) = (crop.width, crop.width / PALETTE_SCALE);
    let mean = move |channel: usize, cell: usize| {
        let (left, top) = (cell % cells * PALETTE_SCALE, cell / cells * PALETTE_SCALE);
        let row = |y: usize| {
            let start = (channel * side + top + y) * side + left;
            crop.rgb[start..start + PALETTE_SCALE].iter().sum::<f32>()
        };
        (0..PALETTE_SCALE).map(row).sum::<f32>() / (PALETTE_SCALE * PALETTE_SCALE) as f32
    };
    (0..cells * cells).map(move |cell| shares([0, 1, 2].map(|channel| mean(channel, cell))))
}

impl TrunkBatch {
    fn add(&mut self, school: &School, photo: &PreparedItem, window: &Window) -> Result<()> {
        let crop = window.cut(&*school.frames.frame(photo, 0)?);
        let cells = crop.width / TEACHER_SCALE;
        let places = window.cell_centres(photo.dimensions(), cells);
        let teacher = school.teacher.as_ref();
        let features = teacher.and_then(|teacher| teacher.sample(photo.source(), &places));
        self.known.push(if features.is_some() { 1.0 } else { 0.0 });
        self.features.extend(features.unwrap_or_else(|| vec![0.0; school.channels() * cells * cells]));
        self.shares.extend(palette_of(&crop));
        self.rgb.extend(&crop.rgb);
        Ok(())
    }
}
