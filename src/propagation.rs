//! How the colors of a few points spread over a frame: regression by a Gaussian process (C. Rasmussen and C. Williams, "Gaussian
//! Processes for Machine Learning", 2006, equation 2.23), whose covariance says that places of like content, near each other and of
//! like brightness, have like colors.
//!
//! What is spread is how far the points' colors are from those that are there without them, so that a frame keeps its own colors where
//! no point is like it.

use burn::tensor::{FloatDType, Int, Tensor, TensorData, backend::Backend, module::avg_pool2d};

use crate::{hint::Point, nonlocal::normalized};

/// By how much the correlation of two places' features falls below 1 until their covariance is 1 / e of it.
const CONTENT: f64 = 0.7;

/// Standard deviation of distance, of the frame's shorter side.
const DISTANCE: f64 = 1.5;

/// Standard deviation of luma, which is in [0, 1].
const LUMA: f64 = 0.5;

/// Variance of a point's own color, to that of the colors that are looked for. It keeps the equations solvable where points lie together.
const NOISE: f32 = 0.03;

/// Frames after which a point that was given in another frame is half as sure.
const FADING: f32 = 24.0;

/// Steps of the conjugate gradients. Each eigenvalue of its own takes one, and points that lie together share theirs.
const STEPS: usize = 48;

/// Keeps quotients of what has converged to 0 at 0.
const TINY: f64 = 1e-20;

/// How the points' colors spread over the cells of one frame.
pub struct Propagation<B: Backend> {
    /// The pixels of the points, `[n]`.
    pixels: Tensor<B, 1, Int>,
    /// Their colors, `[n, 2]`.
    colors: Tensor<B, 2>,
    /// Covariance of the cells with the points, `[cells, n]`.
    cells: Tensor<B, 2>,
    /// Covariance of the points, with their noise, `[n, n]`.
    points: Tensor<B, 2>,
    /// Columns of the cells.
    columns: usize,
}

/// Places whose covariance is asked for.
struct Places<B: Backend> {
    /// Of length 1, `[channels, n]`.
    features: Tensor<B, 2>,
    /// x, y in units of [`DISTANCE`], and luma in units of [`LUMA`], `[n, 3]`.
    coordinates: Tensor<B, 2>,
}

impl<B: Backend> Propagation<B> {
    /// Of a grey frame `[1, 1, h, w]`, features of its cells of `cell` x `cell` pixels, `[1, channels, h / cell, w / cell]`, and points
    /// of it; distances are measured in its `shorter` side.
    pub fn new(
        grey: Tensor<B, 4>,
        features: Tensor<B, 4>,
        cell: usize,
        points: &[Point],
        shorter: usize,
    ) -> Self {
        let device = grey.device();
        let [_, channels, rows, columns] = features.dims();
        let [.., width] = grey.dims();
        let indices = |index: &dyn Fn(&Point) -> usize| {
            let indices: Vec<i32> = points.iter().map(|point| index(point) as i32).collect();
            Tensor::<B, 1, Int>::from_data(TensorData::new(indices, [points.len()]), &device)
        };
        let pixels = indices(&|point| point.y * width + point.x);
        let scale = 1.0 / (DISTANCE * shorter as f64) as f32;
        let features =
            normalized(features.cast(FloatDType::F32).reshape([1, channels, rows * columns])).squeeze_dim(0); // [channels, cells]
        let even = avg_pool2d(grey.clone(), [3, 3], [1, 1], [1, 1], false, false); // [1, 1, h, w]
        let at_points = Places {
            features: features.clone().select(1, indices(&|point| point.y / cell * columns + point.x / cell)),
            coordinates: coordinates(
                points.iter().map(|point| [point.x as f32, point.y as f32]),
                scale,
                even.reshape([-1]).select(0, pixels.clone()),
            ),
        };
        let center = |index: usize| (index * cell) as f32 + 0.5 * (cell as f32 - 1.0);
        let at_cells = Places {
            features,
            coordinates: coordinates(
                (0..rows * columns).map(|index| [center(index % columns), center(index / columns)]),
                scale,
                avg_pool2d(grey, [cell; 2], [cell; 2], [0, 0], false, false).reshape([-1]),
            ),
        };
        let colors: Vec<f32> = points.iter().flat_map(|point| point.color).collect();
        Self {
            pixels,
            colors: Tensor::from_data(TensorData::new(colors, [points.len(), 2]), &device),
            cells: at_cells.covariance(&at_points),
            points: at_points.covariance(&at_points) + noise(points, &device),
            columns,
        }
    }

