//! What is measured of a method.

use serde::Serialize;

/// What is measured of one method on one clip, or the mean of that over clips. A figure that does not apply is none.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Against the truth, in dB.
    pub psnr: Option<f64>,
    /// Against the truth, at most 1.
    pub ssim: Option<f64>,
    /// Against the truth, 0 at best; needs a backbone.
    pub lpips: Option<f64>,
    /// Of the frames alone, on 0..255.
    pub colourfulness: Option<f64>,
    /// Of the frames alone, 0 to ln 2; needs five frames.
    pub cdc: Option<f64>,
    /// Of the frames alone, along the grey input's motion; needs two frames of one shot.
    pub warping_error: Option<f64>,
}

/// How many figures there are.
const COUNT: usize = 6;

impl Figures {
    /// The figures' names and the digits that are shown behind the point, in the order of [`Figures::values`].
    pub const COLUMNS: [(&'static str, usize); COUNT] =
        [("PSNR (dB)", 2), ("SSIM", 4), ("LPIPS", 4), ("colourfulness", 1), ("CDC", 5), ("warping error", 6)];

    /// All figures in order.
    pub fn values(&self) -> [Option<f64>; COUNT] {
        [self.psnr, self.ssim, self.lpips, self.colourfulness, self.cdc, self.warping_error]
    }

    /// Figures from their values in order.
    pub fn from_values(values: [Option<f64>; COUNT]) -> Self {
        let [psnr, ssim, lpips, colourfulness, cdc, warping_error] = values;
        Self { psnr, ssim, lpips, colourfulness, cdc, warping_error }
    }

    /// The mean of each figure over those that have it.
    pub fn mean<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let rows: Vec<_> = all.map(Self::values).collect();
        let column = |index: usize| mean(rows.iter().filter_map(|row| row[index]));
        Self::from_values(std::array::from_fn(column))
    }
}

/// A method by name, with its figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// "grey", "candidate 1" and so on, "pick", "best", "refined", "prediction", "truth", or a variant's name.
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
}

/// The mean of some values; none without any.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.into_iter().fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}
