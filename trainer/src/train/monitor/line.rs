//! One line of a run's log.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
    ser::SerializeMap,
};

/// The figures of some consecutive steps: the mean of each figure over them. In JSON it is one object, `step` first and
/// the figures behind it in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// How many steps of the stage are done with the last of these.
    pub step: usize,
    /// The figures by name; JSON has null for one that is not finite.
    pub figures: Vec<(String, f64)>,
}

/// The key of [`Line::step`].
pub const STEP: &str = "step";

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1 + self.figures.len()))?;
        map.serialize_entry(STEP, &self.step)?;
        self.figures.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LineVisitor)
    }
}

struct LineVisitor;

impl<'de> Visitor<'de> for LineVisitor {
    type Value = Line;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step and figures")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Line, A::Error> {
        let mut line = Line::default();
        while let Some(name) = map.next_key::<String>()? {
            if name == STEP {
                line.step = map.next_value()?;
            } else {
                line.figures.push((name, map.next_value::<Option<f64>>()?.unwrap_or(f64::NAN)));
            }
        }
        Ok(line)
    }
}
