import type { DeviceReport, Span } from "../protocol";
import type { Clip } from "./clip";

/** How many moments of a span are looked at. */
export const MOMENTS = 3;
/** How many frames of each moment are coloured, so that it moves: what takes a few seconds in all. */
const FRAMES: Record<DeviceReport["kind"], number> = { webgpu: 8, cpu: 4 };
/** Seconds from one of these frames to the next. */
export const FRAME_STEP = 0.125;

/** A time stamp to look at: the frame of a moment. */
export interface Glance {
  moment: number;
  time: number;
}

/**
 * The moments of a span, spread evenly, the first frame of each before the others: in the order in which they are
 * worth seeing.
 */
export function glances(clip: Clip, span: Span | null, device: DeviceReport["kind"]): [first: Glance[], further: Glance[]] {
  const { start, end } = span ?? { start: clip.report.start, end: clip.report.start + (clip.report.seconds ?? 0) };
  const each = (end - start) / MOMENTS;
  const within = (moment: number, frame: number) => ({ moment, time: start + each * (moment + 0.4) + frame * FRAME_STEP });
  const moments = Array.from({ length: MOMENTS }, (_, moment) =>
    Array.from({ length: FRAMES[device] }, (_, frame) => within(moment, frame)).filter(
      ({ time }, frame) => frame === 0 || time < start + each * (moment + 1)));
  return [moments.map(([first]) => first!), moments.flatMap(([, ...further]) => further)];
}
