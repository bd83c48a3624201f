//! Frame folders, as opposed to folders of photos.

use std::path::{Path, PathBuf};

/// DAVIS keeps its frames here, beside masks that are no photos.
const DAVIS_FRAMES: &str = "JPEGImages";
/// Of the resolutions that DAVIS comes in, the one that is taken; all are shrunk anyway.
const DAVIS_RESOLUTION: &str = "480p";

/// The frames in order, if all images are named by numbers that are evenly spaced: 00000.jpg, 00001.jpg, or every fifth.
pub fn in_order(images: &[PathBuf]) -> Option<Vec<PathBuf>> {
    let number = |path: &PathBuf| {
        let stem = path.file_stem()?.to_str()?;
        let digits = stem.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| stem.parse::<u64>().ok()).flatten().map(|number| (number, path.clone()))
    };
    let mut numbered: Vec<_> = images.iter().map(number).collect::<Option<_>>()?;
    numbered.sort();
    let step = numbered.get(1)?.0 - numbered[0].0;
    let even = numbered.windows(2).all(|pair| pair[1].0 - pair[0].0 == step);
    let clip = even && step > 0 && (step == 1 || numbered.len() > 2);
    clip.then(|| numbered.into_iter().map(|(_, path)| path).collect())
}

/// Keeps of a folder's subfolders those with frames, where they are laid out as in DAVIS: `JPEGImages/480p/<clip>`.
pub fn of_davis(folders: &mut Vec<PathBuf>) {
    for name in [DAVIS_FRAMES, DAVIS_RESOLUTION] {
        let named = |folder: &Path| folder.file_name().is_some_and(|found| found == name);
        let inside_frames = name == DAVIS_FRAMES
            || folders
                .iter()
                .all(|folder| folder.parent().is_some_and(|above| above.ends_with(DAVIS_FRAMES)));
        if inside_frames && folders.iter().any(|folder| named(folder)) {
            folders.retain(|folder| named(folder));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn evenly_numbered_images_are_a_clip() {
        let clip = in_order(&paths(&["a/9.png", "a/10.png", "a/8.png"]));
        assert_eq!(clip, Some(paths(&["a/8.png", "a/9.png", "a/10.png"])));
        assert!(in_order(&paths(&["00000.jpg", "00005.jpg", "00010.jpg"])).is_some());
        for photos in
            [&["1.jpg"][..], &["1.jpg", "3.jpg"], &["1.jpg", "2.jpg", "4.jpg"], &["1.jpg", "b.jpg"], &[]]
        {
            assert_eq!(in_order(&paths(photos)), None, "{photos:?}");
        }
        // The same number twice.
        assert_eq!(in_order(&paths(&["1.jpg", "1.png", "2.jpg"])), None);
    }

    #[test]
    fn of_davis_only_frames_of_one_resolution_are_taken() {
        let mut root = paths(&["DAVIS/Annotations", "DAVIS/ImageSets", "DAVIS/JPEGImages"]);
        of_davis(&mut root);
        assert_eq!(root, paths(&["DAVIS/JPEGImages"]));
        let mut sizes = paths(&["DAVIS/JPEGImages/480p", "DAVIS/JPEGImages/Full-Resolution"]);
        of_davis(&mut sizes);
        assert_eq!(sizes, paths(&["DAVIS/JPEGImages/480p"]));
        let mut others = paths(&["films/480p", "films/720p"]);
        of_davis(&mut others);
        assert_eq!(others.len(), 2);
    }
}
