//! Parity: the tiny networks and the operations between them equal independent implementations in PyTorch,
//! SciPy, scikit-image and colour-science (`tests/fixtures/networks`).

mod colour;
mod fixture;
mod networks;
mod operations;
