//! From a file and `--set key=value` to a configuration.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail, ensure};
use toml::{Table, Value};

use super::run::RunConfig;

/// The name of the optimizer's field, and its spelling in files of earlier trainers.
const AMERICAN: &str = "optimizer";
const BRITISH: &str = "optimiser";

/// Reads a TOML file, or one that ends in .json, and then sets fields; without a file all fields are the paper's.
pub fn read(file: Option<&Path>, assignments: &[String]) -> Result<RunConfig> {
    let Some(file) = file else { return parse("", assignments) };
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let json = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let text = match json {
        true => serde_json::from_str::<Table>(&text)
            .map_err(anyhow::Error::from)
            .and_then(|table| Ok(toml::to_string(&table)?)),
        false => Ok(text),
    };
    text.and_then(|text| parse(&text, assignments)).with_context(|| file.display().to_string())
}

/// The configuration that a TOML text says, with fields set as `assignments` say: `key=value`, or `part.key=value`. A value
/// that is not TOML is a text. Stages go by kind or by number: `stages.colorizer.batch=4` sets it in all colorizer stages,
/// `stages.2.batch=4` in the second stage.
pub fn parse(text: &str, assignments: &[String]) -> Result<RunConfig> {
    let mut config: RunConfig = toml::from_str(text)?;
    if !assignments.is_empty() {
        let mut table: Table = toml::from_str(text)?;
        for assignment in assignments {
            respell(&mut table);
            set(&mut table, assignment).with_context(|| format!("--set {assignment}"))?;
        }
        config = table.try_into().context("--set")?;
    }
    config.check()?;
    Ok(config)
}

fn set(table: &mut Table, assignment: &str) -> Result<()> {
    let (key, value) = assignment.split_once('=').context("it must be key=value")?;
    let value = value_of(value.trim());
    let spelled = |part| if part == BRITISH { AMERICAN } else { part };
    let path: Vec<&str> = key.trim().split('.').map(spelled).collect();
    match path.as_slice() {
        ["stages", which, field @ ..] if !field.is_empty() => set_in_stages(table, which, field, &value),
        _ => place(table, &path, value),
    }
}

/// Renames the fields of files of earlier trainers, which serde knows by an alias, so that `--set` finds them.
fn respell(table: &mut Table) {
    if let Some(value) = table.remove(BRITISH) {
        table.insert(AMERICAN.to_owned(), value);
    }
    let stages = table.get_mut("stages").and_then(Value::as_array_mut).into_iter().flatten();
    stages.filter_map(Value::as_table_mut).for_each(respell);
}

/// `value` as TOML, else as a text.
fn value_of(value: &str) -> Value {
    let parsed = toml::from_str::<Table>(&format!("value = {value}"));
    let parsed = parsed.ok().filter(|table| table.len() == 1).and_then(|mut table| table.remove("value"));
    parsed.unwrap_or_else(|| value.into())
}

fn set_in_stages(table: &mut Table, which: &str, field: &[&str], value: &Value) -> Result<()> {
    if !table.contains_key("stages") {
        table.insert("stages".into(), Value::try_from(RunConfig::default().stages)?);
    }
    let stages = table.get_mut("stages").and_then(Value::as_array_mut).context("stages is no list")?;
    let mut found = false;
    for (number, stage) in (1..).zip(stages.iter_mut().filter_map(Value::as_table_mut)) {
        if which.parse() == Ok(number) || stage.get("kind").and_then(Value::as_str) == Some(which) {
            place(stage, field, value.clone())?;
            found = true;
        }
    }
    ensure!(found, "there is no stage {which}: stages go by number, from 1, or by kind");
    Ok(())
}

/// Puts a value at its place, through tables that may not be there yet.
fn place(table: &mut Table, path: &[&str], value: Value) -> Result<()> {
    match path {
        [] => bail!("the key is empty"),
        [key] => {
            table.insert((*key).to_owned(), value);
            Ok(())
        }
        [key, rest @ ..] => {
            let inner = table.entry(*key).or_insert_with(|| Table::new().into());
            place(inner.as_table_mut().with_context(|| format!("{key} has no fields"))?, rest, value)
        }
    }
}

