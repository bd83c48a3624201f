import { Fault, throwIfCancelled } from "../fault";
import type { Clip } from "./clip";
import { takePlanes, type Planes } from "./planes";
import { FrameReader } from "./reader";

/** So much luma is held at once, in bytes, and between so many frames. */
const HELD = 64e6;
const FEWEST = 4;
const MOST = 48;

/** A frame out of the decoder. */
export interface TimedPlanes {
  time: number;
  planes: Planes;
}

/**
 * Frames from before a time back to another, the latest first. Decoders go forwards only, so they are decoded in short stretches, and each is
 * handed over from its end. A frame's planes are the caller's until the next one is asked for.
 */
export async function* framesBackwards(clip: Clip, from: number, until: number, signal: AbortSignal): AsyncGenerator<TimedPlanes, void, unknown> {
  const { width, height } = clip.report.stored;
  const most = Math.min(MOST, Math.max(FEWEST, Math.floor(HELD / (width * height))));
  const usual = most / (clip.report.framesPerSecond || 25);
  const begin = Math.max(from, clip.report.start);
  const spare: Planes[] = [];
  for (let [end, back] = [until, usual]; end > begin;) {
    const stretch = await lastFrames(clip, Math.max(begin, end - back), end, most, spare, signal);
    for (const frame of stretch.toReversed()) {
      if (frame.time < from) return;
      yield frame;
      spare.push(frame.planes);
    }
    if (stretch[0]) [end, back] = [stretch[0].time, usual];
    else if (end - back <= begin) return;
    else back *= 2; // a pause, or nothing that can be decoded
  }
}

/** The last so many frames of a stretch, in their order. */
async function lastFrames(clip: Clip, from: number, to: number, most: number, spare: Planes[], signal: AbortSignal): Promise<TimedPlanes[]> {
  const reader = new FrameReader(clip, from, to);
  const frames: TimedPlanes[] = [];
  try {
    for (let sample = await reader.next(); sample; sample = await reader.next()) {
      const { timestamp: time } = sample;
      if (frames.length === most) spare.push(frames.shift()!.planes);
      const planes = await takePlanes(sample, clip.color, spare.pop()).finally(() => sample!.close());
      throwIfCancelled(signal);
      if (time < to) frames.push({ time, planes });
      else spare.push(planes);
    }
  } catch (error) {
    // Nothing of this stretch can be decoded: there may be more before it.
    if (!(error instanceof Fault && error.code === "decode-failed")) throw error;
  } finally {
    await reader.close();
  }
  return frames;
}
