import type { Clip } from "./clip";

/** Seconds into the clip at which the opening is looked at; the first frame alone is often black. */
const OPENING = [0, 1, 2.5];

/** Time stamps of the frames that the candidates are judged by: in order, within the clip, none twice. */
export function previewTimes(clip: Clip): number[] {
  const { firstTimestamp, report } = clip;
  const end = report.seconds ?? 0;
  const within = OPENING.map((second) => Math.min(second, (end * second) / 3.5));
  return [...new Set(within)].map((second) => firstTimestamp + second);
}
