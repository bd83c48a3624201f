import type { Point } from "../marks/stroke";
import type { Pose } from "./still";

type Turn = Pick<Pose, "rotation" | "flip">;

/** Where a point of a stored frame is seen, both in shares of the sides. */
export function shownAt({ x, y }: Point, { rotation, flip }: Turn): Point {
  const turned = { 0: { x, y }, 90: { x: 1 - y, y: x }, 180: { x: 1 - x, y: 1 - y }, 270: { x: y, y: 1 - x } }[rotation];
  return flip ? { x: 1 - turned.x, y: turned.y } : turned;
}

/** Which point of the stored frame is seen at a place. */
export function storedAt({ x: seen, y }: Point, { rotation, flip }: Turn): Point {
  const x = flip ? 1 - seen : seen;
  return { 0: { x, y }, 90: { x: y, y: 1 - x }, 180: { x: 1 - x, y: 1 - y }, 270: { x: 1 - y, y: x } }[rotation];
}
