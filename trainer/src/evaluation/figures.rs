//! The figures of a method.

use std::ops::Add;

use serde::Serialize;

use crate::metric::hue::HueCounts;

/// The row of the grey input.
pub const GREY: &str = "grey";

/// The row of the pick after all passes of g.
pub const REFINED: &str = "refined";

/// The row of the truth.
pub const TRUTH: &str = "truth";

/// The figures of one method on one clip, or their means over clips. A figure that does not apply is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Against the truth, in dB.
    pub psnr: Option<f64>,
    /// PSNR minus that of the grey input, in dB.
    pub psnr_over_grey: Option<f64>,
    /// Against the truth, at most 1.
    pub ssim: Option<f64>,
    /// Against the truth, 0 at best; needs a backbone.
    pub lpips: Option<f64>,
    /// Of the frames alone, on 0..255.
    pub colourfulness: Option<f64>,
    /// Colorfulness over that of the truth; of means, where those are meant.
    pub share_of_truth: Option<f64>,
    /// Of the frames alone, 0 to ln 2; needs five frames.
    pub cdc: Option<f64>,
    /// Of the frames alone, along the grey input's motion; needs two frames of one shot.
    pub warping_error: Option<f64>,
    /// The same of Cb and Cr alone.
    pub chroma_warping_error: Option<f64>,
    /// Against the truth: pixels of the right hue. Pixels of several clips are counted together.
    pub hue: Option<HueCounts>,
}

/// How many figures there are that are single numbers.
const COUNT: usize = 9;

impl Figures {
    /// The figures' names and the digits that are shown behind the point, in the order of [`Figures::values`].
    pub const COLUMNS: [(&'static str, usize); COUNT] = [
        ("PSNR (dB)", 2),
        ("over grey", 2),
        ("SSIM", 4),
        ("LPIPS", 4),
        ("colourfulness", 1),
        ("of truth's", 2),
        ("CDC", 5),
        ("warping error", 6),
        ("of chroma", 7),
    ];

    /// All figures that are single numbers, in order.
    pub fn values(&self) -> [Option<f64>; COUNT] {
        [
            self.psnr,
            self.psnr_over_grey,
            self.ssim,
            self.lpips,
            self.colourfulness,
            self.share_of_truth,
            self.cdc,
            self.warping_error,
            self.chroma_warping_error,
        ]
    }

    /// Figures from their values in order.
    pub fn from_values(values: [Option<f64>; COUNT]) -> Self {
        let [
            psnr,
            psnr_over_grey,
            ssim,
            lpips,
            colourfulness,
            share_of_truth,
            cdc,
            warping_error,
            chroma_warping_error,
        ] = values;
        Self {
            psnr,
            psnr_over_grey,
            ssim,
            lpips,
            colourfulness,
            share_of_truth,
            cdc,
            warping_error,
            chroma_warping_error,
            hue: None,
        }
    }

    /// The mean of each figure over those that have it, and the sum of the pixels that are counted.
    pub fn mean<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let all: Vec<_> = all.collect();
        let column = |index: usize| mean(all.iter().filter_map(|figures| figures.values()[index]));
        let hue = all.iter().filter_map(|figures| figures.hue).reduce(Add::add);
        Self { hue, ..Self::from_values(std::array::from_fn(column)) }
    }
}

/// A method by name, with its figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// "grey", "tint", "candidate 1" and so on, "pick (saturation)", "best", "refined", "prediction", "truth", or a variant's name.
    pub method: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

impl Measured {
    /// The figures of a method.
    pub fn new(method: impl Into<String>, figures: Figures) -> Self {
        Self { method: method.into(), figures }
    }

    /// Fills in what relates each row of a table to the grey input's and to the truth's.
    pub fn relate(methods: &mut [Self]) {
        let row = |name: &str| methods.iter().find(|row| row.method == name).map(|row| row.figures);
        let grey = row(GREY).and_then(|grey| grey.psnr);
        let truth = row(TRUTH).and_then(|truth| truth.colourfulness);
        for Self { figures, .. } in methods {
            figures.psnr_over_grey = figures.psnr.zip(grey).map(|(ours, grey)| ours - grey);
            figures.share_of_truth = figures.colourfulness.zip(truth).map(|(ours, truth)| ours / truth);
        }
    }
}

/// The mean of some values; none without any.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.into_iter().fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}
