import type { Clip } from "../media/clip";
import type { Progress, Span } from "../protocol";
import type { Gate } from "./gate";

/** The rate is that of the latest frames: the first ones pay for compiling the device's programs. */
const LATEST = 24;

/** Counts finished frames and says how fast they come and how long the rest will take. */
export class Pace {
  /** Frames of this attempt. */
  #counted = 0;
  readonly #begun = performance.now();
  /** When the latest frames were finished, oldest first, in milliseconds. */
  readonly #latest: number[] = [this.#begun];
  #clipSeconds = 0;

  constructor(
    private readonly clip: Clip,
    private readonly trim: Span | null,
    private readonly gate: Gate,
    /** Frames that earlier attempts have finished. */
    private readonly earlier: number,
  ) {}

  /** Finished frames in all. */
  get frames(): number {
    return this.earlier + this.#counted;
  }

  /** A clock that stands still while the run is paused, in milliseconds. */
  get #now(): number {
    return performance.now() - this.gate.waited;
  }

  /** A frame is finished that ends at the given time stamp. */
  count(endTimestamp: number): void {
    this.#counted++;
    this.#clipSeconds = endTimestamp - (this.trim?.start ?? this.clip.report.start);
    this.#latest.push(this.#now);
    if (this.#latest.length > LATEST) this.#latest.shift();
  }

  /** Seconds of work since this attempt began. */
  get seconds(): number {
    return (this.#now - this.#begun) / 1000;
  }

  /** Over the whole attempt. */
  get framesPerSecond(): number {
    return this.#counted / this.seconds;
  }

  progress(picture: Progress["picture"], motion: Progress["motion"], following: number | null = null): Progress {
    const { report } = this.clip;
    const total = this.trim ? null : report.frames;
    const seconds = this.trim ? this.trim.end - this.trim.start : report.seconds;
    const rate = this.#latestRate();
    const fraction = total ? Math.min(1, this.frames / total) : seconds ? Math.min(1, this.#clipSeconds / seconds) : null;
    const framesLeft = fraction ? this.frames / fraction - this.frames : null;
    return {
      frames: this.frames, total, fraction, picture, motion, following,
      writing: false,
      framesPerSecond: rate,
      secondsLeft: framesLeft === null || rate === 0 ? null : framesLeft / rate,
    };
  }

  #latestRate(): number {
    const spanned = this.#latest.at(-1)! - this.#latest[0]!;
    return spanned > 0 ? ((this.#latest.length - 1) * 1000) / spanned : 0;
  }
}
