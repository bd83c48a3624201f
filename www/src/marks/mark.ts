import type { Span } from "../protocol";
import { SAME } from "../shots";

/** A colour without its light: blue and red difference of BT.601, each from -0.5 to 0.5. */
export type Chroma = [blue: number, red: number];

/** A disc in a frame as it is stored: x and y of its width and height, the radius of its shorter side. A point has no radius. */
export interface MarkedPlace {
  x: number;
  y: number;
  radius: number;
}

/** A colour that the visitor gave in one frame: to a point, or to all that a brush went over. It belongs to the shot that its time lies in. */
export interface Mark {
  /** Tells it from the others, and stays when it is changed. */
  id: number;
  /** When the frame is shown, on the clip's clock. */
  time: number;
  color: Chroma;
  /** How firmly the picture keeps to it, above 0 and up to 1. */
  strength: number;
  places: MarkedPlace[];
}

/** The marks of a shot. */
export function marksIn(marks: readonly Mark[], { start, end }: Span): Mark[] {
  return marks.filter(({ time }) => time >= start - SAME && time < end - SAME);
}

/** A shot with marks. */
export interface MarkedShot {
  span: Span;
  marks: Mark[];
}

/** The shots that have marks, by when all shots begin; the first is taken to begin with the clip, and the last to end with it. */
export function markedShots(starts: readonly number[], marks: readonly Mark[]): MarkedShot[] {
  const cuts = [-Infinity, ...starts.toSorted((one, other) => one - other).slice(1)];
  const shots = cuts.map((start, at) => ({ start, end: cuts[at + 1] ?? Infinity })).map((span) => ({ span, marks: marksIn(marks, span) }));
  return shots.filter(({ marks }) => marks.length > 0);
}

/** Of some shots, the one that a time lies in. */
export function shotAt(shots: readonly MarkedShot[], time: number): MarkedShot | undefined {
  return shots.find(({ span: { start, end } }) => time >= start - SAME && time < end - SAME);
}

/** What a new mark is called. */
export function nextId(marks: readonly Mark[]): number {
  return marks.reduce((most, { id }) => Math.max(most, id), 0) + 1;
}

/** The same marks, with one of them changed, or a new one behind them. */
export function withMark(marks: readonly Mark[], mark: Mark): Mark[] {
  return marks.some(({ id }) => id === mark.id) ? marks.map((each) => (each.id === mark.id ? mark : each)) : [...marks, mark];
}

/** Places that are moved together; none of them leaves the picture. */
export function movedBy(places: MarkedPlace[], right: number, down: number): MarkedPlace[] {
  return places.map(({ x, y, radius }) => ({ x: within(x + right), y: within(y + down), radius }));
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}
