//! A graph of ONNX operations as it grows: each operation names its result, which the next ones take.

use burn::{
    nn::conv::Conv2d,
    tensor::{Tensor, backend::Backend},
};

use super::proto::{
    AttributeProto, DimensionProto, FLOAT, GraphProto, INT64, NodeProto, TensorProto, TensorShapeProto,
    TensorTypeProto, TypeProto, ValueInfoProto,
};

/// The name of a tensor in the graph.
pub type Name = String;

/// A side of an input or output: a number of values, or a name where it is known only when the graph runs.
#[derive(Clone, Debug)]
pub enum Side {
    /// A number.
    Fixed(usize),
    /// A name.
    Free(&'static str),
}

/// A graph that grows.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
}

impl Graph {
    /// Adds an operation; gives its result.
    pub fn add(&mut self, operation: &str, inputs: &[&str], options: Vec<AttributeProto>) -> Name {
        let name = format!("{operation}_{}", self.nodes.len());
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operation.to_owned(),
            attribute: options,
        });
        name
    }

    /// Adds a constant of whole numbers, `[n]`.
    pub fn integers(&mut self, values: &[i64]) -> Name {
        let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let name = format!("integers_{}", self.constants.len());
        self.constant(name, &[values.len()], INT64, raw)
    }

    /// Adds a constant of numbers.
    pub fn numbers(&mut self, values: &[f32], shape: &[usize]) -> Name {
        let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let name = format!("numbers_{}", self.constants.len());
        self.constant(name, shape, FLOAT, raw)
    }

    /// A convolution under the name of our module, padded so that stride 1 keeps the size and stride 2 halves it.
    pub fn convolution<B: Backend>(&mut self, module: &str, layer: &Conv2d<B>, input: &str) -> Name {
        let weight = self.parameter(format!("{module}.weight"), layer.weight.val());
        let mut inputs = vec![input, weight.as_str()];
        let bias = layer.bias.as_ref().map(|bias| self.parameter(format!("{module}.bias"), bias.val()));
        inputs.extend(bias.as_deref());
        let [sides, strides] = [layer.kernel_size, layer.stride].map(|sides| sides.map(|side| side as i64));
        let all = [0, 1].map(|axis| sides[axis] - strides[axis]);
        let before = all.map(|all| all / 2);
        let pads = [before[0], before[1], all[0] - before[0], all[1] - before[1]];
        let options = vec![
            integers("kernel_shape", &sides),
            integers("pads", &pads),
            integers("strides", &strides),
            integer("group", layer.groups as i64),
        ];
        self.add("Conv", &inputs, options)
    }

    /// A linear map of each pixel's channels: a 1x1 convolution by a constant.
    pub fn pointwise(&mut self, weight: &str, input: &str) -> Name {
        let options = vec![integers("kernel_shape", &[1, 1]), integers("strides", &[1, 1])];
        self.add("Conv", &[input, weight], options)
    }

    /// x, at least 0 and at most 6.
    pub fn relu6(&mut self, input: &str) -> Name {
        let [least, most] = [0.0, 6.0].map(|bound| self.numbers(&[bound], &[]));
        self.add("Clip", &[input, &least, &most], Vec::new())
    }

    /// Means over blocks of `factor` x `factor` pixels.
    pub fn average(&mut self, input: &str, factor: usize) -> Name {
        if factor == 1 {
            return input.to_owned();
        }
        let sides = [factor as i64; 2];
        self.add("AveragePool", &[input], vec![integers("kernel_shape", &sides), integers("strides", &sides)])
    }

    /// Means over the windows around all pixels, of what of them lies inside; `side` is odd.
    pub fn evened(&mut self, input: &str, side: usize) -> Name {
        let (sides, margins) = ([side as i64; 2], [side as i64 / 2; 4]);
        let options =
            vec![integers("kernel_shape", &sides), integers("strides", &[1, 1]), integers("pads", &margins)];
        self.add("AveragePool", &[input], options) // the zeros of the padding do not count, as is ONNX's default
    }

    /// max(x, slope x).
    pub fn leaky_relu(&mut self, input: &str, slope: f64) -> Name {
        self.add("LeakyRelu", &[input], vec![number("alpha", slope as f32)])
    }

    /// The largest of each 2 x 2 pixels.
    pub fn halve(&mut self, input: &str) -> Name {
        self.add("MaxPool", &[input], vec![integers("kernel_shape", &[2, 2]), integers("strides", &[2, 2])])
    }

    /// Bilinear upsampling with half-pixel centers.
    pub fn upsample(&mut self, input: &str, factor: usize) -> Name {
        if factor == 1 {
            return input.to_owned();
        }
        let scales = self.numbers(&[1.0, 1.0, factor as f32, factor as f32], &[4]);
        let options = vec![text("mode", "linear"), text("coordinate_transformation_mode", "half_pixel")];
        self.add("Resize", &[input, "", &scales], options)
    }

    /// Joins along an axis.
    pub fn join(&mut self, inputs: &[&str], axis: i64) -> Name {
        self.add("Concat", inputs, vec![integer("axis", axis)])
    }

    /// Names the graph's only result and ends it.
    pub fn finish(
        mut self,
        name: &str,
        input: ValueInfoProto,
        result: &str,
        output: ValueInfoProto,
    ) -> GraphProto {
        self.nodes.push(NodeProto {
            input: vec![result.to_owned()],
            output: vec![output.name.clone()],
            name: output.name.clone(),
            op_type: "Identity".to_owned(),
            attribute: Vec::new(),
        });
        let (node, initializer) = (self.nodes, self.constants);
        GraphProto { node, name: name.to_owned(), initializer, input: vec![input], output: vec![output] }
    }

    /// Adds a constant of a tensor's values.
    pub fn parameter<B: Backend, const D: usize>(&mut self, name: Name, tensor: Tensor<B, D>) -> Name {
        let shape = tensor.dims();
        let raw = tensor.into_data().iter::<f32>().flat_map(f32::to_le_bytes).collect();
        self.constant(name, &shape, FLOAT, raw)
    }

    fn constant(&mut self, name: Name, shape: &[usize], data_type: i32, raw_data: Vec<u8>) -> Name {
        let dims = shape.iter().map(|&side| side as i64).collect();
        self.constants.push(TensorProto { dims, data_type, name: name.clone(), raw_data });
        name
    }
}

