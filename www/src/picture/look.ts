import type { Still } from "./still";

/** How a colouring looks beside the others. */
export type Look = "warmer" | "cooler" | "vivid" | "restrained" | "greener" | "rosier" | "balanced";

/** What is known of the colourings of some frames: how each looks, and which of them look alike. */
export interface Looks {
  names: Look[];
  /** Groups of colourings between which hardly anybody sees a difference; most have one member. */
  alike: number[][];
}

/** Chroma that differs by less than this on average, in 8-bit codes, looks alike. */
const ALIKE = 2;
/** A colouring that differs from the others' mean by less than this, in codes, is in their middle. */
const BALANCED = 0.7;

/** Compares the colourings of some frames, each of which has all of them. */
export function looksOf(frames: Still[]): Looks {
  const count = frames[0]?.colors.length ?? 0;
  const all = Array.from({ length: count }, (_, index) => index);
  const alike: number[][] = [];
  for (const each of all) {
    const group = alike.find(([first]) => apart(frames, first!, each) < ALIKE);
    if (group) group.push(each);
    else alike.push([each]);
  }
  return { alike, names: named(all.map((index) => casts(frames, index)), alike) };
}

/** Mean distance of two colourings' chroma. */
function apart(frames: Still[], one: number, other: number): number {
  return meanOver(frames, ({ colors }, at) => Math.hypot(colors[one]!.u[at]! - colors[other]!.u[at]!, colors[one]!.v[at]! - colors[other]!.v[at]!));
}

type Casts = Record<Exclude<Look, "balanced">, number>;

/** How far a colouring goes each way, in codes. */
function casts(frames: Still[], index: number): Casts {
  const blue = meanOver(frames, ({ colors }, at) => colors[index]!.u[at]! - 128);
  const red = meanOver(frames, ({ colors }, at) => colors[index]!.v[at]! - 128);
  const strong = meanOver(frames, ({ colors }, at) => Math.hypot(colors[index]!.u[at]! - 128, colors[index]!.v[at]! - 128));
  const [warm, green] = [(red - blue) / 2, -(red + blue) / 2];
  return { warmer: warm, cooler: -warm, vivid: strong, restrained: -strong, greener: green, rosier: -green };
}

/** Each gets the name of what it has most of beside the others; no two that look different share one. Of those that look alike only one counts. */
function named(casts: Casts[], alike: number[][]): Look[] {
  const firsts = alike.map(([first]) => casts[first!]!);
  const mean = (name: keyof Casts) => firsts.reduce((sum, each) => sum + each[name], 0) / firsts.length;
  const claims = firsts.flatMap((each, group) =>
    (Object.keys(each) as (keyof Casts)[]).map((name) => ({ group, name: name as Look, by: each[name] - mean(name) })));
  claims.push(...firsts.map((_, group) => ({ group, name: "balanced" as Look, by: BALANCED })));
  const names = new Map<number, Look>();
  for (const { group, name } of claims.sort((one, other) => other.by - one.by)) {
    if (!names.has(group) && ![...names.values()].includes(name)) names.set(group, name);
  }
  return casts.map((_, index) => names.get(alike.findIndex((group) => group.includes(index)))!);
}

function meanOver(frames: Still[], value: (still: Still, at: number) => number): number {
  let [sum, count] = [0, 0];
  for (const still of frames) {
    const { length } = still.colors[0]!.u;
    for (let at = 0; at < length; at++) sum += value(still, at);
    count += length;
  }
  return sum / count;
}
