//! `prepare`, and reading what it made.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use burn::{backend::Flex, module::Module};
use chromaflow::{clip::Link, color::luma, model::preset::Preset, weights::sha256};
use half::f16;
use image::{DynamicImage, Frame, Rgb, RgbImage, codecs::gif::GifEncoder};
use rand::Rng;
use tempfile::{TempDir, tempdir};
use trainer::{
    data::{
        loader::random,
        prepared::{
            FrameMotion, Kind, PreparedItem, PreparedSet, Split,
            record::{
                FORMAT, FileEntry, ITEM_FILE, ItemRecord, Parameters, Reason, SET_FILE, SetParameters,
                SetRecord, items_folder, read_json,
            },
        },
        tensor::to_tensor,
    },
    prepare::{
        Folders, Report, Request,
        flows::{FindMotion, NetworkMotion},
        prepare,
    },
};

/// A colored picture that moves with `shift`.
fn picture(width: u32, height: u32, shift: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let x = x + shift;
        Rgb([(x * 5 % 256) as u8, (y * 4 % 200) as u8, ((x / 8 + y / 8) % 2 * 120 + 40) as u8])
    })
}

fn save(image: &RgbImage, path: PathBuf) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    image.save(path).unwrap();
}

fn write_frames(folder: &Path, frames: u32) {
    (0..frames).for_each(|frame| save(&picture(96, 64, 2 * frame), folder.join(format!("{frame:05}.png"))));
}

/// Eight frames of ffmpeg's moving test picture.
fn write_video(file: &Path) {
    let source = "testsrc2=size=128x96:rate=8:duration=1";
    let arguments = ["-v", "error", "-f", "lavfi", "-i", source, "-c:v", "mpeg4", "-q:v", "3"];
    assert!(Command::new("ffmpeg").args(arguments).arg(file).status().unwrap().success());
}

fn request(inputs: &[&Path], out: &Path) -> Request {
    let item = Parameters { format: FORMAT, side: 48, every: 1, frames: None };
    Request {
        inputs: inputs.iter().map(|input| input.to_path_buf()).collect(),
        folders: Folders::Auto,
        out: out.to_owned(),
        parameters: SetParameters { item, limit_photos: None, limit_clips: None, seed: 1 },
        shards: None,
    }
}

fn reasons(report: &Report) -> Vec<(String, Reason)> {
    report.dropped.iter().map(|dropped| (dropped.source.clone(), dropped.reason)).collect()
}

/// Photos of all sorts, a video, DAVIS's folders, and a list of what is held back.
fn mixed_data() -> TempDir {
    let data = tempdir().unwrap();
    let root = data.path();
    save(&picture(120, 90, 0), root.join("photos/a.png"));
    save(&picture(60, 50, 9), root.join("photos/deep/b.jpg"));
    save(&picture(100, 80, 5), root.join("photos/held.png"));
    save(&RgbImage::from_pixel(90, 90, Rgb([128; 3])), root.join("photos/grey.png"));
    save(&picture(90, 23, 0), root.join("photos/tiny.png"));
    fs::write(root.join("photos/broken.jpg"), "no image").unwrap();
    fs::write(root.join("photos/notes.txt"), "no image either").unwrap();
    fs::write(root.join("photos/modern.avif"), "").unwrap();
    fs::create_dir_all(root.join("videos/empty")).unwrap();
    write_video(&root.join("videos/test.mp4"));
    fs::write(root.join("videos/broken.mp4"), "no video").unwrap();
    write_frames(&root.join("DAVIS/JPEGImages/480p/bear"), 3);
    write_frames(&root.join("DAVIS/JPEGImages/480p/swan"), 4);
    write_frames(&root.join("DAVIS/Annotations/480p/swan"), 4);
    fs::write(root.join("validation.txt"), "photos/held.png\n\nDAVIS/JPEGImages/480p/bear\n").unwrap();
    data
}

fn item<'a>(set: &'a PreparedSet, source: &str) -> &'a PreparedItem {
    set.items().iter().find(|item| item.source() == source).unwrap()
}

