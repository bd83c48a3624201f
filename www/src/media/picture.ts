import { VideoSample } from "mediabunny";
import type { ChromaPlanes } from "../../wasm/chromaflow.js";
import type { Clip } from "./clip";
import type { Planes } from "./planes";

/** Longer side, in pixels, of the pictures that the page shows while it works. */
const LONGEST = 720;

/** A frame in its new colours, small and upright, for the page to show. */
export function colorPicture(planes: Planes, chroma: ChromaPlanes, clip: Clip): Promise<ImageBitmap> {
  return draw(planes, planes.colored(chroma), clip);
}

/** The same without colour. */
export function greyPicture(planes: Planes, clip: Clip): Promise<ImageBitmap> {
  return draw(planes, planes.data, clip);
}

async function draw(planes: Planes, data: Uint8Array<ArrayBuffer>, clip: Clip): Promise<ImageBitmap> {
  const sample = new VideoSample(data, {
    format: "I420",
    codedWidth: planes.width,
    codedHeight: planes.height,
    timestamp: 0,
    colorSpace: planes.color.written,
    rotation: clip.rotation,
    flip: clip.flip,
  });
  const { width, height } = clip.report;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  sample.draw(canvas.getContext("2d", { alpha: false })!, 0, 0, canvas.width, canvas.height);
  sample.close();
  return canvas.transferToImageBitmap();
}
