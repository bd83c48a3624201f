//! Right by hue: in how many of the pixels that have color in truth a method's color is of nearly the same hue. Colors that are
//! rare count as much as frequent ones: the figure is the mean over six sectors of the truth's hue.

use std::ops::Add;

use burn::tensor::{Tensor, backend::Backend};
use serde::Serialize;

use super::lab::ab;

/// Sectors of hue in CIELAB: their names and where they start, in degrees. Each ends where the next one starts, the last one at
/// 340, where the first one starts.
pub const SECTORS: [(&str, f32); 6] =
    [("red", -20.0), ("orange", 25.0), ("yellow", 65.0), ("green", 105.0), ("cyan", 165.0), ("blue", 250.0)];

/// A pixel of the truth counts from this chroma on: nearly grey ones have no hue that a person sees.
const TRUE_CHROMA: f32 = 15.0;

/// A method's pixel has a hue from this chroma on.
const FOUND_CHROMA: f32 = 7.5;

/// Right are hues at most so many degrees from the truth's.
const RIGHT: f32 = 40.0;

/// Wrong are hues more than so many degrees from it.
const WRONG: f32 = 60.0;

/// Pixels whose true hue is in one sector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SectorCounts {
    /// All that have color in truth.
    pub pixels: u64,
    /// Those that are right.
    pub right: u64,
    /// Those that are wrong. The others are faint or in between.
    pub wrong: u64,
}

/// The counts of some images, sector by sector in the order of [`SECTORS`]. They add up over images, so that an image with little
/// of a color weighs little in that color's sector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "HueShares")]
pub struct HueCounts(pub [SectorCounts; SECTORS.len()]);

impl HueCounts {
    /// Counts the pixels of `ours` against `truth`, both RGB `[n, 3, h, w]`.
    pub fn of<B: Backend>(ours: Tensor<B, 4>, truth: Tensor<B, 4>) -> Self {
        let mut counts = Self::default();
        for (found, truth) in ab(ours).into_iter().zip(ab(truth)) {
            counts.count(found, truth);
        }
        counts
    }

    fn count(&mut self, [a, b]: [f32; 2], [true_a, true_b]: [f32; 2]) {
        if true_a.hypot(true_b) < TRUE_CHROMA {
            return;
        }
        let sector = &mut self.0[sector(true_b.atan2(true_a).to_degrees())];
        let apart = (b * true_a - a * true_b).atan2(a * true_a + b * true_b).to_degrees().abs();
        let has_hue = a.hypot(b) >= FOUND_CHROMA;
        sector.pixels += 1;
        sector.right += u64::from(has_hue && apart <= RIGHT);
        sector.wrong += u64::from(has_hue && apart > WRONG);
    }

    /// The share of right pixels, the mean over the sectors that have pixels; none where no pixel has color in truth.
    pub fn right(&self) -> Option<f64> {
        self.balanced(SectorCounts::right)
    }

    /// The share of wrong pixels, likewise.
    pub fn wrong(&self) -> Option<f64> {
        self.balanced(SectorCounts::wrong)
    }

    fn balanced(&self, share: fn(&SectorCounts) -> Option<f64>) -> Option<f64> {
        let shares: Vec<f64> = self.0.iter().filter_map(share).collect();
        (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
    }
}

impl SectorCounts {
    /// The share of right pixels; none without pixels.
    pub fn right(&self) -> Option<f64> {
        self.share(self.right)
    }

    /// The share of wrong pixels.
    pub fn wrong(&self) -> Option<f64> {
        self.share(self.wrong)
    }

    fn share(&self, part: u64) -> Option<f64> {
        (self.pixels > 0).then(|| part as f64 / self.pixels as f64)
    }
}

impl Add for HueCounts {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        for (ours, theirs) in self.0.iter_mut().zip(other.0) {
            ours.pixels += theirs.pixels;
            ours.right += theirs.right;
            ours.wrong += theirs.wrong;
        }
        self
    }
}

/// The sector of a hue in degrees, from -180 to 180.
fn sector(hue: f32) -> usize {
    let [(_, first), ..] = SECTORS;
    let hue = if hue < first { hue + 360.0 } else { hue };
    SECTORS.iter().rposition(|(_, start)| hue >= *start).unwrap_or_default()
}

/// [`HueCounts`] as they are written: shares in [0, 1].
#[derive(Serialize)]
struct HueShares {
    right: Option<f64>,
    wrong: Option<f64>,
    sectors: [SectorShares; SECTORS.len()],
}

#[derive(Serialize)]
struct SectorShares {
    sector: &'static str,
    pixels: u64,
    right: Option<f64>,
    wrong: Option<f64>,
}

impl From<HueCounts> for HueShares {
    fn from(counts: HueCounts) -> Self {
        let sectors = std::array::from_fn(|index| {
            let (of, (sector, _)) = (counts.0[index], SECTORS[index]);
            SectorShares { sector, pixels: of.pixels, right: of.right(), wrong: of.wrong() }
        });
        Self { right: counts.right(), wrong: counts.wrong(), sectors }
    }
}