#[test]
fn everything_is_found_split_counted_and_kept_by_a_second_call() {
    let (data, out) = (mixed_data(), tempdir().unwrap());
    let request = request(&[data.path()], out.path());
    let report = prepare(&request, None).unwrap();
    assert_eq!((report.photos, report.clips, report.clip_frames, report.held_back), (3, 3, 8 + 3 + 4, 2));
    let mut dropped = reasons(&report);
    dropped.sort();
    let expected = [
        ("photos/broken.jpg", Reason::Unreadable),
        ("photos/grey.png", Reason::Grey),
        ("photos/modern.avif", Reason::Unreadable),
        ("photos/tiny.png", Reason::Tiny),
        ("videos/broken.mp4", Reason::Unreadable),
    ];
    assert_eq!(dropped, expected.map(|(source, reason)| (source.to_owned(), reason)));
    let message = report.to_string();
    assert!(
        message.contains("left out: 1 grey, 1 tiny, 3 unreadable") && message.contains("photos/tiny.png"),
        "{message}"
    );
    assert!(message.contains("photos/modern.avif: unreadable: of images, JPEG, PNG, WebP,"), "{message}");
    let (record, _) = read_json::<SetRecord>(&out.path().join(SET_FILE)).unwrap().unwrap();
    assert_eq!(record.dropped, report.dropped);

    let set = PreparedSet::open(out.path()).unwrap();
    assert_eq!(set.sha256(), report.sha256);
    let names = |items: Vec<PreparedItem>| {
        let mut names: Vec<_> = items.iter().map(|item| item.source().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(set.photos(Split::Training)), ["photos/a.png", "photos/deep/b.jpg"]);
    assert_eq!(names(set.photos(Split::Validation)), ["photos/held.png"]);
    assert_eq!(names(set.clips(Split::Training)), ["DAVIS/JPEGImages/480p/swan", "videos/test.mp4"]);
    assert_eq!(names(set.clips(Split::Validation)), ["DAVIS/JPEGImages/480p/bear"]);
    assert_eq!(item(&set, "photos/a.png").dimensions(), (64, 48));
    assert_eq!(item(&set, "photos/deep/b.jpg").dimensions(), (58, 48));
    assert_eq!(
        (item(&set, "videos/test.mp4").dimensions(), item(&set, "videos/test.mp4").frames()),
        ((64, 48), 8)
    );
    let swan = item(&set, "DAVIS/JPEGImages/480p/swan");
    assert_eq!((swan.kind(), swan.dimensions(), swan.pairs()), (Kind::Clip, (72, 48), vec![0, 1, 2]));
    let message = set.clips_with_flows(Split::Training).unwrap_err().to_string();
    assert!(message.contains("trainer prepare") && message.contains("--flow"), "{message}");

    let again = prepare(&request, None).unwrap();
    assert_eq!((again.made, again.kept, again.sha256), (0, 6, report.sha256));
}

/// Damage of every sort is mended, and nothing else is made again.
#[test]
fn damaged_and_half_written_items_are_made_anew() {
    let (data, out) = (mixed_data(), tempdir().unwrap());
    let request = request(&[data.path()], out.path());
    let first = prepare(&request, None).unwrap();
    let items = out.path().join("items");
    let folder = |start: &str| {
        let names = fs::read_dir(&items).unwrap().map(|entry| entry.unwrap().path());
        names.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(start)).unwrap()
    };
    fs::remove_file(folder("a-").join("item.json")).unwrap();
    fs::write(folder("b-").join("frame-00000.png"), "short").unwrap();
    let frame = folder("swan-").join("frame-00002.png");
    let mut bytes = fs::read(&frame).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&frame, bytes).unwrap();
    fs::create_dir_all(items.join(".partial-held-0")).unwrap();
    let message = format!("{:#}", PreparedSet::open(out.path()).unwrap_err());
    assert!(message.contains("is not whole") && message.contains("prepare"), "{message}");

    let second = prepare(&request, None).unwrap();
    assert_eq!((second.made, second.kept, &second.sha256), (3, 3, &first.sha256));
    assert_eq!(second.others, 0);
    PreparedSet::open(out.path()).unwrap();

    // A changed source is made anew, too; and other parameters change everything.
    save(&picture(120, 90, 3), data.path().join("photos/a.png"));
    let third = prepare(&request, None).unwrap();
    assert_eq!((third.made, third.kept), (1, 5));
    assert_ne!(third.sha256, first.sha256);
    let mut smaller = request.clone();
    smaller.parameters.item.side = 40;
    assert_eq!(prepare(&smaller, None).unwrap().kept, 0);
}

