//! Nonlocal means of features, as [`nonlocal_mean`](chromaflow::nonlocal::nonlocal_mean) takes them.

use chromaflow::nonlocal::{KEYS, LIKENESS, TINY, WINDOW};

use super::graph::{Graph, Name, integer, integers};

/// Of features `[1, channels, h, w]`, the same shape.
pub fn nonlocal_mean(graph: &mut Graph, features: &str, channels: usize) -> Name {
    let even = graph.evened(features, WINDOW);
    let cells = normalized(graph, &even, channels);
    let shape = graph.add("Shape", &[features], Vec::new()); // [4]
    let step = step(graph, &shape);
    let [keys, values] = [&cells, &even].map(|image| sampled(graph, image, &step)); // [1, channels, m]
    let cells = flat(graph, &cells); // [1, channels, h w]
    let places = swapped(graph, &cells); // [1, h w, channels]
    let correlation = graph.add("MatMul", &[&places, &keys], Vec::new()); // [1, h w, m]
    let likeness = graph.numbers(&[LIKENESS as f32], &[]);
    let scaled = graph.add("Div", &[&correlation, &likeness], Vec::new());
    let weights = graph.add("Softmax", &[&scaled], vec![integer("axis", 2)]);
    let weights = swapped(graph, &weights); // [1, m, h w]
    let means = graph.add("MatMul", &[&values, &weights], Vec::new()); // [1, channels, h w]
    graph.add("Reshape", &[&means, &shape], Vec::new())
}

/// Less their mean over the frame, each cell's of length 1.
fn normalized(graph: &mut Graph, features: &str, channels: usize) -> Name {
    let mean = graph.add("GlobalAveragePool", &[features], Vec::new()); // [1, channels, 1, 1]
    let centered = graph.add("Sub", &[features, &mean], Vec::new());
    let squares = graph.add("Mul", &[&centered, &centered], Vec::new());
    let ones = graph.numbers(&vec![1.0; channels], &[1, channels, 1, 1]);
    let sum = graph.pointwise(&ones, &squares); // [1, 1, h, w]
    let least = graph.numbers(&[TINY as f32], &[]);
    let above = graph.add("Add", &[&sum, &least], Vec::new());
    let length = graph.add("Sqrt", &[&above], Vec::new());
    graph.add("Div", &[&centered, &length], Vec::new())
}

/// The step, `[1]`, by which cells are sampled: the shorter side over [`KEYS`], rounded up.
fn step(graph: &mut Graph, shape: &str) -> Name {
    let [two, three, most, keys] = [2, 3, KEYS as i64 - 1, KEYS as i64].map(|value| graph.integers(&[value]));
    let [height, width] = [&two, &three].map(|axis| graph.add("Gather", &[shape, axis], Vec::new())); // [1]
    let shorter = graph.add("Min", &[&height, &width], Vec::new());
    let above = graph.add("Add", &[&shorter, &most], Vec::new());
    graph.add("Div", &[&above, &keys], Vec::new())
}

/// Every `step`-th cell in both directions, `[1, channels, m]`.
fn sampled(graph: &mut Graph, cells: &str, step: &str) -> Name {
    let two = graph.integers(&[2]);
    let first = graph.add("Div", &[step, &two], Vec::new());
    let [starts, steps] = [first.as_str(), step].map(|value| graph.join(&[value, value], 0)); // [2]
    let ends = graph.integers(&[i64::from(i32::MAX); 2]);
    let axes = graph.integers(&[2, 3]);
    let every = graph.add("Slice", &[cells, &starts, &ends, &axes, &steps], Vec::new());
    flat(graph, &every)
}

/// `[1, c, h, w]` to `[1, c, h w]`.
fn flat(graph: &mut Graph, image: &str) -> Name {
    let shape = graph.integers(&[0, 0, -1]);
    graph.add("Reshape", &[image, &shape], Vec::new())
}

/// `[1, a, b]` to `[1, b, a]`.
fn swapped(graph: &mut Graph, matrix: &str) -> Name {
    graph.add("Transpose", &[matrix], vec![integers("perm", &[0, 2, 1])])
}
