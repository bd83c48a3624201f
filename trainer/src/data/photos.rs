//! Images in memory, decoded once.

use std::{
    ffi::OsStr,
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage, imageops::FilterType};
use rayon::prelude::*;

/// The formats of images that are read, in words. Of a GIF it is the first picture.
pub const FORMATS: &str = "JPEG, PNG, WebP, TIFF, BMP and GIF";

/// The endings of their files.
const ENDINGS: [&str; 8] = ["bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"];

/// Images below this mean HSV saturation are grey or nearly so, and teach f to paint grey.
pub const GREY_SATURATION: f32 = 0.06;

/// Decodes photos and shrinks them to a shorter side of at most `side` pixels. Grey ones are left out; files that
/// can't be decoded are reported and left out.
pub fn load_coloured(files: &[PathBuf], side: u32) -> Vec<RgbImage> {
    load_coloured_files(files, side).into_iter().map(|(_, photo)| photo).collect()
}

/// The same, each photo with the file that it came from.
pub fn load_coloured_files(files: &[PathBuf], side: u32) -> Vec<(PathBuf, RgbImage)> {
    let decode = |file: &PathBuf| match load(file, side) {
        Ok(photo) => Some((file.clone(), photo)),
        Err(error) => {
            eprintln!("left out: {error:#}");
            None
        }
    };
    let colored = |(_, photo): &(PathBuf, RgbImage)| mean_saturation(photo) >= GREY_SATURATION;
    files.par_iter().filter_map(decode).filter(colored).collect()
}

/// Decodes one photo and shrinks it to a shorter side of at most `side` pixels.
pub fn load(file: &Path, side: u32) -> Result<RgbImage> {
    Ok(shrink(&decode(file)?, side))
}

/// Decodes an image by its contents, whatever its ending says, and turns it as its camera noted.
pub fn decode(file: &Path) -> Result<RgbImage> {
    let decode = || -> Result<DynamicImage> {
        let bytes = fs::read(file)?;
        let reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format()?;
        ensure!(
            reader.format() != Some(ImageFormat::Jpeg) || is_whole_jpeg(&bytes),
            "the file ends before its picture does"
        );
        let mut decoder = reader.into_decoder()?;
        let orientation = decoder.orientation()?;
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        Ok(image)
    };
    let image = decode().with_context(|| format!("decoding {}", file.display()))?;
    Ok(image.into_rgb8())
}

/// True if a JPEG file has the end-of-image marker behind its last scan. Decoders paint grey what is missing. In a scan itself no byte
/// of 255 is followed by either mark, and a thumbnail's marks come before the picture's.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let last = |mark: u8| bytes.windows(2).rposition(|pair| pair == [0xff, mark]);
    last(0xd9) > last(0xda)
}

/// True if a file is by its extension an image that can be read.
pub fn is_image(file: &Path) -> bool {
    has_ending(file, &ENDINGS)
}

/// True if a file's extension is one of `endings`, which are in lower case.
pub fn has_ending(file: &Path, endings: &[&str]) -> bool {
    let ending = file.extension().and_then(OsStr::to_str).unwrap_or_default().to_lowercase();
    endings.contains(&ending.as_str())
}

/// Shrinks an image to a shorter side of at most `side` pixels.
pub fn shrink(photo: &RgbImage, side: u32) -> RgbImage {
    let (width, height) = photo.dimensions();
    let scale = f64::from(side) / f64::from(width.min(height));
    if scale >= 1.0 {
        return photo.clone();
    }
    let scaled = |length: u32| (f64::from(length) * scale).round() as u32;
    image::imageops::resize(photo, scaled(width), scaled(height), FilterType::CatmullRom)
}

/// Mean HSV saturation, in [0, 1].
pub fn mean_saturation(photo: &RgbImage) -> f32 {
    let saturation = |pixel: &image::Rgb<u8>| {
        let [red, green, blue] = pixel.0.map(f32::from);
        let value = red.max(green).max(blue);
        (value - red.min(green).min(blue)) / value.max(1.0)
    };
    photo.pixels().map(saturation).sum::<f32>() / (photo.width() * photo.height()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, codecs::jpeg::JpegEncoder};

    #[test]
    fn a_jpeg_that_ends_early_is_no_photo() {
        let folder = tempfile::tempdir().unwrap();
        let picture =
            RgbImage::from_fn(64, 48, |x, y| Rgb([(x * y % 251) as u8, (7 * x % 256) as u8, y as u8]));
        let mut bytes = Vec::new();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 90)).unwrap();
        let decoded = |bytes: &[u8]| {
            let file = folder.path().join("photo.jpg");
            fs::write(&file, bytes).unwrap();
            decode(&file)
        };
        assert_eq!(decoded(&bytes).unwrap().dimensions(), (64, 48));
        let message = format!("{:#}", decoded(&bytes[..bytes.len() * 2 / 3]).unwrap_err());
        assert!(message.contains("ends before its picture does"), "{message}");
        // What cameras append behind the picture does no harm.
        assert!(decoded(&[bytes.as_slice(), &[0; 100]].concat()).is_ok());
    }
}