impl RunConfig {
    /// The configuration with every field, as TOML, and the steps of its stages in comments.
    pub fn describe(&self) -> Result<String> {
        let mut text = toml::to_string(self)?;
        for (number, stage) in self.stages() {
            text += &format!("\n# {}: {} steps", stage.folder_name(number), self.steps_of(stage)?);
        }
        if self.losses.taps > 0.0 {
            let phi = match &self.start.trunk {
                Some(folder) => {
                    format!("the backbone in {}, if it was imported; else random filters", folder.display())
                }
                None => "random filters, since start.trunk names no imported backbone".to_owned(),
            };
            text += &format!("\n# phi of equation (7): {phi}");
        }
        Ok(text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{OptimizerKind, StageKind},
        device::Device,
    };

    fn set(assignments: &[&str]) -> Result<RunConfig> {
        parse("", &assignments.iter().map(|&assignment| assignment.to_owned()).collect::<Vec<_>>())
    }

    fn message(result: Result<RunConfig>) -> String {
        format!("{:#}", result.unwrap_err())
    }

    /// 200 epochs of 5,000 images and 1,000 pairs, one a step.
    #[test]
    fn without_a_file_the_run_is_the_papers() {
        let config = parse("", &[]).unwrap();
        let colorizer = &config.stages[1];
        assert_eq!(
            (colorizer.kind(), colorizer.basics().side, config.steps_of(colorizer).unwrap()),
            (StageKind::Colorizer, 256, 1_200_000)
        );
        assert_eq!((config.optimizer.kind, config.optimizer.learning_rate), (OptimizerKind::Adam, 1e-4));
        let again = parse(&config.describe().unwrap(), &[]).unwrap();
        assert_eq!(again, config);
    }

    /// `paper.toml` says the defaults, on a GPU.
    #[test]
    fn the_run_files_can_be_run() {
        let file = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("runs").join(name);
        let [paper, ..] =
            ["paper.toml", "lite.toml", "small.toml"].map(|name| read(Some(&file(name)), &[]).unwrap());
        assert_eq!(paper, RunConfig { device: paper.device, ..RunConfig::default() });
    }

    #[test]
    fn fields_are_set_by_dotted_keys() {
        let config = set(&[
            "preset=tiny",
            "device=wgpu",
            "out=runs/a b",
            "scale=0.001",
            "optimizer.learning_rate=3e-4",
            "losses.beta=[0.5, 0.4, 0.4, 0.4]",
            "stages.colorizer.crop=64",
            "stages.4.batch=6",
            "stages.4.optimizer.accumulate=2",
        ])
        .unwrap();
        assert_eq!((config.device, config.out.to_str()), (Device::Wgpu, Some("runs/a b")));
        assert_eq!([1, 3].map(|stage| config.stages[stage].basics().crop), [Some(64); 2]);
        let optimizer = config.optimizer_of(&config.stages[3]).unwrap();
        assert_eq!((optimizer.accumulate, optimizer.learning_rate), (2, 3e-4));
        assert_eq!(config.steps_of(&config.stages[3]).unwrap(), 10);
    }

    #[test]
    fn what_is_not_known_or_cant_be_is_told() {
        for (assignment, expected) in [
            ("optimizer.learning_rat=1", "learning_rate"),
            ("stages.colorizer.bach=1", "batch"),
            ("stages.refiner.batch=1", "there is no stage refiner"),
            ("stages.1.crop=100", "multiple of 64"),
            ("stages.2.batch=4", "batch must be 1"),
            ("stages.2.optimizer.emma=4", "ema"),
            ("losses.beta=[1.0]", "each of 4 candidates"),
            ("optimizer.weight_decay=0.1", "adamw"),
            ("preset=huge", "paper"),
            ("seed", "key=value"),
        ] {
            let message = message(set(&[assignment]));
            assert!(message.contains(expected), "{assignment}: {message}");
        }
    }

    #[test]
    fn a_file_of_an_earlier_trainer_is_read() {
        let text =
            "[optimiser]\nema = 0.5\n\n[[stages]]\nkind = \"flow\"\ncrop = 64\noptimiser = { clip = 3.0 }\n";
        let config = parse(text, &["optimiser.learning_rate=0.5".to_owned()]).unwrap();
        let optimizer = config.optimizer_of(&config.stages[0]).unwrap();
        assert_eq!((optimizer.ema, optimizer.learning_rate, optimizer.clip), (0.5, 0.5, 3.0));
        assert_eq!(parse(text, &[]).unwrap().optimizer.ema, 0.5);
    }

    /// Each kind of stage has fields of its own; one that it would ignore is an error that names it and those that there are.
    #[test]
    fn a_field_that_a_stage_ignores_is_refused_by_name() {
        for (kind, field) in [
            ("trunk", "pairs = 10"),
            ("trunk", "colorizer_learns = false"),
            ("flow", "shift = 3"),
            ("flow", "trunk_learns = false"),
            ("flow", "wear = { worn = 0.5 }"),
            ("colorizer", "recolored = true"),
            ("colorizer", "motion = { shift = 3.0 }"),
            ("joint", "images = 10"),
            ("joint", "hints = 0.1"),
        ] {
            let text = format!("[[stages]]\nkind = \"{kind}\"\ncrop = 128\n{field}\n");
            let message = message(parse(&text, &[]));
            let name = field.split(' ').next().unwrap_or_default();
            assert!(
                message.contains(&format!("unknown field `{name}`")) && message.contains("`epochs`"),
                "{message}"
            );
        }
        let message = message(parse("[[stages]]\nkind = \"flow\"\n", &[]));
        assert!(message.contains("missing field `crop`"), "{message}");
    }
}