/// A tensor of numbers that goes in or comes out.
pub fn value(name: &str, about: &str, shape: &[Side]) -> ValueInfoProto {
    let side = |side: &Side| match side {
        Side::Fixed(value) => DimensionProto { dim_value: Some(*value as i64), dim_param: None },
        Side::Free(name) => DimensionProto { dim_value: None, dim_param: Some((*name).to_owned()) },
    };
    let shape = Some(TensorShapeProto { dim: shape.iter().map(side).collect() });
    let tensor_type = Some(TensorTypeProto { elem_type: FLOAT, shape });
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto { tensor_type }),
        doc_string: about.to_owned(),
    }
}

/// An option that is a text.
fn text(name: &str, value: &str) -> AttributeProto {
    const STRING: i32 = 3;
    AttributeProto {
        name: name.to_owned(),
        s: value.as_bytes().to_vec(),
        r#type: STRING,
        ..Default::default()
    }
}

fn number(name: &str, value: f32) -> AttributeProto {
    const FLOAT: i32 = 1;
    AttributeProto { name: name.to_owned(), f: value, r#type: FLOAT, ..Default::default() }
}

/// An option that is several whole numbers.
pub fn integers(name: &str, values: &[i64]) -> AttributeProto {
    const INTS: i32 = 7;
    AttributeProto { name: name.to_owned(), ints: values.to_vec(), r#type: INTS, ..Default::default() }
}

/// An option that is a whole number.
pub fn integer(name: &str, value: i64) -> AttributeProto {
    const INT: i32 = 2;
    AttributeProto { name: name.to_owned(), i: value, r#type: INT, ..Default::default() }
}