    /// What has to be added to the chromas of the cells, `[1, d, 2, rows, columns]`, so that `images` `[d, 2, h, w]` have the points'
    /// colors at the points.
    pub fn correction(&self, images: Tensor<B, 4>) -> Tensor<B, 4> {
        let [count, _, height, width] = images.dims();
        let [cells, n] = self.cells.dims();
        let there = images.reshape([2 * count, height * width]).select(1, self.pixels.clone()); // [2 d, n]
        let missing = self.colors.clone().repeat_dim(1, count) - there.transpose(); // [n, 2 d]
        debug_assert_eq!(missing.dims()[0], n);
        let weights = solved(self.points.clone(), missing); // [n, 2 d]
        let spread = self.cells.clone().matmul(weights).transpose(); // [2 d, cells]
        spread.reshape([count, 2, cells / self.columns, self.columns])
    }
}

impl<B: Backend> Places<B> {
    /// `[n, m]`, 1 for the same place.
    fn covariance(&self, other: &Self) -> Tensor<B, 2> {
        let unlike = self.features.clone().transpose().matmul(other.features.clone()).sub_scalar(1.0); // [n, m]
        let apart = (0..3).map(|axis| {
            let ours = self.coordinates.clone().narrow(1, axis, 1); // [n, 1]
            let theirs = other.coordinates.clone().narrow(1, axis, 1).transpose(); // [1, m]
            (ours - theirs).powi_scalar(2).mul_scalar(-0.5) // [n, m]
        });
        apart.fold(unlike.div_scalar(CONTENT), |sum, part| sum + part).exp()
    }
}

/// `[n, 3]` of places in pixels and their luma `[n]`.
fn coordinates<B: Backend>(
    places: impl Iterator<Item = [f32; 2]>,
    scale: f32,
    luma: Tensor<B, 1>,
) -> Tensor<B, 2> {
    let count = luma.dims()[0];
    let places: Vec<f32> = places.flatten().map(|place| scale * place).collect();
    let places = Tensor::from_data(TensorData::new(places, [count, 2]), &luma.device());
    Tensor::cat(vec![places, luma.div_scalar(LUMA).reshape([count, 1])], 1) // [n, 3]
}

/// The points' noise on the diagonal, `[n, n]`: more of it where a hint is weak, or was given far away in time.
fn noise<B: Backend>(points: &[Point], device: &B::Device) -> Tensor<B, 2> {
    let count = points.len();
    let mut noise = vec![0.0; count * count];
    for (index, point) in points.iter().enumerate() {
        noise[index * (count + 1)] = NOISE * (1.0 + point.distance / FADING) / point.strength;
    }
    Tensor::from_data(TensorData::new(noise, [count, count]), device)
}

