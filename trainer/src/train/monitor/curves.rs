//! Each figure over the steps.

use super::line::{Line, STEP};

/// The figures of all lines, figure by figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    steps: Vec<usize>,
    figures: Vec<Curve>,
}

/// One figure over the steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The figure's name.
    pub name: String,
    /// A value for each line, not a number where the line lacks the figure.
    pub values: Vec<f64>,
}

impl Curves {
    /// Adds a line.
    pub fn push(&mut self, line: &Line) {
        for (name, value) in &line.figures {
            let known = self.figures.iter().position(|curve| curve.name == *name);
            let index = known.unwrap_or_else(|| {
                self.figures.push(Curve { name: name.clone(), values: Vec::new() });
                self.figures.len() - 1
            });
            let values = &mut self.figures[index].values;
            values.resize(self.steps.len(), f64::NAN);
            values.push(*value);
        }
        self.steps.push(line.step);
        self.figures.iter_mut().for_each(|curve| curve.values.resize(self.steps.len(), f64::NAN));
    }

    /// All figures, in the order in which they first came.
    pub fn figures(&self) -> &[Curve] {
        &self.figures
    }

    /// Step and value of a figure where it is finite, as at most `most` points; where there are more, neighboring ones are
    /// averaged.
    pub fn points(&self, curve: &Curve, most: usize) -> Vec<(f64, f64)> {
        let known = self.steps.iter().zip(&curve.values).filter(|(_, value)| value.is_finite());
        let known: Vec<(f64, f64)> = known.map(|(&step, &value)| (step as f64, value)).collect();
        let mean = |group: &[(f64, f64)]| {
            let (steps, values) =
                group.iter().fold((0.0, 0.0), |sums, point| (sums.0 + point.0, sums.1 + point.1));
            (steps / group.len() as f64, values / group.len() as f64)
        };
        known.chunks(known.len().div_ceil(most).max(1)).map(mean).collect()
    }

    /// A table with a row for each line; a cell is empty where the line lacks the figure.
    pub fn csv(&self) -> String {
        let names = self.figures.iter().map(|curve| curve.name.as_str());
        let header: Vec<&str> = std::iter::once(STEP).chain(names).collect();
        let row = |(index, step): (usize, &usize)| {
            let values = self.figures.iter().map(|curve| curve.values[index]);
            let cells = values.map(|value| if value.is_finite() { value.to_string() } else { String::new() });
            std::iter::once(step.to_string()).chain(cells).collect::<Vec<_>>().join(",") + "\n"
        };
        let rows: String = self.steps.iter().enumerate().map(row).collect();
        format!("{}\n{rows}", header.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves(lines: &[(usize, &[(&str, f64)])]) -> Curves {
        let mut curves = Curves::default();
        for (step, figures) in lines {
            let figures = figures.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
            curves.push(&Line { step: *step, figures });
        }
        curves
    }

    #[test]
    fn a_figure_that_a_line_lacks_is_an_empty_cell() {
        let curves = curves(&[(20, &[("loss", 2.5)]), (40, &[("flow", 0.25), ("loss", f64::NAN)])]);
        assert_eq!(curves.csv(), "step,loss,flow\n20,2.5,\n40,,0.25\n");
        assert_eq!(curves.points(&curves.figures()[1], 10), [(40.0, 0.25)]);
    }

    #[test]
    fn many_points_become_few_by_averaging() {
        let lines: Vec<_> = (1..=5).map(|step| (step, [("loss", step as f64 * 10.0)])).collect();
        let lines: Vec<_> = lines.iter().map(|(step, figures)| (*step, figures.as_slice())).collect();
        let curves = curves(&lines);
        let points = |most| curves.points(&curves.figures()[0], most);
        assert_eq!(points(5).len(), 5);
        assert_eq!(points(3), [(1.5, 15.0), (3.5, 35.0), (5.0, 50.0)]);
    }
}
