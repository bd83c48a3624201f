//! The palette of chromas that the trunk's distribution ranges over: a square grid in BT.601's chroma plane, as R. Zhang et
//! al., "Colorful Image Colorization", ECCV 2016, section 2.2, lay one over Lab's. Its distribution suggests colors to f, and judges f's candidates.

use burn::tensor::{Int, Tensor, TensorData, activation::softmax, backend::Backend};

/// Colors along each axis of the palette.
const ROW: usize = 15;

/// Colors of the palette.
pub const COLORS: usize = ROW * ROW;

/// Distance of neighboring chromas. The grid reaches 0.28 from neutral; stronger ones count as the border's.
const STEP: f32 = 0.04;

/// Zhang et al.'s temperature: between the mean of the distribution (1), which is pale, and its peak (0).
pub const TEMPERATURE: f64 = 0.38;

/// A chroma between the four colors of the palette around it.
#[derive(Clone, Copy, Debug)]
pub struct Shares {
    /// The four colors' indices.
    pub colors: [usize; 4],
    /// Their shares, which sum to 1.
    pub shares: [f32; 4],
}

/// The shares of the palette's colors in a chroma, blue and red difference in [-0.5, 0.5].
pub fn shares(chroma: [f32; 2]) -> Shares {
    let place = chroma.map(|chroma| (chroma / STEP + (ROW / 2) as f32).clamp(0.0, (ROW - 1) as f32 - 1e-3));
    let [column, row] = place.map(|place| place as usize);
    let [right, below] = place.map(f32::fract);
    let first = row * ROW + column;
    Shares {
        colors: [first, first + 1, first + ROW, first + ROW + 1],
        shares: [(1.0 - right) * (1.0 - below), right * (1.0 - below), (1.0 - right) * below, right * below],
    }
}

/// The chroma of a color of the palette: blue and red difference.
pub fn chroma(color: usize) -> [f32; 2] {
    [color % ROW, color / ROW].map(|place| (place as f32 - (ROW / 2) as f32) * STEP)
}

/// The color nearest to each chroma of an image `[n, 2, h, w]`: `[n, 1, h, w]`.
pub fn nearest_color<B: Backend>(chroma: Tensor<B, 4>) -> Tensor<B, 4, Int> {
    let place =
        chroma.div_scalar(STEP).add_scalar((ROW / 2) as f32 + 0.5).floor().clamp(0.0, (ROW - 1) as f32);
    let [column, row] = [0, 1].map(|axis| place.clone().narrow(1, axis, 1)); // 2 of [n, 1, h, w]
    (row.mul_scalar(ROW as f32) + column).int()
}

/// The distribution's value at each chroma, bilinear between the palette's colors: of probabilities `[n, COLORS, cells]` and
/// chromas `[n, d, 2, cells]`, `[n, d, cells]`.
pub fn density<B: Backend>(probabilities: Tensor<B, 3>, chromas: Tensor<B, 4>) -> Tensor<B, 3> {
    let [images, candidates, _, cells] = chromas.dims();
    let place = chromas.div_scalar(STEP).add_scalar((ROW / 2) as f32).clamp(0.0, (ROW - 1) as f32 - 1e-3);
    let along = |axis: usize| place.clone().narrow(2, axis, 1).reshape([images, candidates, cells]);
    let (first, beyond): (Vec<_>, Vec<_>) = [0, 1]
        .map(along)
        .into_iter()
        .map(|place| (place.clone().floor(), place.clone() - place.floor()))
        .unzip();
    let color = first[1].clone().mul_scalar(ROW as f32) + first[0].clone(); // [n, d, cells]
    let part = |offset: usize, share: Tensor<B, 3>| {
        let colors = color.clone().add_scalar(offset as f32).int();
        probabilities.clone().gather(1, colors) * share
    };
    let [right, below] = [0, 1].map(|axis| beyond[axis].clone());
    let [left, above] = [&right, &below].map(|part| part.clone().neg().add_scalar(1.0));
    part(0, left.clone() * above.clone())
        + part(1, right.clone() * above)
        + part(ROW, left * below.clone())
        + part(ROW + 1, right * below)
}

/// The annealed mean of a distribution, Zhang et al.'s equation 5: chroma `[n, 2, h, w]` of logits `[n, COLORS, h, w]`.
pub fn annealed_mean<B: Backend>(logits: Tensor<B, 4>) -> Tensor<B, 4> {
    let [images, _, height, width] = logits.dims();
    let chromas = Tensor::<B, 3>::from_data(TensorData::new(chromas(), [1, 2, COLORS]), &logits.device());
    let annealed = softmax(logits.reshape([images, COLORS, height * width]).div_scalar(TEMPERATURE), 1);
    chromas.expand([images, 2, COLORS]).matmul(annealed).reshape([images, 2, height, width]) // [n, 2, h, w]
}

/// The chromas of all colors, `[2, COLORS]`: first all blue differences.
pub fn chromas() -> Vec<f32> {
    (0..2).flat_map(|axis| (0..COLORS).map(move |color| chroma(color)[axis])).collect()
}

/// The unit vectors of all colors' hues, `[2, COLORS]`: first all along the blue difference. Grey has no hue, and 0.
pub fn hues() -> Vec<f32> {
    let hue = |color: usize| {
        let [blue, red] = chroma(color);
        let length = blue.hypot(red);
        if length > 0.0 { [blue / length, red / length] } else { [0.0; 2] }
    };
    (0..2).flat_map(|axis| (0..COLORS).map(move |color| hue(color)[axis])).collect()
}

impl Shares {
    /// The color with the largest share.
    pub fn nearest(&self) -> usize {
        let largest = (0..4).max_by(|&a, &b| self.shares[a].total_cmp(&self.shares[b]));
        self.colors[largest.unwrap_or_default()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::backend::Flex;

    /// A distribution that is sure of one color has that color's chroma for its mean, an even one the middle's.
    #[test]
    fn the_annealed_mean_goes_from_the_middle_to_the_peak() {
        let device = Default::default();
        let even = Tensor::<Flex, 4>::zeros([1, COLORS, 1, 1], &device);
        let mean = |logits| annealed_mean(logits).into_data().to_vec::<f32>().unwrap();
        assert!(mean(even.clone()).iter().all(|value| value.abs() < 1e-5));
        let peak = even.slice_assign([0..1, 200..201, 0..1, 0..1], Tensor::full([1, 1, 1, 1], 20.0, &device));
        let found = mean(peak);
        assert!(
            found.iter().zip(chroma(200)).all(|(found, color)| (found - color).abs() < 1e-4),
            "{found:?}"
        );
    }

    #[test]
    fn shares_give_the_chroma_back() {
        for truth in [[0.0, 0.0], [0.113, -0.07], [-0.2, 0.19]] {
            let found = shares(truth);
            let mut mixed = [0.0f32; 2];
            for (color, share) in found.colors.into_iter().zip(found.shares) {
                mixed.iter_mut().zip(chroma(color)).for_each(|(sum, value)| *sum += share * value);
            }
            assert!(mixed.iter().zip(truth).all(|(found, truth)| (found - truth).abs() < 1e-5), "{truth:?}");
        }
    }
}
