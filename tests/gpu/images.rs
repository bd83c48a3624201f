//! Upsampling, pooling and warping against Burn's operations on the CPU.

use burn::{
    backend::{Flex, Wgpu},
    tensor::Tensor,
};
use chromaflow::{
    kernel::{Kernels, Pair},
    upsample::upsample,
    warp::{confidence, inside, visibility, warp},
};

use crate::{
    adapter::{noise, on_adapter, upload},
    fixture::assert_close,
};

/// A few products of values near 1, and positions that Burn's grid scales to [-1, 1] and back: 1e-7 of up to 40 pixels.
const TOLERANCE: f32 = 2e-5;

const SIZES: [[usize; 2]; 4] = [[1, 2], [5, 3], [7, 12], [16, 33]];

#[test]
fn upsampled() {
    on_adapter(|device| {
        for ([height, width], factor) in SIZES.into_iter().zip([2, 3, 32, 4]) {
            let image = noise([2, 3, height, width], 1);
            let actual = Wgpu::upsample(upload(&image, device), factor).into_data();
            assert_close("upsample", &actual, &upsample(image, factor).into_data(), TOLERANCE);
        }
    });
}

#[test]
fn added_upsampled() {
    on_adapter(|device| {
        for [height, width] in [[32, 96], [64, 32]] {
            let base = noise([2, 5, height, width], 0);
            let coarser: Vec<_> = (1..6).map(|i| noise([2, 5, height >> i, width >> i], i)).collect();
            let uploaded = coarser.iter().map(|image| upload(image, device)).collect();
            let actual = Wgpu::add_upsampled(upload(&base, device), uploaded).into_data();
            let expected = coarser
                .into_iter()
                .zip([2, 4, 8, 16, 32])
                .fold(base, |sum, (image, factor)| sum + upsample(image, factor));
            assert_close("add_upsampled", &actual, &expected.into_data(), TOLERANCE);
        }
    });
}

/// A pixel that is left over at an odd side belongs to no square.
#[test]
fn pooled() {
    on_adapter(|device| {
        for [height, width] in [[2, 2], [5, 7], [6, 12], [17, 34]] {
            let image = noise([2, 3, height, width], 1);
            let actual = Wgpu::max_pool(upload(&image, device)).into_data();
            assert_close("max_pool", &actual, &Flex::max_pool(image).into_data(), TOLERANCE);
        }
    });
}

/// A flow of up to three pixels, which leads out of the frame at its border.
fn flow([height, width]: [usize; 2], seed: usize) -> Tensor<Flex, 4> {
    noise([2, 2, height, width], seed).mul_scalar(3.0)
}

#[test]
fn warped() {
    on_adapter(|device| {
        // In the smallest frame every flow leads out.
        for size @ [height, width] in SIZES.into_iter().skip(1) {
            let (image, flow) = (noise([2, 3, height, width], 1), flow(size, 2));
            let actual = Wgpu::warp_inside(upload(&image, device), upload(&flow, device)).into_data();
            let expected = warp(image, flow.clone()) * inside(flow);
            assert_close("warp_inside", &actual, &expected.into_data(), TOLERANCE);
        }
    });
}

#[test]
fn seen_from_both_sides() {
    on_adapter(|device| {
        for size in [[5, 3], [7, 12], [16, 33]] {
            // Flows that lead back but for half a pixel, so that some agree and some don't.
            let forward = flow(size, 1).mul_scalar(0.2);
            let backward = -forward.clone() + flow(size, 2).mul_scalar(0.3);
            let actual = Wgpu::visibility(upload(&forward, device), upload(&backward, device)).into_data();
            let expected = visibility(forward, backward).into_data();
            assert_close("visibility", &actual, &expected, TOLERANCE);
        }
    });
}

#[test]
fn trusted() {
    on_adapter(|device| {
        for size @ [height, width] in SIZES {
            // Frames so alike that equation (4) trusts some pixels.
            let frame = noise([2, 3, height, width], 1).mul_scalar(0.05);
            let neighbour = noise([2, 3, height, width], 2).mul_scalar(0.05);
            let (flow, visible) = (flow(size, 3), noise([2, 1, height, width], 4));
            let pair = Pair { frame, neighbour, flow, visible };
            let uploaded = Pair {
                frame: upload(&pair.frame, device),
                neighbour: upload(&pair.neighbour, device),
                flow: upload(&pair.flow, device),
                visible: upload(&pair.visible, device),
            };
            let (actual, trust) = Wgpu::warp_trusted(uploaded);
            let expected = warp(pair.neighbour, pair.flow);
            assert_close("warped", &actual.into_data(), &expected.clone().into_data(), TOLERANCE);
            let expected = confidence(pair.frame, expected, pair.visible).into_data();
            assert_close("confidence", &trust.into_data(), &expected, TOLERANCE);
        }
    });
}
