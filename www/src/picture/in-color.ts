import type { Still } from "./still";

/** Chroma that strays by more than this from what is usual for its luma, in 8-bit codes, is colour. */
const COLOR = 5;
/** Luma is told apart in so many steps. */
const STEPS = 16;

/**
 * Whether a small frame is in colour. Toned film is not, sepia or any other: its chroma is the same wherever its luma is. So what is
 * measured is how far the chroma strays from its mean at each step of luma.
 */
export function isInColor({ luma: { width, luma }, colors: [chroma] }: Still): boolean {
  const { u, v } = chroma!;
  const columns = Math.ceil(width / 2);
  const [counts, ofU, ofV] = [new Float64Array(STEPS), new Float64Array(STEPS), new Float64Array(STEPS)];
  let squares = 0;
  for (let at = 0; at < u.length; at++) {
    const step = luma[2 * Math.floor(at / columns) * width + 2 * (at % columns)]! >> 4;
    const [blue, red] = [u[at]! - 128, v[at]! - 128];
    counts[step]!++;
    ofU[step]! += blue;
    ofV[step]! += red;
    squares += blue * blue + red * red;
  }
  const usual = counts.reduce((sum, count, step) => (count === 0 ? sum : sum + (ofU[step]! ** 2 + ofV[step]! ** 2) / count), 0);
  return Math.sqrt(Math.max(0, squares - usual) / u.length) > COLOR;
}