#[test]
fn limits_choose_alike_each_time_and_frames_are_limited() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    (0..9).for_each(|index| save(&picture(64, 48, index), data.path().join(format!("p{index}.png"))));
    (0..3).for_each(|index| write_frames(&data.path().join(format!("clip{index}")), 7));
    let mut request = request(&[data.path()], out.path());
    request.parameters.limit_photos = Some(4);
    request.parameters.limit_clips = Some(1);
    request.parameters.item.every = 2;
    request.parameters.item.frames = Some(3);
    let report = prepare(&request, None).unwrap();
    assert_eq!((report.photos, report.clips, report.clip_frames), (4, 1, 3));
    let sources = || {
        let set = PreparedSet::open(out.path()).unwrap();
        set.items().iter().map(|item| item.source().to_owned()).collect::<Vec<_>>()
    };
    let few = sources();
    let clip = PreparedSet::open(out.path()).unwrap().clips(Split::Training).remove(0);
    let third = clip.frame(1).unwrap();
    assert_eq!(third.dimensions(), (72, 48));

    request.parameters.limit_photos = Some(6);
    let report = prepare(&request, None).unwrap();
    assert_eq!((report.made, report.kept), (2, 5));
    let more = sources();
    assert!(few.iter().all(|source| more.contains(source)), "{few:?} {more:?}");
    request.parameters.limit_photos = Some(1);
    assert_eq!(prepare(&request, None).unwrap().others, 5);
}

#[test]
fn loose_photos_and_clips_are_told_apart_or_named() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    save(&picture(64, 48, 0), data.path().join("1.png"));
    save(&picture(64, 48, 1), data.path().join("2.png"));
    save(&picture(48, 64, 2), data.path().join("3.png"));
    let mut request = request(&[data.path()], out.path());
    let message = prepare(&request, None).unwrap_err().to_string();
    assert!(message.contains("frame 3 has 48x64") && message.contains("--folders photos"), "{message}");
    request.folders = Folders::Photos;
    assert_eq!(prepare(&request, None).unwrap().photos, 3);
    fs::remove_file(data.path().join("3.png")).unwrap();
    request.folders = Folders::Clips;
    assert_eq!(prepare(&request, None).unwrap().clips, 1);
}

#[test]
fn bad_inputs_are_named() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    let message = |input: &Path| format!("{:#}", prepare(&request(&[input], out.path()), None).unwrap_err());
    let missing = message(&data.path().join("missing"));
    assert!(missing.contains("missing") && missing.contains("No such file"), "{missing}");
    let empty = message(data.path());
    assert!(empty.contains("holds no images and no videos"), "{empty}");
    fs::write(data.path().join("broken.png"), "").unwrap();
    let unreadable = message(data.path());
    assert!(
        unreadable.contains("nothing could be prepared") && unreadable.contains("broken.png"),
        "{unreadable}"
    );
    let not_a_set = PreparedSet::open(out.path()).unwrap_err().to_string();
    assert!(not_a_set.contains("trainer prepare"), "{not_a_set}");
}

