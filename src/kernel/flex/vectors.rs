//! Which vector instructions the kernels are compiled for.

use super::{
    columns, depthwise,
    layer::{Layer, Scratch, Target},
    winograd,
};

/// Whether the processor has the vectors that [`convolve`] is written for.
pub fn available() -> bool {
    #[cfg(target_arch = "x86_64")]
    let available = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    let available = cfg!(any(target_arch = "wasm32", target_arch = "aarch64"));
    available
}

/// Convolves one image, whose input channels are `planes`. `fresh` says that the scratch memory does not hold the layer's weights
/// yet. Only where vectors are [`available`].
pub fn convolve(layer: &Layer, planes: &[&[f32]], target: Target, fresh: bool, scratch: &mut Scratch) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: `available` has found both.
    unsafe {
        with_vectors(layer, planes, target, fresh, scratch);
    }
    #[cfg(not(target_arch = "x86_64"))]
    with_vectors(layer, planes, target, fresh, scratch);
}

#[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2,fma"))]
#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn with_vectors(layer: &Layer, planes: &[&[f32]], mut target: Target, fresh: bool, scratch: &mut Scratch) {
    if layer.depthwise {
        return depthwise::convolve(layer, planes, &mut target, scratch);
    }
    let winograd = winograd::pays(layer, planes.len());
    match (fresh, winograd) {
        (true, true) => winograd::transform_weights(layer, planes.len(), &mut scratch.weights),
        (true, false) => columns::pack_weights(layer, planes.len(), &mut scratch.weights),
        (false, _) => {}
    }
    if winograd {
        winograd::convolve(layer, planes, &mut target, scratch);
    } else {
        columns::convolve(layer, planes, &mut target, scratch);
    }
}
