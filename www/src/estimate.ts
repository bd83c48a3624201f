import type { Effort } from "./choices";

/** Operations of the networks for a frame, in the same unit: for its candidates, for its motion and for one smoothing pass. */
const CANDIDATES = 75;
const MOTION = 65;
const PASS = 28;
/** Decoding, encoding and the writing of files come on top; measured on a processor, runs of 10 to 30 frames took 1.15 to 2.1 times the networks' share. */
const ON_TOP = 1.3;

/** Seconds that a frame of a run takes, from what the candidates of one took at a working size. */
export function secondsOfFrame(measured: { seconds: number; size: number }, { size, passes }: Effort): number {
  const share = (CANDIDATES + (passes > 0 ? MOTION : 0) + passes * PASS) / CANDIDATES;
  return measured.seconds * share * ON_TOP * (size / measured.size) ** 2;
}
