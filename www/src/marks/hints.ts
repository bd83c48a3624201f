import type { Hint } from "../../wasm/chromaflow.js";
import type { Mark } from "./mark";
import type { Tracks } from "./tracks";

/** What the engine has to keep to in the frame that is shown from a time on: a shot's marks, where they have come to in it. */
export function hintsAt(tracks: Tracks, marks: readonly Mark[], time: number): Hint[] {
  return marks.flatMap((mark) => mark.places.flatMap((place): Hint[] => {
    const found = tracks.find(mark, place, time);
    if (!found?.visible) return [];
    const { x, y, distance } = found;
    return [{ x, y, radius: place.radius, color: mark.color, strength: mark.strength, distance }];
  }));
}
