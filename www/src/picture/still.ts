import type { ChromaPlanes, LumaFrame } from "../../wasm/chromaflow.js";

/** Longer side, in pixels, of the pictures that the page shows while it works. */
const LONGEST = 640;

/** A frame made small for the page to show, with its buffers its own: once in grey, and any number of times in colour. */
export interface Still {
  luma: LumaFrame;
  colors: ChromaPlanes[];
}

/** How a clip's frames have to be turned and stretched to be shown, in degrees clockwise and pixels. */
export interface Pose {
  rotation: 0 | 90 | 180 | 270;
  flip: boolean;
  /** As displayed. */
  width: number;
  height: number;
}

/** Makes a frame and its colourings small: by a whole number each way, the mean of what lies under each new sample. */
export function stillOf(frame: LumaFrame, colors: ChromaPlanes[], longest = LONGEST): Still {
  const { width, height, matrix, fullRange } = frame;
  const by = Math.max(1, Math.ceil(Math.max(width, height) / longest));
  const luma = { matrix, fullRange, width: Math.ceil(width / by), height: Math.ceil(height / by), luma: shrunk(frame.luma, width, height, by) };
  const [chromaWidth, chromaHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const plane = (codes: Uint8Array) => shrunk(codes, chromaWidth, chromaHeight, by);
  return { luma, colors: colors.map(({ u, v }) => ({ u: plane(u), v: plane(v) })) };
}

/** The buffers of a still, to be handed over instead of copied. */
export function buffersOf({ luma, colors }: Still): ArrayBuffer[] {
  return [luma.luma, ...colors.flatMap(({ u, v }) => [u, v])].map(({ buffer }) => buffer as ArrayBuffer);
}

function shrunk(codes: Uint8Array, width: number, height: number, by: number): Uint8Array {
  if (by === 1) return codes.slice();
  const [columns, rows] = [Math.ceil(width / by), Math.ceil(height / by)];
  const small = new Uint8Array(columns * rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      small[at] = mean(codes, width, column * by, row * by, Math.min(width, column * by + by), Math.min(height, row * by + by));
    }
  }
  return small;
}

function mean(codes: Uint8Array, width: number, left: number, top: number, right: number, bottom: number): number {
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) sum += codes[y * width + x]!;
  }
  return Math.round(sum / ((right - left) * (bottom - top)));
}
