import { VideoSampleSink, type VideoSample } from "mediabunny";
import { Fault, named } from "../fault";
import type { Clip } from "./clip";
import { inTime } from "./patience";

/** Pulls a clip's decoded frames, in the order they are shown. Each sample belongs to the caller, who closes it. */
export class FrameReader {
  /** Why the frames ended before the clip's own end, once they have; null otherwise. */
  endedEarly: string | null = null;
  readonly #samples: AsyncGenerator<VideoSample, void, unknown>;
  readonly #clip: Clip;
  readonly #to: number;
  #frames = 0;
  #end = -Infinity;

  /** From the frame that is shown at a time on, up to another time; the whole clip by default. */
  constructor(clip: Clip, from?: number, to = Infinity) {
    this.#clip = clip;
    this.#to = to;
    this.#samples = new VideoSampleSink(clip.video).samples(from, to);
  }

  /**
   * The next frame, or null at the end. A file that breaks in the middle ends there, with `endedEarly` set; one whose
   * very first frame cannot be decoded is a fault.
   */
  async next(): Promise<VideoSample | null> {
    const sample = await this.#pull();
    if (sample) {
      this.#frames++;
      this.#end = Math.max(this.#end, sample.timestamp + sample.duration);
      return sample;
    }
    if (this.#frames === 0) throw new Fault("decode-failed", this.endedEarly ?? "no frame came out of the decoder");
    this.endedEarly ??= this.#missing();
    return null;
  }

  /** Ends the decoding, wherever it is. */
  async close(): Promise<void> {
    await this.#samples.return();
  }

  async #pull(): Promise<VideoSample | null> {
    try {
      const { value } = await inTime(this.#samples.next(), "decode-stalled", "the decoder");
      return value ?? null;
    } catch (error) {
      const fault = named(error, "decode-failed");
      if (this.#frames === 0 || fault.code === "file-unreadable") throw fault;
      this.endedEarly = fault.message;
      return null;
    }
  }

  /** What the file promised and did not hold, in a sentence for a developer; null if nothing. */
  #missing(): string | null {
    const promised = this.#clip.promisedEnd;
    if (promised === null || Math.min(promised, this.#to) - this.#end < this.#clip.endTolerance) return null;
    return `the frames end at ${this.#end.toFixed(3)} s of ${promised.toFixed(3)} s`;
  }
}
