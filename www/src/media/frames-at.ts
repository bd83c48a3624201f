import type { VideoSample } from "mediabunny";
import { SAME } from "../shots";
import type { Clip } from "./clip";
import { FrameReader } from "./reader";

/** Up to so many seconds further on it is quicker to read on than to begin at a key frame again. */
const NEAR = 1;

/** The frame that is shown at each of some times, or else the next one; null where there is none. Each sample belongs to the caller, who closes it. */
export async function* framesAt(clip: Clip, times: number[]): AsyncGenerator<VideoSample | null, void, unknown> {
  let place: Place | null = null;
  try {
    for (const time of times) {
      if (!place || time < place.time || time > place.time + NEAR) {
        await place?.close();
        place = new Place(clip, time);
      }
      yield await place.goTo(time);
    }
  } finally {
    await place?.close();
  }
}

/** A place in a clip that moves on: the frame that is shown there, and the one behind it. */
class Place {
  readonly #reader: FrameReader;
  #shown: VideoSample | null = null;
  #coming: VideoSample | null = null;

  constructor(clip: Clip, public time: number) {
    this.#reader = new FrameReader(clip, time);
  }

  async goTo(time: number): Promise<VideoSample | null> {
    this.time = time;
    this.#coming ??= await this.#reader.next();
    while (this.#coming && (!this.#shown || this.#coming.timestamp <= time + SAME)) {
      this.#shown?.close();
      this.#shown = this.#coming;
      this.#coming = await this.#reader.next();
    }
    return this.#shown?.clone() ?? null;
  }

  async close(): Promise<void> {
    this.#shown?.close();
    this.#coming?.close();
    await this.#reader.close();
  }
}