/// Sets of earlier trainers list a file of neighborhoods for each frame.
#[test]
fn a_set_with_neighborhoods_opens_and_is_kept() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    save(&picture(64, 48, 3), data.path().join("a.png"));
    let request = request(&[data.path()], out.path());
    prepare(&request, None).unwrap();
    let set_file = out.path().join(SET_FILE);
    let (mut set, _) = read_json::<SetRecord>(&set_file).unwrap().unwrap();
    let folder = items_folder(out.path()).join(&set.items[0].id);
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["frame-00000.png", "item.json"], "new sets hold none");

    let (mut item, _) = read_json::<ItemRecord>(&folder.join(ITEM_FILE)).unwrap().unwrap();
    item.files.push(FileEntry::of("graph-00000.safetensors".to_owned(), b"neighbors"));
    fs::write(folder.join("graph-00000.safetensors"), "neighbors").unwrap();
    let record = serde_json::to_string_pretty(&item).unwrap();
    fs::write(folder.join(ITEM_FILE), &record).unwrap();
    set.items[0].item = sha256(record.as_bytes());
    set.sha256 = SetRecord::hash(&set.items, None);
    fs::write(&set_file, serde_json::to_string(&set).unwrap()).unwrap();
    let photo = PreparedSet::open(out.path()).unwrap().photos(Split::Training).remove(0);
    assert_eq!(photo.frame(0).unwrap(), picture(64, 48, 3));
    let report = prepare(&request, None).unwrap();
    assert_eq!((report.kept, report.sha256), (1, set.sha256));
}

/// The mean difference of two pictures' bytes.
fn difference(a: &RgbImage, b: &RgbImage) -> f32 {
    assert_eq!(a.dimensions(), b.dimensions());
    let apart = a.iter().zip(b.iter()).map(|(a, b)| u32::from(a.abs_diff(*b)));
    apart.sum::<u32>() as f32 / a.len() as f32
}

#[test]
fn images_of_every_format_are_read() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    let file = |name: &str| data.path().join(name);
    for ending in ["BMP", "jpg", "jpeg", "png", "tif", "tiff", "webp"] {
        save(&picture(64, 48, 3), file(&format!("photo.{ending}")));
    }
    let mut gif = GifEncoder::new(File::create(file("photo.gif")).unwrap());
    for shift in [3, 20] {
        gif.encode_frame(Frame::new(DynamicImage::from(picture(64, 48, shift)).into_rgba8())).unwrap();
    }
    drop(gif);
    // The ending lies.
    fs::copy(file("photo.webp"), file("photo-in-truth-webp.jpg")).unwrap();
    let report = prepare(&request(&[data.path()], out.path()), None).unwrap();
    assert_eq!((report.photos, report.dropped.len()), (9, 0), "{report}");
    let set = PreparedSet::open(out.path()).unwrap();
    for photo in set.items() {
        let error = difference(&photo.frame(0).unwrap(), &picture(64, 48, 3));
        // 256 colors in a GIF, JPEG at its usual quality; the pictures of the GIF differ by more than 30.
        let lossy = ["photo.gif", "photo.jpg", "photo.jpeg"].contains(&photo.source());
        let most = if lossy { 12.0 } else { 0.0 };
        assert!(error <= most, "{}: {error}", photo.source());
    }
    assert!(difference(&picture(64, 48, 3), &picture(64, 48, 20)) > 30.0);
}

#[test]
fn flows_are_the_networks_and_found_once() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    write_frames(&data.path().join("clip"), 4);
    // A cut: other frames behind the third.
    for frame in 4..6 {
        let other = RgbImage::from_fn(96, 64, |x, y| Rgb([(y * 4) as u8, 10, if x < 30 { 250 } else { 5 }]));
        save(&other, data.path().join(format!("clip/{frame:05}.png")));
    }
    let request = request(&[data.path()], out.path());
    assert!(prepare(&request, None).unwrap().flows_made.is_none());
    let device = Default::default();
    // Forked, as Burn draws weights when they are first used, of a copy other ones.
    let network = || Preset::Tiny.config().flow.init::<Flex>(&device).fork(&device);
    let (first, second) = (network(), network());
    let finder = NetworkMotion::new(first.clone(), device);
    let report = prepare(&request, Some(&finder)).unwrap();
    assert_eq!((report.made, report.kept, report.flows_made), (0, 1, Some(1)));
    let clip = PreparedSet::open(out.path()).unwrap().clips_with_flows(Split::Training).unwrap().remove(0);
    assert_eq!(clip.pairs(), [0, 1, 2, 4]);
    let grey = |index: usize| luma(to_tensor::<Flex>(&clip.frame(index).unwrap(), &device));
    for (s, t) in [(0, 1), (2, 1), (5, 4)] {
        let link = Link::find(grey(s.max(t)), grey(s.min(t)), &first);
        let passage = if s < t { link.to_next } else { link.to_previous };
        let flow = passage.flow.into_data();
        let rounded: Vec<f32> = flow.iter::<f32>().map(|value| f16::from_f32(value).to_f32()).collect();
        let visible: Vec<bool> = passage.visible.into_data().iter::<f32>().map(|value| value > 0.5).collect();
        assert_eq!(clip.motion(s, t).unwrap(), FrameMotion { width: 72, height: 48, flow: rounded, visible });
    }
    assert!(clip.motion(0, 2).is_err() && clip.motion(3, 4).is_err());

    assert_eq!(prepare(&request, Some(&finder)).unwrap().flows_made, Some(0));
    let other = NetworkMotion::new(second, device);
    assert_ne!(finder.identity(), other.identity());
    assert_eq!(prepare(&request, Some(&other)).unwrap().flows_made, Some(1));
}

