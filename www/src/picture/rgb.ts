import { lumaWeights } from "./color";
import type { Planes } from "./planes";

/**
 * A frame as an RGB picture, in its colours or in grey, `shrink` times smaller each way. The page's small pictures are made here and not by
 * drawing a VideoFrame: in Chromium each frame that is drawn leaves a copy in memory for as long as the page lives.
 */
export function toRgb(planes: Planes, inColor: boolean, shrink: number): ImageData {
  const { width, height, color, data } = planes;
  const image = new ImageData(Math.ceil(width / shrink), Math.ceil(height / shrink));
  const [kr, kg, kb] = lumaWeights(color.matrix);
  const [black, lumaScale, chromaScale] = color.fullRange ? [0, 1, 1] : [16, 255 / 219, 255 / 224];
  const [redOfV, blueOfU] = [2 * (1 - kr), 2 * (1 - kb)];
  const [greenOfU, greenOfV] = [(blueOfU * kb) / kg, (redOfV * kr) / kg];
  const chromaWidth = Math.ceil(width / 2);
  const [u0, v0] = [width * height, width * height + planes.chromaSize];
  let at = 0;
  for (let y = 0; y < height; y += shrink) {
    const chromaRow = (y >> 1) * chromaWidth;
    for (let x = 0; x < width; x += shrink) {
      const luma = (meanLuma(planes, x, y, shrink) - black) * lumaScale;
      const u = inColor ? (data[u0 + chromaRow + (x >> 1)]! - 128) * chromaScale : 0;
      const v = inColor ? (data[v0 + chromaRow + (x >> 1)]! - 128) * chromaScale : 0;
      image.data[at++] = luma + redOfV * v;
      image.data[at++] = luma - greenOfU * u - greenOfV * v;
      image.data[at++] = luma + blueOfU * u;
      image.data[at++] = 255;
    }
  }
  return image;
}

/** Mean of the luma under one pixel of the small picture. */
function meanLuma({ width, height, data }: Planes, left: number, top: number, shrink: number): number {
  if (shrink === 1) return data[top * width + left]!;
  const [right, bottom] = [Math.min(width, left + shrink), Math.min(height, top + shrink)];
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) sum += data[y * width + x]!;
  }
  return sum / ((right - left) * (bottom - top));
}
