import type { Effort } from "./choices";

/**
 * What a frame of a run takes of the networks, beside what the preview of one takes: its candidates, of which only one is enlarged; its
 * motion, which is made exact step by step and costs a processor the most; and one smoothing pass. By processor time in the page's engine,
 * for 320x240 and 1280x720 at 128 pixels and for 320x240 at 192, one pass took 2.7, 2.8 and 3.6 previews in all.
 */
const [CANDIDATES, MOTION, PASS] = [0.75, 2, 0.25];
/** Decoding, encoding and the writing of files come on top. */
const ON_TOP = 1.3;

/** Seconds that a frame of a run takes, from what the candidates of one took at a working size. */
export function secondsOfFrame(measured: { seconds: number; size: number }, { size, passes }: Effort): number {
  const share = CANDIDATES + (passes > 0 ? MOTION : 0) + passes * PASS;
  return measured.seconds * share * ON_TOP * (size / measured.size) ** 2;
}
