import { lumaWeights } from "../picture/matrix";
import type { Planes } from "./planes";

/** NV12 has U and V in turn: each goes to a plane of its own. */
export function partInterleaved(planes: Planes): void {
  const { u, v } = planes.chroma;
  const both = planes.data.slice(planes.luma.length);
  for (let at = 0; at < planes.chromaSize; at++) {
    u[at] = both[2 * at]!;
    v[at] = both[2 * at + 1]!;
  }
}

/** Planes of any sampling, of values that `at` reads and `scale` brings to 8 bits: each sample is the mean of those that lie under it. */
export function takePlanar(planes: Planes, format: string, at: (plane: 1 | 2, x: number, y: number) => number, scale: number): void {
  const { width, height, chroma } = planes;
  const [across, down] = format.startsWith("I444") ? [2, 2] : format.startsWith("I422") ? [1, 2] : [1, 1];
  const [wide, high] = [Math.ceil((width * across) / 2), Math.ceil((height * down) / 2)];
  for (const [plane, codes] of [[1, chroma.u], [2, chroma.v]] as const) {
    eachSample(planes, (x, y, index) => {
      let [sum, count] = [0, 0];
      for (let row = y * down; row < Math.min(high, (y + 1) * down); row++) {
        for (let column = x * across; column < Math.min(wide, (x + 1) * across); column++, count++) sum += at(plane, column, row);
      }
      codes[index] = Math.min(255, Math.round((sum / count) * scale));
    });
  }
}

/** The share of all codes that chroma takes in limited range. */
const LIMITED = 224 / 255;

/** From RGB of 8 bits; of each two by two pixels the first. */
export function takeFromRgb(planes: Planes, rgbAt: (x: number, y: number) => [number, number, number], range = LIMITED): void {
  const [kr, kg, kb] = lumaWeights(planes.color.matrix);
  const { u, v } = planes.chroma;
  eachSample(planes, (x, y, index) => {
    const [red, green, blue] = rgbAt(2 * x, 2 * y);
    const luma = kr * red + kg * green + kb * blue;
    u[index] = codeOf((range * (blue - luma)) / (2 * (1 - kb)));
    v[index] = codeOf((range * (red - luma)) / (2 * (1 - kr)));
  });
}

function codeOf(value: number): number {
  return Math.min(255, Math.round(128 + value));
}

function eachSample({ width, height }: Planes, visit: (x: number, y: number, index: number) => void): void {
  const columns = Math.ceil(width / 2);
  for (let y = 0; y < Math.ceil(height / 2); y++) {
    for (let x = 0; x < columns; x++) visit(x, y, y * columns + x);
  }
}
