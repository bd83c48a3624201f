//! Sets whose photos lie in tar shards: as others read them, in parts, and in the order of a training.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use burn::backend::{Autodiff, Flex};
use image::{Rgb, RgbImage};
use tempfile::{TempDir, tempdir};
use trainer::{
    config::parse,
    data::prepared::{
        PreparedSet, Split,
        record::{FORMAT, Parameters, SetParameters},
    },
    prepare::{Folders, Report, Request, prepare, shards::ShardOptions},
    train::stages,
};

/// Photos to train on.
const PHOTOS: u32 = 23;

/// Photos to train on, two that are held back, and one without color.
fn photos() -> TempDir {
    let data = tempdir().unwrap();
    for index in 0..PHOTOS + 2 {
        let photo = RgbImage::from_fn(72, 64, |x, y| Rgb([(3 * x) as u8, (10 * index) as u8, (4 * y) as u8]));
        photo.save(data.path().join(format!("{index}.photo.png"))).unwrap();
    }
    RgbImage::from_pixel(64, 64, Rgb([99; 3])).save(data.path().join("grey.png")).unwrap();
    fs::write(data.path().join("validation.txt"), "3.photo.png\n4.photo.png\n").unwrap();
    data
}

fn request(data: &Path, out: &Path, shards: Option<[usize; 3]>) -> Report {
    let item = Parameters { format: FORMAT, side: 64, every: 1, frames: None };
    let request = Request {
        inputs: vec![data.to_owned()],
        folders: Folders::Photos,
        out: out.to_owned(),
        parameters: SetParameters { item, limit_photos: None, limit_clips: None, seed: 1 },
        shards: shards.map(|[photos, part, parts]| ShardOptions { photos, part, parts }),
    };
    prepare(&request, None).unwrap()
}

/// The photos of a split, as a set of their pixels.
fn pixels(set: &Path, split: Split) -> BTreeSet<Vec<u8>> {
    let photos = PreparedSet::open(set).unwrap().photos(split);
    photos.iter().map(|photo| photo.frame(0).unwrap().into_raw()).collect()
}

fn shard_files(set: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(set.join("shards")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "tar"));
    files.sort();
    files
}

#[test]
fn shards_hold_the_photos_of_a_set_of_folders() {
    let (data, out) = (photos(), tempdir().unwrap());
    let [folders, shards] = ["folders", "shards"].map(|name| out.path().join(name));
    request(data.path(), &folders, None);
    let report = request(data.path(), &shards, Some([5, 0, 1]));
    assert_eq!((report.photos, report.held_back, report.made, report.dropped.len()), (25, 2, 25, 1));
    for split in [Split::Training, Split::Validation] {
        assert_eq!(pixels(&shards, split), pixels(&folders, split));
    }
    let stem = |file: &PathBuf| file.file_stem().unwrap().to_string_lossy().into_owned();
    let names: Vec<_> = shard_files(&shards).iter().map(stem).collect();
    let training = (0..5).map(|number| format!("training-{number:05}"));
    assert_eq!(names, training.chain(["validation-00000".to_owned()]).collect::<Vec<_>>());

    // Another reader sees pictures and descriptions of one name behind each other, as WebDataset has them.
    let mut archive = tar::Archive::new(File::open(&shard_files(&shards)[0]).unwrap());
    let names: Vec<String> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    assert!(names.len() >= 8 && names.len().is_multiple_of(2), "{names:?}");
    for pair in names.chunks(2) {
        let [picture, about] = [&pair[0], &pair[1]].map(|name| name.split_once('.').unwrap());
        assert_eq!((picture.0, picture.1, about.1), (about.0, "png", "json"));
    }

    // A second call makes what is damaged, and nothing else.
    let file = &shard_files(&shards)[1];
    let whole = fs::read(file).unwrap();
    fs::write(file, [&whole[..1000], &[1], &whole[1001..]].concat()).unwrap();
    let again = request(data.path(), &shards, Some([5, 0, 1]));
    assert_eq!((again.made + again.kept, again.sha256), (25, report.sha256));
    assert!((4..=5).contains(&again.made), "one shard of five sources: {}", again.made);
    assert_eq!(fs::read(file).unwrap(), whole);
    fs::remove_file(file).unwrap();
    assert!(format!("{:#}", PreparedSet::open(&shards).unwrap_err()).contains("is not whole"));
}

#[test]
fn a_set_in_parts_is_that_of_one_call() {
    let (data, out) = (photos(), tempdir().unwrap());
    let [whole, parts] = ["whole", "parts"].map(|name| out.path().join(name));
    let report = request(data.path(), &whole, Some([5, 0, 1]));
    let first = request(data.path(), &parts, Some([5, 0, 2]));
    assert!(first.missing_shards == 3 && first.to_string().contains("3 shards are missing"), "{first}");
    assert!(PreparedSet::open(&parts).unwrap_err().to_string().contains("not finished"));
    let second = request(data.path(), &parts, Some([5, 1, 2]));
    assert_eq!((second.missing_shards, second.sha256), (0, report.sha256));
    assert_eq!(fs::read(whole.join("index.json")).unwrap(), fs::read(parts.join("index.json")).unwrap());
}

/// Each epoch shows each photo once, in an order of its own that the seed decides, and does not depend on where it is asked from.
#[test]
fn an_epoch_shows_each_photo_once() {
    let (data, out) = (photos(), tempdir().unwrap());
    request(data.path(), out.path(), Some([2, 0, 1]));
    let order = |seed: u64, numbers: std::ops::Range<usize>| -> Vec<usize> {
        let order = PreparedSet::open(out.path()).unwrap().photo_order(Split::Training).unwrap();
        numbers.map(|number| order.photo(seed, number).unwrap()).collect()
    };
    let count = PHOTOS as usize;
    let both = order(1, 0..2 * count);
    let (first, second) = both.split_at(count);
    for epoch in [first, second] {
        assert_eq!(epoch.iter().copied().collect::<BTreeSet<_>>(), (0..count).collect());
    }
    assert_ne!(first, second);
    assert_ne!(first, order(2, 0..count));
    assert_eq!(order(1, count + 7..2 * count), second[7..], "as a resumed training asks");
    assert!(first.windows(2).any(|pair| pair[0].abs_diff(pair[1]) > 2), "shuffled over shards: {first:?}");
}

#[test]
fn a_stage_trains_on_shards() {
    let (data, out) = (photos(), tempdir().unwrap());
    let set = out.path().join("set");
    request(data.path(), &set, Some([5, 0, 1]));
    let stages = "preset = \"tiny\"\nloaders = 2\nmonitoring.sheet_every = 0\n[[stages]]\nkind = \"trunk\"\nimages = 40\nepochs = 1\n\
                  side = 64\ncrop = 32\nbatch = 2\n";
    let mut config = parse(stages, &[]).unwrap();
    (config.data, config.out) = (set, out.path().join("run"));
    stages::train::<Autodiff<Flex>>(&config, false, &Default::default()).unwrap();
    let log = fs::read_to_string(config.out.join("1-trunk/log.jsonl")).unwrap();
    assert!(log.contains("\"held_back_loss\""), "{log}");
}
