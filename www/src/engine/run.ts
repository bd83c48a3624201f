import type { FinishedFrame } from "../../wasm/chromaflow.js";
import { Fault } from "../fault";
import type { Clip } from "../media/clip";
import { OutputFile, type Placement } from "../media/output";
import { begun } from "../media/patience";
import { takePlanes, type Planes } from "../media/planes";
import { FrameReader } from "../media/reader";
import { graded } from "../picture/grade";
import { confidentShare } from "../picture/motion";
import { buffersOf, stillOf } from "../picture/still";
import type { Colored, Progress, RunOptions } from "../protocol";
import { notes } from "../words/notes";
import type { Gate } from "./gate";
import { coloredName } from "./name";
import { Pace } from "./pace";
import type { Session } from "./session";
import { ShotCursor } from "./shots";

/** At most this often the page gets a new picture, in milliseconds. */
const PICTURE_EVERY_MS = 200;

type Tell = (value: Progress, transfer?: ArrayBuffer[]) => void;

/**
 * Colours a clip from its first frame to its last. While the engine works on a frame the next one is decoded and those
 * that are finished are written; no step is further ahead than that, and only the frames that the engine still works on
 * are held, one before and those that the engine gave last.
 */
export async function colorize(
  clip: Clip, session: Session, options: RunOptions, tell: Tell, gate: Gate,
): Promise<Colored> {
  const run = new Run(clip, session, options, tell, gate);
  try {
    return await run.toEnd();
  } catch (error) {
    await run.discard();
    throw error;
  }
}

/** A frame on its way: its planes, and when and how it is shown. */
interface Taken {
  planes: Planes;
  placement: Placement;
  /** Whether the page is shown this frame once it is finished. */
  shown: boolean;
}

class Run {
  readonly #reader: FrameReader;
  readonly #pace: Pace;
  readonly #shots: ShotCursor;
  /** Frames whose colour is not finished, oldest first. */
  readonly #waiting: Taken[] = [];
  /** Planes of frames that are written. */
  readonly #spare: Planes[] = [];
  /** The frame after the one that the engine has. */
  #next: Promise<Taken | null> | null = null;
  /** The frames that are finished, on their way to the file. */
  #written: Promise<void> = Promise.resolve();
  #output: OutputFile | null = null;
  #size: [number, number] | null = null;
  #pictureAt = 0;
  /** Of each frame that was shown. */
  readonly #confidences: number[] = [];

  constructor(
    private readonly clip: Clip,
    private readonly session: Session,
    private readonly options: RunOptions,
    private readonly tell: Tell,
    private readonly gate: Gate,
  ) {
    this.#reader = new FrameReader(clip, options.trim?.start, options.trim?.end);
    this.#pace = new Pace(clip, options.trim, gate);
    this.#shots = new ShotCursor(options.plan, session);
  }

  async toEnd(): Promise<Colored> {
    await this.session.start(this.options);
    for (;;) {
      await this.gate.pass();
      const taken = await (this.#next ?? this.#take());
      if (!taken) break;
      this.#next = begun(this.#take());
      const candidate = await this.#shots.begins(taken.planes, taken.placement.timestamp);
      if (candidate !== null) await this.#write(await this.session.beginShot(candidate));
      this.#waiting.push(taken);
      await this.#write(await this.session.push(taken.planes.frame, taken.shown));
    }
    await this.#write(await this.session.finish());
    await this.#written;
    return this.#close();
  }

  async discard(): Promise<void> {
    await Promise.allSettled([this.#next, this.#written]);
    await this.#reader.close();
    await this.#output?.discard();
  }

  /** Takes the next frame from the decoder and lets the decoder have its memory back. */
  async #take(): Promise<Taken | null> {
    const sample = await this.#reader.next();
    if (!sample) return null;
    const { timestamp, duration, squarePixelWidth: squareWidth, squarePixelHeight: squareHeight } = sample;
    const planes = await takePlanes(sample, this.clip.color, this.#spare.pop()).finally(() => sample.close());
    this.#checkSize(planes);
    return { planes, placement: { timestamp, duration, squareWidth, squareHeight }, shown: this.#due() };
  }

  /** Whether it is time for a new picture on the page. */
  #due(): boolean {
    const now = performance.now();
    if (now - this.#pictureAt < PICTURE_EVERY_MS) return false;
    this.#pictureAt = now;
    return true;
  }

  /** One file holds frames of one size. */
  #checkSize({ width, height }: Planes): void {
    this.#size ??= [width, height];
    const [firstWidth, firstHeight] = this.#size;
    if (width === firstWidth && height === firstHeight) return;
    throw new Fault("frame-size-changed", `${width}x${height} after ${firstWidth}x${firstHeight}`);
  }

  /** Begins to write finished frames once those before them are written. */
  async #write(finished: FinishedFrame[]): Promise<void> {
    await this.#written;
    this.#written = begun(this.#writeAll(finished));
  }

  async #writeAll(finished: FinishedFrame[]): Promise<void> {
    for (const frame of finished) await this.#writeFrame(frame);
  }

  async #writeFrame(finished: FinishedFrame): Promise<void> {
    const taken = this.#waiting.shift()!;
    const { planes, placement } = taken;
    planes.setChroma(graded(planes.frame, finished, this.options.grade));
    this.#output ??= await OutputFile.create(this.clip, planes.width, planes.height, this.options, this.#clockStart(placement));
    await this.#output.add(planes, placement);
    this.#pace.count(placement.timestamp + placement.duration);
    this.#report(taken, finished.motion);
    this.#spare.push(planes);
  }

  /** A part of a clip begins at zero with its first frame; a whole one keeps its clock. */
  #clockStart(first: Placement): number {
    return this.options.trim ? first.timestamp : this.clip.clockStart;
  }

  #report({ planes, shown }: Taken, motion: FinishedFrame["motion"]): void {
    if (!shown) return this.tell(this.#pace.progress(null, null));
    if (motion) this.#confidences.push(confidentShare(motion));
    const still = stillOf(planes.frame, [planes.chroma]);
    this.tell(this.#pace.progress(still, motion), buffersOf(still));
  }

  async #close(): Promise<Colored> {
    const output = this.#output!;
    const { report } = this.clip;
    const file = await output.finish(coloredName(report, output.encoding.extension), this.options.keepEarlier);
    return {
      file,
      notes: [...report.notes, ...output.sound.notes, ...(this.#reader.endedEarly ? [notes.breaksOff] : [])],
      name: file.name,
      frames: this.#pace.frames,
      seconds: this.#pace.seconds,
      framesPerSecond: this.#pace.framesPerSecond,
      shots: this.#shots.shots,
      confidence: this.#confidences.length > 0 ? mean(this.#confidences) : null,
      width: report.pose.width,
      height: report.pose.height,
      container: output.encoding.extension,
      videoCodec: output.encoding.codec,
      sound: output.sound.codecs,
      options: this.options,
    };
  }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
