import type { Chroma } from "../marks/mark";
import { lumaOf, type Rgb } from "./oklch";

/** Colors that lie closer than this, in shares of the whole range, are one to the eye. */
const ALIKE = 0.025;

/** A color without its light. */
export function chromaOf(rgb: Rgb): Chroma {
  const luma = lumaOf(rgb);
  return [(rgb[2] - luma) / 1.772, (rgb[0] - luma) / 1.402];
}

/** A color as light as the picture is where it is to lie, as far as a screen shows that. */
export function rgbOfChroma(luma: number, [blue, red]: Chroma): Rgb {
  const [r, b] = [luma + 1.402 * red, luma + 1.772 * blue];
  const g = (luma - 0.299 * r - 0.114 * b) / 0.587;
  return [r, g, b].map((value) => Math.min(1, Math.max(0, value))) as Rgb;
}

/** Colors of which each is told from those before it, and from those that are there already. */
export function distinct(colors: readonly Chroma[], there: readonly Chroma[] = []): Chroma[] {
  const kept: Chroma[] = [];
  for (const color of colors) if (![...there, ...kept].some((other) => isAlike(other, color))) kept.push(color);
  return kept;
}

export function isAlike([blue, red]: Chroma, [otherBlue, otherRed]: Chroma): boolean {
  return Math.hypot(blue - otherBlue, red - otherRed) < ALIKE;
}

/** The mean color of what lies around a point of a picture; x and y are shares of its sides. */
export function colorAt({ data, width, height }: Pick<ImageData, "data" | "width" | "height">, x: number, y: number): Rgb {
  const [column, row] = [Math.min(width - 1, Math.floor(x * width)), Math.min(height - 1, Math.floor(y * height))];
  const sum = [0, 0, 0];
  let count = 0;
  for (let near = Math.max(0, row - 1); near <= Math.min(height - 1, row + 1); near++) {
    for (let beside = Math.max(0, column - 1); beside <= Math.min(width - 1, column + 1); beside++, count++) {
      for (let channel = 0; channel < 3; channel++) sum[channel]! += data[4 * (near * width + beside) + channel]!;
    }
  }
  return sum.map((value) => value / count / 255) as Rgb;
}
