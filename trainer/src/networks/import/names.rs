//! How published files name the layers of our networks.

use chromaflow::model::vgg::VggConfig;

/// How many convolutions the published VGG-19 has in its last block; the trunk has fewer.
const LAST_BLOCK: usize = 4;

/// The levels of PWC-Net's pyramid, and of its decoders, coarsest first.
const LEVELS: [usize; 6] = [6, 5, 4, 3, 2, 1];
const DECODED: [usize; 5] = [6, 5, 4, 3, 2];

/// Convolutions of each level of the pyramid, of each decoder and of the context network.
const PYRAMID: usize = 3;
const DENSE: usize = 5;
const CONTEXT: usize = 7;

/// The reimplementation's words for 1 to 6.
const NUMBERS: [&str; 6] = ["One", "Two", "Thr", "Fou", "Fiv", "Six"];

/// The layers of a network, each with a weight and a bias.
#[derive(Clone, Debug)]
pub struct NameTable {
    /// The published name and ours.
    pub layers: Vec<[String; 2]>,
    /// How names of published tensors begin that the network does without.
    pub unused: Vec<String>,
}

impl NameTable {
    /// torchvision's VGG-19: a list of layers that counts convolutions, ReLUs and poolings; the classifier is not used.
    pub fn vgg(config: &VggConfig) -> Self {
        let mut layers = Vec::new();
        let mut place = 0;
        for (block, &depth) in config.depths.iter().enumerate() {
            for convolution in 0..depth {
                let ours = format!("blocks.{block}.convolutions.{convolution}");
                layers.push([format!("features.{place}"), ours]);
                place += 2; // the convolution and its ReLU
            }
            place += 1; // the pooling
        }
        let behind = (config.depths[config.depths.len() - 1]..LAST_BLOCK).enumerate();
        let unused = behind.map(|(index, _)| format!("features.{}.", place - 1 + 2 * index));
        let unused = unused.chain(["classifier.".to_owned()]).collect();
        Self { layers, unused }
    }

    /// PWC-Net, in the layout that `keys` are of.
    pub fn flow<'a>(mut keys: impl Iterator<Item = &'a str>) -> Self {
        let word = keys.find_map(|key| key.split("Extractor.").next().filter(|&word| word != key));
        match word {
            Some(word) => Self::flow_reimplemented(word),
            None => Self::flow_of_the_authors(),
        }
    }

    /// The names of NVlabs' own `pwc_net.pth.tar`.
    pub fn flow_of_the_authors() -> Self {
        let mut layers = Vec::new();
        let mut add = |published: String, ours: String| layers.push([published, ours]);
        for level in LEVELS {
            // The published network calls the first two of level 6 the other way round.
            let order = if level == 6 { ["aa", "a", "b"] } else { ["a", "aa", "b"] };
            for (place, letters) in order.into_iter().enumerate() {
                add(format!("conv{level}{letters}.0"), pyramid(level, place));
            }
        }
        for level in DECODED {
            (0..DENSE).for_each(|place| add(format!("conv{level}_{place}.0"), dense(level, place)));
            add(format!("predict_flow{level}"), decoder(level, "predict"));
            if level > 2 {
                add(format!("deconv{level}"), decoder(level, "upsample_flow"));
                add(format!("upfeat{level}"), decoder(level, "upsample_features"));
            }
        }
        for place in 0..CONTEXT {
            let activated = if place + 1 < CONTEXT { ".0" } else { "" };
            add(format!("dc_conv{}{activated}", place + 1), context(place));
        }
        Self { layers, unused: vec!["deconv2.".to_owned()] }
    }

    /// The names of "pytorch-pwc", whose older files begin each with `module` and whose newer code says `net`.
    pub fn flow_reimplemented(word: &str) -> Self {
        let mut layers = Vec::new();
        let mut add = |published: String, ours: String| layers.push([published, ours]);
        for level in LEVELS {
            let part = format!("{word}Extractor.{word}{}", NUMBERS[level - 1]);
            (0..PYRAMID).for_each(|place| add(format!("{part}.{}", 2 * place), pyramid(level, place)));
        }
        for level in DECODED {
            let part = format!("{word}{}.{word}", NUMBERS[level - 1]);
            (0..DENSE).for_each(|place| add(format!("{part}{}.0", NUMBERS[place]), dense(level, place)));
            add(format!("{part}Six.0"), decoder(level, "predict"));
            if level < 6 {
                // Each decoder owns the upsampling from the coarser one; ours owns that to the finer one.
                add(format!("{part}Upflow"), decoder(level + 1, "upsample_flow"));
                add(format!("{part}Upfeat"), decoder(level + 1, "upsample_features"));
            }
        }
        (0..CONTEXT).for_each(|place| add(format!("{word}Refiner.{word}Main.{}", 2 * place), context(place)));
        Self { layers, unused: Vec::new() }
    }

    /// The published name of each parameter, and ours.
    pub fn parameters(&self) -> impl Iterator<Item = [String; 2]> + '_ {
        let kinds = |layer: &[String; 2]| {
            ["weight", "bias"].map(|kind| layer.clone().map(|name| format!("{name}.{kind}")))
        };
        self.layers.iter().flat_map(kinds)
    }
}

fn pyramid(level: usize, place: usize) -> String {
    format!("pyramid.levels.{}.{place}", level - 1)
}

fn decoder(level: usize, layer: &str) -> String {
    format!("decoders.{}.{layer}", DECODED[0] - level)
}

fn dense(level: usize, place: usize) -> String {
    decoder(level, &format!("dense.{place}"))
}

fn context(place: usize) -> String {
    format!("context.convolutions.{place}")
}
