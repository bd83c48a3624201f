import type { VideoSample } from "mediabunny";
import { Fault, named } from "../fault";
import type { Span } from "../protocol";
import type { Clip } from "./clip";

/** The time of so many frames without one is no pause in a damaged file. */
const LOST = 1.5;

/** Pulls a clip's decoded frames, in the order they are shown. Each sample belongs to the caller, who closes it. */
export class FrameReader {
  /** Why the frames ended before the clip's own end, once they have; null otherwise. */
  endedEarly: string | null = null;
  /** Where frames are missing between others, because nothing can be made of what the file has there. */
  readonly damaged: Span[] = [];
  readonly #samples: AsyncGenerator<VideoSample, void, unknown>;
  readonly #clip: Clip;
  readonly #to: number;
  #frames = 0;
  #end: number;
  /** What has come between the latest frame and the next. */
  #fault: Fault | null = null;

  /** From the frame that is shown at a time on, up to another time; the whole clip by default. */
  constructor(clip: Clip, from?: number, to = Infinity) {
    this.#clip = clip;
    this.#to = to;
    this.#end = from ?? clip.report.start;
    this.#samples = clip.frames.samples(from, to, (fault) => (this.#fault ??= fault));
  }

  /**
   * The next frame, or null at the end. Behind damage it is the first that can be decoded again. A file that ends too early ends
   * there, with `endedEarly` set; one of which no frame can be decoded is a fault.
   */
  async next(): Promise<VideoSample | null> {
    const sample = await this.#pull();
    if (sample) {
      // The last one of a transport stream ends nowhere, and some players show no frame for no time.
      if (sample.duration === 0) sample.setDuration(1 / this.#clip.report.framesPerSecond);
      this.#note(sample);
      return sample;
    }
    if (this.#frames === 0) throw this.#fault ?? new Fault("decode-failed", "no frame came out of the decoder");
    this.endedEarly ??= this.#fault?.message ?? this.#missing();
    return null;
  }

  /** Ends the decoding, wherever it is. */
  async close(): Promise<void> {
    await this.#samples.return();
  }

  async #pull(): Promise<VideoSample | null> {
    try {
      return (await this.#samples.next()).value ?? null;
    } catch (error) {
      const fault = named(error, "decode-failed");
      if (fault.code === "file-unreadable") throw fault;
      this.#fault = fault;
      return null;
    }
  }

  #note({ timestamp, duration }: VideoSample): void {
    const { damaged, report } = this.#clip;
    const pause = this.#fault ? duration / 2 : damaged ? LOST / (report.framesPerSecond || 25) : Infinity;
    if (timestamp > this.#end + pause) this.damaged.push({ start: this.#end, end: timestamp });
    this.#fault = null;
    this.#frames++;
    this.#end = Math.max(this.#frames === 1 ? -Infinity : this.#end, timestamp + duration);
  }

  /** What the file promised and did not hold, in a sentence for a developer; null if nothing. */
  #missing(): string | null {
    const promised = this.#clip.promisedEnd;
    if (promised === null || Math.min(promised, this.#to) - this.#end < this.#clip.endTolerance) return null;
    return `the frames end at ${this.#end.toFixed(3)} s of ${promised.toFixed(3)} s`;
  }
}
