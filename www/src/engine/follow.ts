import type { LumaFrame, Place, Tracked } from "../../wasm/chromaflow.js";
import { Fault, throwIfCancelled } from "../fault";
import type { Followed, Leg, Tracks } from "../marks/tracks";
import { framesBackwards } from "../media/backwards";
import type { Clip } from "../media/clip";
import { takePlanes, type Planes } from "../media/planes";
import { FrameReader } from "../media/reader";
import type { Span } from "../protocol";
import { SAME } from "../shots";
import type { Session } from "./session";

/**
 * Follows places, in the order of their frames, to the ends of their shot: forwards from the first frame in which one was given, and then
 * backwards from the last. After each frame it gives the share that is done; what was found until then is found, whenever it is ended.
 */
export async function* follow(
  clip: Clip, session: Session, tracks: Tracks, places: Followed[], shot: Span, signal: AbortSignal,
): AsyncGenerator<number, void, unknown> {
  if (places.length === 0) return;
  const way = new Way(clip, session, tracks, places, signal);
  const span = within(clip, shot);
  const [first, last] = [places[0]!.time, places.at(-1)!.time];
  const whole = Math.max(SAME, span.end - first + (last - span.start));
  for await (const time of way.forwards(span)) yield Math.min(1, (time - first) / whole);
  for await (const time of way.backwards(span)) yield Math.min(1, (span.end - first + last - time) / whole);
  tracks.end(places, shot);
}

/** The last shot of a clip ends where nobody knows it better. */
function within({ report: { start, seconds } }: Clip, shot: Span): Span {
  return { start: Math.max(start, shot.start), end: Math.min(shot.end, seconds === null ? Infinity : start + seconds) };
}

class Way {
  #size: { width: number; height: number } | null = null;

  constructor(
    private readonly clip: Clip,
    private readonly session: Session,
    private readonly tracks: Tracks,
    private readonly places: Followed[],
    private readonly signal: AbortSignal,
  ) {}

  async *forwards({ start, end }: Span): AsyncGenerator<number, void, unknown> {
    const reader = new FrameReader(this.clip, Math.max(start, this.places[0]!.time), end);
    const line = new Line(this.session, this.tracks, this.places, "forwards");
    let planes: Planes | undefined;
    try {
      await this.session.startTracking();
      for (let sample = await reader.next(); sample; sample = await reader.next()) {
        throwIfCancelled(this.signal);
        const { timestamp, duration } = sample;
        planes = await takePlanes(sample, this.clip.color, planes).finally(() => sample!.close());
        if (timestamp < start - SAME) continue;
        if (timestamp >= end - SAME) return;
        // A place is in the frame that is shown at its time; where there is none, in the next.
        await line.add(this.#fitted(planes), timestamp, ({ time }) => time < timestamp + Math.max(duration - SAME, SAME));
        yield timestamp;
      }
    } catch (error) {
      // The places lie where nothing can be decoded: they are seen nowhere.
      if (!(error instanceof Fault && error.code === "decode-failed")) throw error;
    } finally {
      await reader.close();
    }
  }

  async *backwards({ start }: Span): AsyncGenerator<number, void, unknown> {
    const origins = new Map(this.places.map((place) => [place, this.tracks.originOf(place)]));
    const last = Math.max(...[...origins.values()].filter((time) => time !== null));
    if (!(last > start + SAME)) return;
    const line = new Line(this.session, this.tracks, this.places, "backwards");
    await this.session.startTracking();
    for await (const { time, planes } of framesBackwards(this.clip, start - SAME, last + SAME, this.signal)) {
      throwIfCancelled(this.signal);
      await line.add(this.#fitted(planes), time, (place) => origins.get(place) === time);
      yield time;
    }
  }

  /** All frames in the size of the first: some clips change theirs. */
  #fitted(planes: Planes): LumaFrame {
    const { width, height } = (this.#size ??= { width: planes.width, height: planes.height });
    return (planes.width === width && planes.height === height ? planes : planes.resized(width, height)).frame;
  }
}

/** Frames one behind the other in one direction, and the places that are followed along them. */
class Line {
  readonly #times: number[] = [];
  readonly #legs = new Map<number, Leg>();

  constructor(
    private readonly session: Session,
    private readonly tracks: Tracks,
    private readonly places: Followed[],
    private readonly way: "forwards" | "backwards",
  ) {}

  /** Takes the next frame, and the places that are given in it. */
  async add(frame: LumaFrame, time: number, isGiven: (place: Followed) => boolean): Promise<void> {
    const fresh = this.places.flatMap((place, id) => (!this.#legs.has(id) && isGiven(place) ? [{ id, ...place.place }] : []));
    if (this.#legs.size === 0 && fresh.length === 0) return;
    const tracked = await this.session.track(frame, fresh.map(({ id, x, y }): Place => ({ id, x, y })));
    this.#times.push(time);
    for (const each of tracked) this.#note(each);
    for (const { id } of fresh) this.#legs.set(id, this.tracks.begin(this.places[id]!, this.way, this.#times));
  }

  #note({ id, x, y, visible }: Tracked): void {
    this.#legs.get(id)?.points.push(visible ? x : NaN, visible ? y : NaN);
  }
}
