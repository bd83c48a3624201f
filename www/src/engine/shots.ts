import { FrameReader } from "../media/reader";
import { takePlanes, type Planes } from "../media/planes";
import type { Clip } from "../media/clip";
import { throwIfCancelled } from "../fault";
import type { Mark } from "../marks/mark";
import { isInColor } from "../picture/in-color";
import { buffersOf, stillOf, type Still } from "../picture/still";
import type { Give, ShotPlan, ShotStart, Take, Told } from "../protocol";
import { SAME } from "../shots";
import type { Session } from "./session";

/** Longer side, in pixels, of the frames that cuts are sought in, and of a shot's picture in the timeline. */
const SCANNED = 240;
/** The page hears of the scan's progress this often, in milliseconds. */
const TOLD_EVERY_MS = 250;

/** Besides each shot's first frame, which may be a fade from black, so many frames apart are looked at for colour. */
const LOOKED_EVERY = 24;

/** Goes through the clip from `from` on, where an earlier scan stopped, and tells where shots begin. */
export async function scan(
  clip: Clip, session: Session, { from }: Take<"scan">,
  tell: (value: Told<"scan">, transfer?: ArrayBuffer[]) => void, signal: AbortSignal,
): Promise<Give<"scan">> {
  let [told, frames] = [0, 0];
  for await (const { time, planes, still, begins } of searched(clip, session, from)) {
    throwIfCancelled(signal);
    const looked = frames++ % LOOKED_EVERY === 0;
    if (!begins && !looked && performance.now() - told < TOLD_EVERY_MS) continue;
    told = performance.now();
    const inColor = begins || looked ? showsColor(planes) : null;
    tell({ until: time, shot: begins ? still : null, inColor }, begins ? buffersOf(still) : []);
  }
  return {};
}

/** The plan that knows where every shot with marks ends: as far as the page has not looked yet, it is looked now. `onFrame` may take its time or throw. */
export async function planThrough(clip: Clip, session: Session, plan: ShotPlan, marks: readonly Mark[], onFrame: () => Promise<void>): Promise<ShotPlan> {
  const last = marks.reduce((latest, { time }) => Math.max(latest, time), -Infinity);
  const { scannedUntil, candidate } = plan;
  if (marks.length === 0 || scannedUntil === Infinity || plan.starts.some(({ time }) => time > last + SAME && time <= scannedUntil + SAME)) return plan;
  const starts = [...plan.starts];
  for await (const { time, planes, begins } of searched(clip, session, scannedUntil === -Infinity ? null : scannedUntil)) {
    await onFrame();
    if (!begins) continue;
    if (!starts.some((start) => Math.abs(start.time - time) < SAME)) starts.push({ time, candidate, own: showsColor(planes) });
    if (time > last + SAME) return { starts, scannedUntil: time, candidate };
  }
  return { starts, scannedUntil: Infinity, candidate };
}

/** Every frame from a time on, and whether a shot begins with it. */
async function* searched(
  clip: Clip, session: Session, from: number | null,
): AsyncGenerator<{ time: number; planes: Planes; still: Still; begins: boolean }, void, unknown> {
  const reader = new FrameReader(clip, from ?? undefined);
  let planes: Planes | undefined;
  let first: Planes | undefined;
  try {
    await session.startCuts();
    for (let sample = await reader.next(); sample; sample = await reader.next()) {
      const { timestamp: time } = sample;
      planes = await takePlanes(sample, clip.color, planes).finally(() => sample!.close());
      const { width, height } = (first ??= planes);
      const isOther = planes.width !== width || planes.height !== height;
      const still = stillOf((isOther ? planes.resized(width, height) : planes).frame, [], SCANNED);
      // The frame at `from` was looked at before; it is here for its neighbour's sake.
      const begins = (await session.beginsShot(still.luma)) && !(from !== null && time <= from + SAME);
      yield { time, planes, still, begins };
    }
  } finally {
    await reader.close();
  }
}

function showsColor({ frame, chroma }: Planes): boolean {
  return isInColor(stillOf(frame, [chroma], SCANNED));
}

/** Says of each frame of a run, in their order, whether a shot begins with it and how that is coloured. */
export class ShotCursor {
  readonly #starts: ShotStart[];
  #begun = false;

  constructor(private readonly plan: ShotPlan, private readonly session: Session) {
    this.#starts = [...plan.starts].sort((one, other) => one.time - other.time);
  }

  /** The shot that begins here; null where none does. */
  async begins(planes: Planes, time: number): Promise<ShotStart | null> {
    const planned = this.#planned(time);
    const found = await this.#found(planes, time);
    const begins = !this.#begun || planned !== null || found;
    this.#begun = true;
    if (!begins) return null;
    const { candidate, own } = planned ?? { candidate: this.plan.candidate, own: showsColor(planes) };
    return { time, candidate, own };
  }

  /** The latest planned shot that begins up to this frame. */
  #planned(time: number): ShotStart | null {
    let planned: ShotStart | null = null;
    while (this.#starts[0] && this.#starts[0].time <= time + SAME) planned = this.#starts.shift()!;
    return planned;
  }

  /** What the page has not looked at yet is looked at now. */
  async #found(planes: Planes, time: number): Promise<boolean> {
    if (time < this.plan.scannedUntil - SAME) return false;
    if (!this.#begun || Math.abs(time - this.plan.scannedUntil) <= SAME) await this.session.startCuts();
    const begins = await this.session.beginsShot(stillOf(planes.frame, [], SCANNED).luma);
    return begins && time > this.plan.scannedUntil + SAME;
  }
}
