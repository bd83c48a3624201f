import type { ChromaPlanes, LumaFrame } from "../../wasm/chromaflow.js";
import { lumaWeights } from "./matrix";

/** What the visitor makes of the colours after the networks. The luma is never touched. */
export interface Grade {
  /** Every colour's distance from grey is multiplied by this: 0 to 1.5. */
  strength: number;
  /** White balance, -1 (cold) to 1 (warm): at the ends red and blue of a grey pixel move by `FULL_WARMTH` of its luma. */
  warmth: number;
}

export const UNGRADED: Grade = { strength: 1, warmth: 0 };

const FULL_WARMTH = 0.3;

/** The chroma planes after a grade; the same planes where it changes nothing. */
export function graded(frame: LumaFrame, chroma: ChromaPlanes, { strength, warmth }: Grade): ChromaPlanes {
  if (strength === 1 && warmth === 0) return chroma;
  const [kr, , kb] = lumaWeights(frame.matrix);
  // A grey pixel of luma Y becomes R = Y (1 + a), B = Y (1 - a): its blue difference is -a Y / (2 (1 - kb)).
  const amount = warmth * FULL_WARMTH;
  return {
    u: shifted(frame, chroma.u, strength, -amount / (2 * (1 - kb))),
    v: shifted(frame, chroma.v, strength, amount / (2 * (1 - kr))),
  };
}

/** One plane: away from grey by `strength`, and along by `shift` of the luma that each sample lies over. */
function shifted(frame: LumaFrame, codes: Uint8Array, strength: number, shift: number): Uint8Array {
  const { width, height, luma, fullRange } = frame;
  const chromaWidth = Math.ceil(width / 2);
  const [black, scale, least, most] = fullRange ? [0, 1, 0, 255] : [16, 224 / 219, 16, 240];
  const moved = new Uint8Array(codes.length);
  for (let row = 0, at = 0; row < Math.ceil(height / 2); row++) {
    for (let column = 0; column < chromaWidth; column++, at++) {
      const over = (luma[2 * row * width + 2 * column]! - black) * scale;
      const code = 128 + strength * (codes[at]! - 128) + shift * over;
      moved[at] = Math.max(least, Math.min(most, Math.round(code)));
    }
  }
  return moved;
}
