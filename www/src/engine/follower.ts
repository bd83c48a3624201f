import { throwIfCancelled } from "../fault";
import { hintsAt } from "../marks/hints";
import { shotAt, type MarkedShot } from "../marks/mark";
import { Tracks } from "../marks/tracks";
import type { Hint } from "../../wasm/chromaflow.js";
import type { Clip } from "../media/clip";
import { follow } from "./follow";
import type { Session } from "./session";

/** Follows the marks of a clip, one shot at a time, because the engine has one line of frames in hand. What is found is kept as long as the clip is. */
export class Follower {
  readonly tracks = new Tracks();
  /** What is in hand, and what it is for. */
  #steps: AsyncGenerator<number, void, unknown> | null = null;
  #ending = new AbortController();
  #key = "";

  constructor(private readonly clip: Clip, private readonly session: Session) {}

  /** Goes on with a shot for some milliseconds; gives the share that is done, 1 at the end. The next call goes on from there. */
  async goOn(shot: MarkedShot, milliseconds: number, signal: AbortSignal): Promise<number> {
    const until = performance.now() + milliseconds;
    let latest = 0;
    await this.#follow(shot, (share) => {
      throwIfCancelled(signal);
      latest = share;
      return performance.now() < until;
    });
    return this.#steps ? latest : 1;
  }

  /** Follows a shot to its ends; `onFrame` is called after each frame with the share that is done, and may take its time or throw. */
  async toEnds(shot: MarkedShot, onFrame: (share: number) => Promise<void> | void): Promise<void> {
    await this.#follow(shot, async (share) => {
      await onFrame(share);
      return true;
    });
  }

  /** Of the frame that is shown from a time on, in one of some shots that are followed for it. */
  async hintsAt(shots: readonly MarkedShot[], time: number, onFrame: (share: number) => Promise<void> | void): Promise<Hint[]> {
    const shot = shotAt(shots, time);
    if (!shot) return [];
    await this.toEnds(shot, onFrame);
    return hintsAt(this.tracks, shot.marks, time);
  }

  async #follow({ marks, span }: MarkedShot, goesOn: (share: number) => Promise<boolean> | boolean): Promise<void> {
    const places = this.tracks.missing(marks, span);
    const key = [span.start, span.end, ...places.map((place) => place.key)].join(" ");
    if (key !== this.#key) await this.end();
    if (places.length === 0) return;
    this.#steps ??= follow(this.clip, this.session, this.tracks, places, span, this.#ending.signal);
    this.#key = key;
    try {
      for (let step = await this.#steps.next(); !step.done; step = await this.#steps.next()) if (!(await goesOn(step.value))) return;
      this.#steps = null;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Gives up what is in hand; what was found until then is kept. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#steps?.return();
    [this.#steps, this.#key, this.#ending] = [null, "", new AbortController()];
  }
}
