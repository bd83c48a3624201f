//! A network's gradients or parameters as one vector, so that a step takes one exchange, whatever the network.

use std::collections::VecDeque;

use burn::{
    module::{AutodiffModule, ModuleMapper, ModuleVisitor, Param, ParamId},
    optim::GradientsParams,
    tensor::{Tensor, backend::AutodiffBackend},
};

use super::figures::Figures;

/// A vector on the device, without a graph.
type Vector<B> = Tensor<<B as AutodiffBackend>::InnerBackend, 1>;

/// The gradients of the network's p parameters that have one, in the network's order, and k figures behind them:
/// `[p + k]`. Also says which parameters they are.
pub fn gather<B: AutodiffBackend, M: AutodiffModule<B>>(
    network: &M,
    gradients: GradientsParams,
    figures: &Figures<B::InnerBackend>,
) -> (Vector<B>, Vec<ParamId>) {
    let mut gather = Gather::<B> { gradients, parts: Vec::new(), order: Vec::new() };
    network.visit(&mut gather);
    gather.parts.extend(figures.iter().map(|(_, figure)| figure.clone()));
    (Tensor::cat(gather.parts, 0), gather.order)
}

/// The way back from [`gather`]; the figures keep their names.
pub fn scatter<B: AutodiffBackend, M: AutodiffModule<B>>(
    network: &M,
    vector: Vector<B>,
    order: &[ParamId],
    figures: Figures<B::InnerBackend>,
) -> (GradientsParams, Figures<B::InnerBackend>) {
    let order = order.iter().copied().collect();
    let mut scatter =
        Scatter::<B> { cut: Cut { vector, start: 0 }, order, gradients: GradientsParams::new() };
    network.visit(&mut scatter);
    let figures = figures.into_iter().map(|(name, _)| (name, scatter.cut.next([1]))).collect();
    (scatter.gradients, figures)
}

/// All parameters, in the network's order.
pub fn all<B: AutodiffBackend, M: AutodiffModule<B>>(network: &M) -> Vec<ParamId> {
    let mut all = All(Vec::new());
    network.visit(&mut all);
    all.0
}

/// These parameters, which are in the network's order: `[p]`.
pub fn parameters<B: AutodiffBackend, M: AutodiffModule<B>>(network: &M, order: &[ParamId]) -> Vector<B> {
    let order = order.iter().copied().collect();
    let mut parameters = Parameters::<B> { parts: Vec::new(), order };
    network.visit(&mut parameters);
    Tensor::cat(parameters.parts, 0)
}

/// The network with the parameters of such a vector.
pub fn replace_parameters<B: AutodiffBackend, M: AutodiffModule<B>>(
    network: M,
    vector: Vector<B>,
    order: &[ParamId],
) -> M {
    let order = order.iter().copied().collect();
    network.map(&mut Replace::<B> { cut: Cut { vector, start: 0 }, order })
}

/// A vector that is cut into tensors, from its beginning on.
struct Cut<B: AutodiffBackend> {
    vector: Vector<B>,
    start: usize,
}

impl<B: AutodiffBackend> Cut<B> {
    fn next<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<B::InnerBackend, D> {
        let length = shape.iter().product();
        let part = self.vector.clone().narrow(0, self.start, length);
        self.start += length;
        part.reshape(shape)
    }
}

struct Gather<B: AutodiffBackend> {
    gradients: GradientsParams,
    parts: Vec<Vector<B>>,
    order: Vec<ParamId>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Gather<B> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<B, D>>) {
        if let Some(gradient) = self.gradients.remove::<B::InnerBackend, D>(parameter.id) {
            self.parts.push(gradient.flatten(0, D - 1));
            self.order.push(parameter.id);
        }
    }
}

struct Scatter<B: AutodiffBackend> {
    cut: Cut<B>,
    order: VecDeque<ParamId>,
    gradients: GradientsParams,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Scatter<B> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<B, D>>) {
        if is_next(&mut self.order, parameter.id) {
            let gradient = self.cut.next(parameter.val().dims());
            self.gradients.register::<B::InnerBackend, D>(parameter.id, gradient);
        }
    }
}

struct All(Vec<ParamId>);

impl<B: AutodiffBackend> ModuleVisitor<B> for All {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<B, D>>) {
        self.0.push(parameter.id);
    }
}

struct Parameters<B: AutodiffBackend> {
    parts: Vec<Vector<B>>,
    order: VecDeque<ParamId>,
}

impl<B: AutodiffBackend> ModuleVisitor<B> for Parameters<B> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<B, D>>) {
        if is_next(&mut self.order, parameter.id) {
            self.parts.push(parameter.val().inner().flatten(0, D - 1));
        }
    }
}

struct Replace<B: AutodiffBackend> {
    cut: Cut<B>,
    order: VecDeque<ParamId>,
}

impl<B: AutodiffBackend> ModuleMapper<B> for Replace<B> {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<B, D>>) -> Param<Tensor<B, D>> {
        if !is_next(&mut self.order, parameter.id) {
            return parameter;
        }
        let (id, tensor, mapper) = parameter.consume();
        let values = Tensor::from_inner(self.cut.next(tensor.dims()));
        Param::from_mapped_value(id, values.set_require_grad(tensor.is_require_grad()), mapper)
    }
}

/// True for the parameter that is next in the order, which then goes on.
fn is_next(order: &mut VecDeque<ParamId>, parameter: ParamId) -> bool {
    let next = order.front() == Some(&parameter);
    if next {
        order.pop_front();
    }
    next
}
