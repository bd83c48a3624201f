//! A set of photos in shards beside one in folders: seconds to open it, memory, and pictures a second. Both hold copies of one picture, so
//! that they are quick to make: `cargo bench -p trainer --bench sets -- 200000 20000` makes 200,000 photos in shards and 20,000 in folders.

use std::{env, fs, io::Cursor, path::Path, time::Instant};

use chromaflow::weights::sha256;
use image::{ImageFormat, Rgb, RgbImage};
use memory_stats::memory_stats;
use serde_json::{json, to_vec};
use tar::{Builder, Header};
use tempfile::tempdir;
use trainer::data::{
    loader::Draw,
    prepared::{
        FrameCache, ImageSampler, PreparedSet, Split,
        record::{FORMAT, FileEntry, ItemRecord, Kind, Parameters, SetItem, SetParameters, SetRecord},
        shards::{Index, IndexedShard, shard_name, shards_folder},
    },
};

/// Photos a shard.
const SHARD: usize = 1000;

/// Pictures that are drawn.
const DRAWN: usize = 4000;

/// Sides of the picture in pixels.
const SIDES: [u32; 2] = [96, 72];

fn main() {
    let counts: Vec<usize> = env::args().filter_map(|argument| argument.parse().ok()).collect();
    let &[shards, folders] = counts.as_slice() else { return println!("name both numbers of photos") };
    let photo =
        RgbImage::from_fn(SIDES[0], SIDES[1], |x, y| Rgb([(2 * x) as u8, (3 * y) as u8, (x + y) as u8]));
    let mut png = Cursor::new(Vec::new());
    photo.write_to(&mut png, ImageFormat::Png).unwrap();
    let place = tempdir().unwrap();
    let [in_shards, in_folders] = ["shards", "folders"].map(|name| place.path().join(name));
    write_shards(&in_shards, shards, png.get_ref());
    measure("shards", &in_shards, shards);
    write_folders(&in_folders, folders, png.get_ref());
    measure("folders", &in_folders, folders);
}

/// Opens a set and draws pictures from it.
fn measure(name: &str, set: &Path, count: usize) {
    let memory = || memory_stats().map_or(0, |memory| memory.physical_mem >> 20);
    let (before, start) = (memory(), Instant::now());
    let set = PreparedSet::open(set).unwrap();
    let images = set.photos(Split::Training).into_iter().map(|photo| (photo, 0)).collect();
    let sampler = ImageSampler::new(images, set.photo_order(Split::Training));
    let (opened, open_memory) = (start.elapsed().as_secs_f64(), memory().saturating_sub(before));
    let (start, frames) = (Instant::now(), FrameCache::default());
    for step in 0..DRAWN {
        let draw = Draw { seed: 1, step, part: 0, parts: 1 };
        let mut random = draw.of_examples(1).next().unwrap();
        let (item, frame) = sampler.draw(&draw, [0, 1], &mut random).unwrap();
        frames.frame(item, *frame).unwrap();
    }
    let a_second = DRAWN as f64 / start.elapsed().as_secs_f64();
    println!(
        "{count} photos in {name}: {opened:.2} s and {open_memory} MiB to open, {a_second:.0} pictures a second, {} MiB after",
        memory().saturating_sub(before)
    );
}

fn parameters() -> SetParameters {
    let item = Parameters { format: FORMAT, side: SIDES[1], every: 1, frames: Some(1) };
    SetParameters { item, limit_photos: None, limit_clips: None, seed: 1 }
}

fn write_shards(set: &Path, count: usize, png: &[u8]) {
    fs::create_dir_all(shards_folder(set)).unwrap();
    let mut index = Index::default();
    for number in 0..count.div_ceil(SHARD) {
        let (mut tar, mut photos) = (Builder::new(Vec::new()), Vec::new());
        for photo in 0..SHARD.min(count - number * SHARD) {
            photos.push((
                tar.get_ref().len() as u64 + 512,
                png.len() as u32,
                SIDES[0] as u16,
                SIDES[1] as u16,
            ));
            let mut header = Header::new_ustar();
            header.set_size(png.len() as u64);
            tar.append_data(&mut header, format!("{number:05}-{photo:05}.png"), png).unwrap();
        }
        let (name, bytes) = (shard_name(Split::Training, number), tar.into_inner().unwrap());
        fs::write(shards_folder(set).join(format!("{name}.tar")), &bytes).unwrap();
        let (bytes, sha256) = (bytes.len() as u64, String::new());
        index.shards.push(IndexedShard { name, split: Split::Training, bytes, sha256, photos });
    }
    let text = to_vec(&index).unwrap();
    fs::write(set.join("index.json"), &text).unwrap();
    write_set(set, Vec::new(), Some(sha256(&text)));
}

fn write_folders(set: &Path, count: usize, png: &[u8]) {
    let file = FileEntry::of("frame-00000.png".to_owned(), png);
    let item = |number: usize| {
        let folder = set.join("items").join(format!("photo-{number:07}"));
        fs::create_dir_all(&folder).unwrap();
        let record = ItemRecord {
            kind: Kind::Photo,
            source: format!("{number}.png"),
            source_sha256: String::new(),
            parameters: parameters().item,
            width: SIDES[0],
            height: SIDES[1],
            frames: 1,
            cuts: Vec::new(),
            files: vec![file.clone()],
        };
        let text = to_vec(&json!(record)).unwrap();
        fs::write(folder.join("item.json"), &text).unwrap();
        fs::write(folder.join("frame-00000.png"), png).unwrap();
        let id = format!("photo-{number:07}");
        SetItem { id, split: Split::Training, item: sha256(&text), flows: None }
    };
    write_set(set, (0..count).map(item).collect(), None);
}

fn write_set(set: &Path, items: Vec<SetItem>, shards: Option<String>) {
    let sha256 = SetRecord::hash(&items, shards.as_deref());
    let record = SetRecord { parameters: parameters(), sha256, shards, items, dropped: Vec::new() };
    fs::write(set.join("set.json"), to_vec(&record).unwrap()).unwrap();
}
