//! The search for photos, videos and frame folders among the inputs.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

use super::{
    frame_folder,
    source::{Folders, Material, Source},
};
use crate::data::{
    held_back::HeldBack,
    photos::{FORMATS, has_ending, is_image},
    prepared::{
        Split,
        record::{Dropped, Reason, SET_FILE},
    },
};

const OTHER_IMAGES: [&str; 4] = ["avif", "heic", "jp2", "jxl"];
const VIDEOS: [&str; 10] = ["avi", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "ogv", "webm", "wmv"];

/// All that was found.
#[derive(Debug, Default)]
pub struct Sources {
    /// Photos and clips, sorted by name.
    pub found: Vec<Source>,
    /// Images in formats that are not read.
    pub dropped: Vec<Dropped>,
}

impl Sources {
    /// Searches files and, with all that lies below them, folders. `set`, the folder that is written to, is no source.
    pub fn find(inputs: &[PathBuf], folders: Folders, set: &Path) -> Result<Self> {
        let mut all = Self::default();
        for input in inputs {
            let path = fs::canonicalize(input).with_context(|| format!("reading {}", input.display()))?;
            let mut search = Search::new(&path, folders, set)?;
            if path.is_dir() {
                search.folder(&path)?;
            } else {
                search.file(&path);
            }
            let nothing = search.sources.found.is_empty() && search.sources.dropped.is_empty();
            ensure!(!nothing, "{} holds no images and no videos", input.display());
            all.found.append(&mut search.sources.found);
            all.dropped.append(&mut search.sources.dropped);
        }
        all.each_once()?;
        Ok(all)
    }

    /// Sorts, and takes what two inputs have in common once.
    fn each_once(&mut self) -> Result<()> {
        let mut named = BTreeMap::<String, Source>::new();
        for source in self.found.drain(..) {
            if let Some(other) = named.get(&source.name) {
                ensure!(
                    other.path() == source.path(),
                    "two inputs hold a {}: {} and {}; prepare them into sets of their own, or give the folder above both",
                    source.name,
                    other.path().display(),
                    source.path().display()
                );
            }
            named.insert(source.name.clone(), source);
        }
        self.found = named.into_values().collect();
        Ok(())
    }
}

/// The search through one input.
struct Search<'a> {
    root: PathBuf,
    held_back: HeldBack,
    folders: Folders,
    set: &'a Path,
    seen: HashSet<PathBuf>,
    sources: Sources,
}

impl<'a> Search<'a> {
    /// Names count from the data folder, the nearest one at or above the input with a `validation.txt`, else from the
    /// input.
    fn new(input: &Path, folders: Folders, set: &'a Path) -> Result<Self> {
        let listed = HeldBack::root(input);
        let held_back = listed.as_deref().map(HeldBack::read).transpose()?.unwrap_or_default();
        let own = if input.is_dir() { Some(input) } else { input.parent() };
        let root = listed.or(own.map(Path::to_owned)).unwrap_or_default();
        Ok(Self { root, held_back, folders, set, seen: HashSet::new(), sources: Sources::default() })
    }

    fn folder(&mut self, folder: &Path) -> Result<()> {
        let reading = || format!("reading {}", folder.display());
        let itself = fs::canonicalize(folder).with_context(reading)?;
        let prepared = itself == self.set || folder.join(SET_FILE).is_file();
        if prepared || !self.seen.insert(itself) {
            return Ok(());
        }
        let (mut below, mut files) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(folder).with_context(reading)? {
            let path = entry.with_context(reading)?.path();
            match path.is_dir() {
                _ if hidden(&path) => {}
                true => below.push(path),
                false => files.push(path),
            }
        }
        files.sort();
        self.files(folder, files);
        frame_folder::of_davis(&mut below);
        below.sort();
        below.iter().try_for_each(|folder| self.folder(folder))
    }

    fn files(&mut self, folder: &Path, files: Vec<PathBuf>) {
        let (images, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_image(file));
        others.iter().for_each(|file| self.file(file));
        let clip = match self.folders {
            Folders::Auto => frame_folder::in_order(&images),
            Folders::Photos => None,
            Folders::Clips => (images.len() > 1).then(|| images.clone()),
        };
        match clip {
            Some(frames) => self.add(Material::Frames(folder.to_owned(), frames)),
            None => images.into_iter().for_each(|image| self.add(Material::Photo(image))),
        }
    }

    fn file(&mut self, file: &Path) {
        if is_image(file) {
            self.add(Material::Photo(file.to_owned()));
        } else if has_ending(file, &VIDEOS) {
            self.add(Material::Video(file.to_owned()));
        } else if has_ending(file, &OTHER_IMAGES) {
            let detail = format!("of images, {FORMATS} are read");
            self.sources.dropped.push(Dropped {
                source: self.name(file),
                reason: Reason::Unreadable,
                detail,
            });
        }
    }

    fn add(&mut self, material: Material) {
        let mut source = Source { name: String::new(), split: Split::Training, material };
        source.name = self.name(source.path());
        if self.held_back.holds(&source.name) {
            source.split = Split::Validation;
        }
        self.sources.found.push(source);
    }

    fn name(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        // The input itself may be a frame folder.
        let name = if below.as_os_str().is_empty() {
            path.file_name().map(Path::new).unwrap_or(path)
        } else {
            below
        };
        name.to_string_lossy().replace('\\', "/")
    }
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
