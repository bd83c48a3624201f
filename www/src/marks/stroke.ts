import type { MarkedPlace } from "./mark";

/** A stroke has at most so many discs: each of them is followed through the shot. */
const MOST = 48;

/** A point of the picture, of its width and height. */
export interface Point {
  x: number;
  y: number;
}

/**
 * The discs that cover what a brush went over: one behind the other, so that each reaches the middle of the next. `aspect` is the picture's
 * width by its height, `radius` a share of its shorter side.
 */
export function discsOf(path: Point[], radius: number, aspect: number): MarkedPlace[] {
  const [across, down] = aspect > 1 ? [aspect, 1] : [1, 1 / aspect];
  const length = path.slice(1).reduce((sum, point, at) => sum + apart(path[at]!, point, across, down), 0);
  const step = Math.max(radius, length / (MOST - 1), 1e-6);
  const discs = [{ ...path[0]!, radius }];
  let due = step;
  for (const [at, to] of path.slice(1).entries()) {
    const from = path[at]!;
    const reach = apart(from, to, across, down);
    for (; due <= reach + 1e-9; due += step) discs.push({ ...between(from, to, due / reach), radius });
    due -= reach;
  }
  return discs.slice(0, MOST);
}

function apart(one: Point, other: Point, across: number, down: number): number {
  return Math.hypot((other.x - one.x) * across, (other.y - one.y) * down);
}

function between(from: Point, to: Point, share: number): Point {
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