/// x of `matrix` x = `sides`, `[n, k]`, by conjugate gradients (M. Hestenes and E. Stiefel, 1952) for each column: on the device, where
/// factors would have to be brought back from. `matrix` `[n, n]` is symmetric and positive definite.
fn solved<B: Backend>(matrix: Tensor<B, 2>, sides: Tensor<B, 2>) -> Tensor<B, 2> {
    let squares = |columns: Tensor<B, 2>| columns.powi_scalar(2).sum_dim(0); // [1, k]
    let (mut solution, mut rest) = (sides.zeros_like(), sides.clone());
    let mut direction = sides;
    let mut squared = squares(rest.clone());
    for _ in 0..STEPS.min(matrix.dims()[0]) {
        let image = matrix.clone().matmul(direction.clone()); // [n, k]
        let along = (direction.clone() * image.clone()).sum_dim(0).add_scalar(TINY); // [1, k]
        let step = squared.clone() / along; // [1, k]
        solution = solution + direction.clone() * step.clone();
        rest = rest - image * step;
        let next = squares(rest.clone());
        direction = rest.clone() + direction * (next.clone() / squared.add_scalar(TINY));
        squared = next;
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::{backend::Flex, tensor::Distribution};

    fn random<const D: usize>(shape: [usize; D]) -> Tensor<Flex, D> {
        Tensor::random(shape, Distribution::Normal(0.0, 1.0), &Default::default())
    }

    fn point(x: usize, y: usize, color: [f32; 2]) -> Point {
        Point { x, y, color, strength: 1.0, distance: 0.0 }
    }

    /// The left half of the frame is of one kind, the right half of another.
    fn halves(points: &[Point]) -> Propagation<Flex> {
        let grey = Tensor::full([1, 1, 32, 64], 0.5, &Default::default());
        let kind = random([1, 16, 1, 1]);
        let features =
            Tensor::cat(vec![kind.clone().expand([1, 16, 4, 4]), kind.neg().expand([1, 16, 4, 4])], 3);
        Propagation::new(grey, features, 8, points, 32)
    }

    fn corrections(points: &[Point]) -> [[f32; 2]; 2] {
        let none = Tensor::zeros([1, 2, 32, 64], &Default::default());
        let found: Vec<f32> = halves(points).correction(none).into_data().to_vec().unwrap();
        [0, 6].map(|column| [found[8 + column], found[40 + column]])
    }

    #[test]
    fn a_color_spreads_over_what_is_like_its_place() {
        let [[blue, red], [other_blue, other_red]] = corrections(&[point(12, 16, [0.2, -0.1])]);
        assert!((0.15..0.2).contains(&blue) && (-0.1..-0.075).contains(&red), "{blue} {red}");
        assert!(other_blue < 0.01 && other_red > -0.01, "{other_blue} {other_red}");
    }

    #[test]
    fn each_kind_follows_its_own_point_and_close_ones_agree() {
        let points = [point(12, 16, [0.2, 0.0]), point(13, 16, [0.1, 0.0]), point(52, 16, [0.0, 0.3])];
        let [[blue, _], [_, red]] = corrections(&points);
        assert!((0.12..0.16).contains(&blue) && (0.25..0.31).contains(&red), "{blue} {red}");
        let early = Point { distance: 480.0, ..points[0] };
        let [[nearer, _], _] = corrections(&[early, points[1]]);
        assert!(nearer < blue - 0.02, "a hint of another time counts as much: {nearer}, {blue}");
    }

    #[test]
    fn images_that_have_the_colors_already_stay() {
        let image = Tensor::full([3, 2, 32, 64], 0.1, &Default::default());
        let left: f32 = halves(&[point(3, 3, [0.1, 0.1])]).correction(image).abs().max().into_scalar();
        assert!(left < 1e-6, "{left}");
    }

    /// 80 points, 20 of them at places of others. What is left is at most a thirtieth of the largest side, which
    /// is some 3: of a color that is off by 0.2, a code and a half.
    #[test]
    fn conjugate_gradients_solve_the_equations() {
        <Flex as Backend>::seed(&Default::default(), 5);
        let around = random([60, 4]).mul_scalar(0.7);
        let around = Tensor::cat(vec![around.clone(), around.narrow(0, 0, 20)], 0); // [80, 4]
        let squares = around.clone().powi_scalar(2).sum_dim(1);
        let apart =
            squares.clone() + squares.transpose() - around.clone().matmul(around.transpose()).mul_scalar(2.0);
        let noise = Tensor::<Flex, 2>::eye(80, &Default::default()).mul_scalar(NOISE);
        let matrix = apart.mul_scalar(-0.5).exp() + noise;
        let sides = random([80, 6]);
        let rest = matrix.clone().matmul(solved(matrix, sides.clone())) - sides;
        let worst: f32 = rest.abs().max().into_scalar();
        assert!(worst < 0.1, "{worst}");
    }
}
