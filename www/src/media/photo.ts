import { Fault, textOf } from "../fault";
import type { ClipReport } from "../protocol";
import { notes } from "../words/notes";
import { lumaWeights } from "../picture/matrix";
import { takeFromRgb } from "./own-chroma";
import { readPhotoTags, type PhotoTags } from "./photo-tags";
import { Planes } from "./planes";

/** The first bytes of the image formats that visitors have lying about. */
const SIGNATURES: [string, RegExp][] = [
  ["JPEG", /^\xff\xd8\xff/],
  ["PNG", /^\x89PNG\r\n/],
  ["GIF", /^GIF8/],
  ["WebP", /^RIFF[^]{4}WEBP/],
  ["BMP", /^BM[^]{4}\0\0\0\0/],
  ["TIFF", /^(II\*\0|MM\0\*)/],
  ["JPEG XL", /^(\xff\x0a|\0\0\0\x0cJXL )/],
  ["HEIC or AVIF", /^[^]{4}ftyp(heic|heix|mif1|avif)/],
];

/** What a browser's canvas holds for certain: the longest side, and all pixels. */
const LONGEST = 16_384;
const MOST_PIXELS = 100_000_000;

/** JPEG's own matrix and range, so that its luma comes through as it is. */
export const JPEG_COLOR = { matrix: "bt601", fullRange: true, rgb: false, written: {} } as const;

/** A still picture that can be coloured: upright, and as large as its file. */
/** Transparency of films is looked for in so many pixels a side; what is this opaque looks so. */
const [LOOKED_AT, OPAQUE] = [64, 250];

export interface Photo {
  planes: Planes;
  /** How opaque each pixel is; null where all are. */
  alpha: Uint8Array | null;
  tags: PhotoTags;
  report: ClipReport;
}

/** The name of the image format if a file is a photo, whatever its extension says; null otherwise. */
export async function photoFormat(file: Blob): Promise<string | null> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const text = String.fromCharCode(...head);
  return SIGNATURES.find(([, signature]) => signature.test(text))?.[0] ?? null;
}

/** Decodes a photo. */
export async function openPhoto(file: File, format: string): Promise<Photo> {
  const bitmap = await createImageBitmap(file).catch((error: unknown) => {
    throw new Fault("photo-unreadable", `${format}: ${textOf(error)}`, error);
  });
  const { width, height } = bitmap;
  try {
    if (Math.max(width, height) > LONGEST || width * height > MOST_PIXELS) {
      throw new Fault("photo-too-large", `${width}x${height}`);
    }
    const tags = readPhotoTags(new Uint8Array(await file.arrayBuffer()), format);
    const report = reportOn(file, format, width, height);
    if (await isAnimated(file, `image/${format.toLowerCase()}`)) report.notes.push(notes.firstPictureOnly);
    return { ...pixelsOf(bitmap), tags, report };
  } finally {
    bitmap.close();
  }
}

/** Whether a file holds more than one picture. */
async function isAnimated(file: File, type: string): Promise<boolean> {
  if (!("ImageDecoder" in globalThis) || !(await ImageDecoder.isTypeSupported(type).catch(() => false))) return false;
  const decoder = new ImageDecoder({ data: await file.arrayBuffer(), type });
  try {
    await decoder.tracks.ready;
    return decoder.tracks.selectedTrack?.animated ?? false;
  } catch {
    return false; // it was decoded all the same
  } finally {
    decoder.close();
  }
}

/** Transparent parts are looked at in front of white, as on paper. */
function pixelsOf(bitmap: ImageBitmap): Pick<Photo, "planes" | "alpha"> {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d")!;
  context.drawImage(bitmap, 0, 0);
  const alpha = alphaOf(context.getImageData(0, 0, width, height).data);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  return { planes: lumaOfPixels(context.getImageData(0, 0, width, height).data, width, height), alpha };
}

/** Whether a picture shows what is behind it. Browsers say of those without any transparency that they might have some, so it is looked for, at a small size. */
export function isTransparent(image: CanvasImageSource): boolean {
  const context = new OffscreenCanvas(LOOKED_AT, LOOKED_AT).getContext("2d")!;
  context.drawImage(image, 0, 0, LOOKED_AT, LOOKED_AT);
  return context.getImageData(0, 0, LOOKED_AT, LOOKED_AT).data.some((value, at) => at % 4 === 3 && value < OPAQUE);
}

/** A picture of a film, which has no transparency: what is behind it is white, too. */
export function planesOf(image: CanvasImageSource, width: number, height: number): Planes {
  const context = new OffscreenCanvas(width, height).getContext("2d", { alpha: false })!;
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  return planesOfPixels(context.getImageData(0, 0, width, height).data, width, height);
}

/** The luma of pixels of red, green, blue and alpha, and their own chroma. */
export function planesOfPixels(data: Uint8Array | Uint8ClampedArray, width: number, height: number): Planes {
  const planes = lumaOfPixels(data, width, height);
  const rgbAt = (x: number, y: number) => [0, 1, 2].map((at) => data[4 * (y * width + x) + at]!) as [number, number, number];
  takeFromRgb(planes, rgbAt, 1);
  return planes;
}

function lumaOfPixels(data: Uint8Array | Uint8ClampedArray, width: number, height: number): Planes {
  const planes = new Planes(width, height, JPEG_COLOR);
  const [red, green, blue] = lumaWeights(JPEG_COLOR.matrix);
  for (let at = 0; at < width * height; at++) {
    planes.data[at] = Math.round(red * data[4 * at]! + green * data[4 * at + 1]! + blue * data[4 * at + 2]!);
  }
  return planes;
}

function alphaOf(pixels: Uint8ClampedArray): Uint8Array | null {
  const alpha = Uint8Array.from({ length: pixels.length / 4 }, (_, at) => pixels[4 * at + 3]!);
  return alpha.every((value) => value === 255) ? null : alpha;
}

function reportOn(file: File, format: string, width: number, height: number): ClipReport {
  return {
    name: file.name, photo: true, container: format, codec: format,
    stored: { width, height },
    pose: { rotation: 0, flip: false, width, height },
    start: 0, seconds: null, frames: 1, framesPerSecond: 0, sound: [], notes: [],
    outputs: format === "JPEG" ? ["jpeg", "png", "webp"] : format === "WebP" ? ["webp", "png", "jpeg"] : ["png", "jpeg", "webp"],
  };
}
