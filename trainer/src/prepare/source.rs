//! What there is to prepare: the photos, videos and frame folders among the inputs.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use chromaflow::weights::sha256;
use clap::ValueEnum;

use super::frame_folder;
use crate::{
    data::held_back::HeldBack,
    prepared::{
        Split,
        record::{Dropped, Kind, Reason, SET_FILE},
    },
};

const IMAGES: [&str; 3] = ["jpg", "jpeg", "png"];
const OTHER_IMAGES: [&str; 8] = ["avif", "bmp", "gif", "heic", "jp2", "tif", "tiff", "webp"];
const VIDEOS: [&str; 10] = ["avi", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "ogv", "webm", "wmv"];

/// What a folder of images is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Folders {
    /// A clip where all images are named by evenly spaced numbers (00000.jpg, 00001.jpg, ...), else photos.
    Auto,
    /// Photos, whatever their names.
    Photos,
    /// A clip: its frames in the order of their names.
    Clips,
}

/// Where frames come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Material {
    /// One image.
    Photo(PathBuf),
    /// A clip that ffmpeg decodes.
    Video(PathBuf),
    /// The images of a folder, in order.
    Frames(PathBuf, Vec<PathBuf>),
}

/// One photo or clip to prepare.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path below its data folder.
    pub name: String,
    /// What it is for.
    pub split: Split,
    /// Where its frames come from.
    pub material: Material,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Sources {
    /// Photos and clips, sorted by name.
    pub found: Vec<Source>,
    /// Images in formats that are not read.
    pub dropped: Vec<Dropped>,
}

impl Source {
    /// Photo or clip.
    pub fn kind(&self) -> Kind {
        match self.material {
            Material::Photo(_) => Kind::Photo,
            Material::Video(_) | Material::Frames(..) => Kind::Clip,
        }
    }

    /// The file or folder.
    pub fn path(&self) -> &Path {
        let (Material::Photo(path) | Material::Video(path) | Material::Frames(path, _)) = &self.material;
        path
    }

    /// The name of its folder in the set: readable, and of its own.
    pub fn id(&self) -> String {
        let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
        let stem = Path::new(&self.name).file_stem().unwrap_or_default().to_string_lossy();
        let stem: String = stem.chars().take(40).map(plain).collect();
        format!("{stem}-{}", &sha256(self.name.as_bytes())[..12])
    }
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
        let (images, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| ends(file, &IMAGES));
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
        if ends(file, &IMAGES) {
            self.add(Material::Photo(file.to_owned()));
        } else if ends(file, &VIDEOS) {
            self.add(Material::Video(file.to_owned()));
        } else if ends(file, &OTHER_IMAGES) {
            let detail = "only JPEG and PNG images are read".to_owned();
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

fn ends(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
    endings.contains(&ending.as_str())
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// An error unless ffmpeg is there, where a video is among the sources.
pub fn ensure_ffmpeg(sources: &[Source]) -> Result<()> {
    let video = sources.iter().find(|source| matches!(source.material, Material::Video(_)));
    let missing = || std::process::Command::new("ffmpeg").arg("-version").output().is_err();
    match video {
        Some(video) if missing() => {
            bail!(
                "decoding {} needs ffmpeg, and no ffmpeg is on the PATH: install it",
                video.path().display()
            )
        }
        _ => Ok(()),
    }
}
