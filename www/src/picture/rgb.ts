import type { ChromaPlanes, LumaFrame } from "../../wasm/chromaflow.js";
import { lumaWeights } from "./matrix";

/**
 * A frame as an RGB picture, in colour or, without chroma, in grey. Pictures are made here and not by drawing a
 * VideoFrame: in Chromium each frame that is drawn leaves a copy in memory for as long as the page lives.
 */
export function toRgb(frame: LumaFrame, chroma: ChromaPlanes | null): ImageData {
  const { width, height, luma: lumaCodes } = frame;
  const image = new ImageData(width, height);
  const [kr, kg, kb] = lumaWeights(frame.matrix);
  const [black, lumaScale, chromaScale] = frame.fullRange ? [0, 1, 1] : [16, 255 / 219, 255 / 224];
  const [redOfV, blueOfU] = [2 * (1 - kr), 2 * (1 - kb)];
  const [greenOfU, greenOfV] = [(blueOfU * kb) / kg, (redOfV * kr) / kg];
  const chromaWidth = Math.ceil(width / 2);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const chromaRow = (y >> 1) * chromaWidth;
    for (let x = 0; x < width; x++) {
      const luma = (lumaCodes[y * width + x]! - black) * lumaScale;
      const u = chroma ? (chroma.u[chromaRow + (x >> 1)]! - 128) * chromaScale : 0;
      const v = chroma ? (chroma.v[chromaRow + (x >> 1)]! - 128) * chromaScale : 0;
      image.data[at++] = luma + redOfV * v;
      image.data[at++] = luma - greenOfU * u - greenOfV * v;
      image.data[at++] = luma + blueOfU * u;
      image.data[at++] = 255;
    }
  }
  return image;
}
