import type { Motion } from "../../wasm/chromaflow.js";

/** From this confidence (equation 4) on, a pixel counts as surely found again in the frame before. */
const SURE = 0.5;

/** The share of a frame's pixels, 0 to 1, that were surely found again in the frame before. */
export function confidentShare({ confidence }: Motion): number {
  let sure = 0;
  for (const value of confidence) if (value >= SURE) sure++;
  return sure / confidence.length;
}
