import type { Span } from "../protocol";
import { SAME } from "../shots";
import type { Mark, MarkedPlace } from "./mark";

/** Where a place has come to in a frame, and how many frames that is from the one it was given in. */
export interface Found {
  x: number;
  y: number;
  visible: boolean;
  distance: number;
}

/** One way from the frame that a place was given in: a line of frames, which other places share, and where the place is in each from there on. */
export interface Leg {
  times: readonly number[];
  from: number;
  /** x and y of one frame after the other; neither where it is hidden. */
  points: number[];
}

/** Each way, the latest leg and the one before it: where following began anew, the earlier one may have come further. */
interface Track {
  forwards: Leg[];
  backwards: Leg[];
  /** What it is followed through to its ends; null while it is on the way. */
  through: Span | null;
}

/** A place that is to be followed. */
export interface Followed {
  key: string;
  time: number;
  place: MarkedPlace;
}

/** Where the places of marks are in the frames of their shots, as far as they have been followed. */
export class Tracks {
  readonly #tracks = new Map<string, Track>();

  /** The places of a shot's marks that are not followed to its ends yet, in the order of their frames. */
  missing(marks: readonly Mark[], span: Span): Followed[] {
    const places = marks.flatMap(({ time, places }) => places.map((place) => ({ key: keyOf(time, place), time, place })));
    const unfinished = ({ key }: Followed) => {
      const through = this.#tracks.get(key)?.through;
      return !through || through.start > span.start + SAME || through.end < span.end - SAME;
    };
    return [...new Map(places.filter(unfinished).map((each) => [each.key, each])).values()].sort((one, other) => one.time - other.time);
  }

  /** A place is followed along a line of frames, from the latest of them on. */
  begin({ key, place: { x, y } }: Followed, way: "forwards" | "backwards", times: readonly number[]): Leg {
    const leg = { times, from: times.length - 1, points: [x, y] };
    const track = this.#trackOf(key);
    this.#tracks.set(key, { ...track, [way]: [leg, ...track[way].slice(0, 1)] });
    return leg;
  }

  /** The frame that a place was given in; null until it is found. */
  originOf({ key }: Followed): number | null {
    const [leg] = this.#trackOf(key).forwards;
    return leg?.times[leg.from] ?? null;
  }

  /** Places are followed to the ends of a shot. */
  end(places: Followed[], span: Span): void {
    for (const { key } of places) this.#tracks.set(key, { ...this.#trackOf(key), through: span });
  }

  /** Where a mark's place is in the frame that is shown from a time on; null where it has not been followed to. */
  find({ time: given }: Mark, place: MarkedPlace, time: number): Found | null {
    if (Math.abs(given - time) <= SAME) return { x: place.x, y: place.y, visible: true, distance: 0 };
    const { forwards, backwards } = this.#trackOf(keyOf(given, place));
    const ways = [...forwards.map((leg) => foundOn(leg, time, 1)), ...backwards.map((leg) => foundOn(leg, time, -1))];
    return ways.find((found) => found !== null) ?? null;
  }

  /** When a mark is seen, as far as it has been followed; `frame` is how long one is shown. */
  livesOf({ time, places }: Mark, frame: number): Span[] {
    const seen = places.flatMap((place) => {
      const { forwards, backwards } = this.#trackOf(keyOf(time, place));
      return [...forwards, ...backwards].flatMap(timesSeen);
    });
    const spans: Span[] = [];
    for (const start of [...new Set([...seen, time])].sort((one, other) => one - other)) {
      const last = spans.at(-1);
      if (last && start - last.end < frame / 2) last.end = start + frame;
      else spans.push({ start, end: start + frame });
    }
    return spans;
  }

  #trackOf(key: string): Track {
    return this.#tracks.get(key) ?? { forwards: [], backwards: [], through: null };
  }
}

function keyOf(time: number, { x, y }: MarkedPlace): string {
  return `${time},${x},${y}`;
}

/** `order`: 1 where the times of the line grow, -1 where they fall. */
function foundOn({ times, from, points }: Leg, time: number, order: 1 | -1): Found | null {
  const at = indexOf(times, time, order) - from;
  const [x, y] = [points[2 * at], points[2 * at + 1]];
  if (at < 0 || x === undefined || y === undefined) return null;
  return { x, y, visible: !Number.isNaN(x), distance: at };
}

/** Where a time is in a sorted line; -1 where it is not. */
function indexOf(times: readonly number[], time: number, order: 1 | -1): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order * (times[middle]! - time) < -SAME) low = middle + 1;
    else high = middle;
  }
  const found = times[low];
  return found !== undefined && Math.abs(found - time) <= SAME ? low : -1;
}

function timesSeen({ times, from, points }: Leg): number[] {
  const seen: number[] = [];
  for (let at = 0; 2 * at < points.length; at++) if (!Number.isNaN(points[2 * at]!)) seen.push(times[from + at]!);
  return seen;
}