/// A call that is killed leaves whole items, which the next call keeps.
#[test]
fn a_killed_call_is_completed_by_the_next() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    (0..120).for_each(|index| save(&picture(320, 240, index), data.path().join(format!("p{index}.png"))));
    let command = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.arg("prepare").arg(data.path()).args(["--side", "240", "--out"]).arg(out.path());
        command.env("RAYON_NUM_THREADS", "1");
        command
    };
    let mut killed = command().stderr(Stdio::null()).spawn().unwrap();
    let items = out.path().join("items");
    while fs::read_dir(&items).map_or(0, Iterator::count) < 4 {
        thread::sleep(Duration::from_millis(2));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(PreparedSet::open(out.path()).unwrap_err().to_string().contains("not finished"));
    let message = String::from_utf8(command().output().unwrap().stdout).unwrap();
    assert!(message.contains("120 photos") && !message.contains(" 0 there already"), "{message}");
    assert_eq!(PreparedSet::open(out.path()).unwrap().items().len(), 120);
    assert_eq!(fs::read_dir(&items).unwrap().count(), 120);
}

#[test]
fn ffmpeg_is_missed_only_where_there_is_a_video() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    save(&picture(64, 48, 0), data.path().join("a.png"));
    let prepare = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
        command.arg("prepare").arg(data.path()).args(["--side", "48", "--out"]).arg(out.path());
        command.env("PATH", "").output().unwrap()
    };
    assert!(prepare().status.success());
    write_video(&data.path().join("b.mp4"));
    let missed = prepare();
    let message = String::from_utf8_lossy(&missed.stderr);
    assert!(!missed.status.success() && message.contains("ffmpeg") && message.contains("b.mp4"), "{message}");
}

/// Files may grow to 8 kB: as on a full disk, what is whole stays, nothing half-written appears, and the next call goes on.
#[test]
fn a_full_disk_loses_nothing() {
    let (data, out) = (tempdir().unwrap(), tempdir().unwrap());
    save(&picture(64, 48, 3), data.path().join("a.png"));
    let prepare = |limit: &str| {
        let [data, out] = [data.path(), out.path()].map(Path::to_str).map(Option::unwrap);
        let line = format!("trap '' XFSZ; {limit} exec \"$0\" prepare {data} --out {out} --side 48");
        Command::new("sh").args(["-c", &line, env!("CARGO_BIN_EXE_trainer")]).output().unwrap()
    };
    assert!(prepare("").status.success());
    let first = PreparedSet::open(out.path()).unwrap().sha256().to_owned();
    // Noise, whose PNG is as large as its pixels: 9.2 kB.
    let mut random = random(1, 0);
    save(&RgbImage::from_fn(64, 48, |_, _| Rgb(random.random())), data.path().join("b.png"));
    let full = prepare("ulimit -f 16;");
    let message = String::from_utf8_lossy(&full.stderr).into_owned();
    assert!(
        !full.status.success() && message.contains("writing") && message.contains("what was prepared stays"),
        "{message}"
    );
    assert_eq!(PreparedSet::open(out.path()).unwrap().sha256(), first);
    assert_eq!(fs::read_dir(out.path().join("items")).unwrap().count(), 1);
    assert!(prepare("").status.success());
    assert_eq!(PreparedSet::open(out.path()).unwrap().items().len(), 2);
}
