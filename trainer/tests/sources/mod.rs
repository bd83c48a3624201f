//! The trainer's source files and what each imports of the others, read from their `use` lines.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A module's path below the crate: `["config", "stage"]`; empty for `lib.rs`.
type Module = Vec<String>;

/// All source files of the trainer and their imports of each other.
pub struct Sources {
    /// Each module's file, below `src`.
    pub files: BTreeMap<Module, PathBuf>,
    /// Lines of each file.
    pub lines: BTreeMap<PathBuf, usize>,
    /// For each file the files that it imports from.
    pub imports: BTreeMap<PathBuf, BTreeSet<PathBuf>>,
}

impl Sources {
    /// Reads the files below `trainer/src`. Unit tests, which end their files, may import what they like and are left out.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut paths = Vec::new();
        list(&root, &mut paths);
        let below = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_owned();
        let files: BTreeMap<Module, PathBuf> =
            paths.iter().map(|path| (module(&below(path)), below(path))).collect();
        let (mut lines, mut imports) = (BTreeMap::new(), BTreeMap::new());
        for (module, file) in &files {
            let text = fs::read_to_string(root.join(file)).unwrap();
            lines.insert(file.clone(), text.lines().count());
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let found = uses(code).into_iter().filter_map(|path| resolve(&files, module, &path));
            imports.insert(file.clone(), found.filter(|other| other != file).collect());
        }
        Self { files, lines, imports }
    }

    /// The groups of files that import each other in a circle, the largest first.
    pub fn circles(&self) -> Vec<Vec<&PathBuf>> {
        let reach: BTreeMap<_, _> = self.imports.keys().map(|file| (file, self.reached(file))).collect();
        let (mut circles, mut seen) = (Vec::new(), BTreeSet::new());
        for file in self.imports.keys().filter(|file| reach[file].contains(file)) {
            let circle: Vec<_> =
                reach[file].iter().filter(|other| reach[*other].contains(file)).copied().collect();
            if circle.iter().all(|file| seen.insert(*file)) {
                circles.push(circle);
            }
        }
        circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
        circles
    }

    /// The files that a file imports, and that those import.
    fn reached<'a>(&'a self, file: &'a PathBuf) -> BTreeSet<&'a PathBuf> {
        let (mut reached, mut open) = (BTreeSet::new(), vec![file]);
        while let Some(file) = open.pop() {
            open.extend(self.imports[file].iter().filter(|other| reached.insert(*other)));
        }
        reached
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => list(&path, files),
            false => files.push(path),
        }
    }
}

/// `config/mod.rs` to `["config"]`.
fn module(file: &Path) -> Module {
    let mut parts: Module =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into()).collect();
    parts.pop_if(|last| ["lib", "mod"].contains(&last.as_str()));
    parts
}

/// The paths of all `use` declarations, their braces written out; `pub use` too.
fn uses(code: &str) -> Vec<Module> {
    let is_comment = |line: &&str| !line.trim_start().starts_with("//");
    let code = code.lines().filter(is_comment).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for statement in code.split(';') {
        let start = statement.rfind("\nuse ").or_else(|| statement.rfind(" use "));
        let start = start.or(statement.starts_with("use ").then_some(0));
        if let Some(start) = start {
            let tree = statement[start..].trim_start().trim_start_matches("use ");
            expand(&tree.split_whitespace().collect::<String>(), &[], &mut found);
        }
    }
    found
}

/// `a::{b, c::d}` to `a::b` and `a::c::d`.
fn expand(tree: &str, before: &[String], found: &mut Vec<Module>) {
    let (path, inner) = tree.split_once('{').map_or((tree, None), |(path, inner)| (path, Some(inner)));
    let parts = path.split("::").filter(|part| !part.is_empty()).map(str::to_owned);
    let whole: Module = before.iter().cloned().chain(parts).collect();
    let Some(inner) = inner else { return found.push(whole) };
    let (mut depth, mut start) = (0, 0);
    for (place, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                if start < place {
                    expand(&inner[start..place], &whole, found);
                }
                start = place + 1;
            }
            _ => {}
        }
    }
}

/// The file that a path leads to; none for other crates.
fn resolve(files: &BTreeMap<Module, PathBuf>, module: &Module, path: &Module) -> Option<PathBuf> {
    let child = |name: &String| module.iter().cloned().chain([name.clone()]).collect::<Module>();
    let mut parts = path.as_slice();
    let mut base = match parts.first()?.as_str() {
        "crate" => Module::new(),
        "trainer" if module == &["main"] => Module::new(),
        "self" | "super" => module.clone(),
        _ if files.contains_key(&child(&parts[0])) => {
            parts = &path[..];
            module.clone()
        }
        _ => return None,
    };
    while let ["crate" | "trainer" | "self" | "super", rest @ ..] =
        parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice()
    {
        if parts[0] == "super" {
            base.pop();
        }
        parts = &parts[parts.len() - rest.len()..];
    }
    for part in parts {
        base.push(part.clone());
        if !files.contains_key(&base) {
            base.pop();
            break;
        }
    }
    files.get(&base).cloned()
}
