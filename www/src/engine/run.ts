import type { ChromaPlanes } from "../../wasm/chromaflow.js";
import { Fault, throwIfCancelled } from "../fault";
import type { Clip } from "../media/clip";
import { OutputFile, type Placement } from "../media/output";
import { picture } from "../media/picture";
import { takePlanes, type Planes } from "../media/planes";
import { FrameReader } from "../media/reader";
import type { Colored, Progress, RunOptions } from "../protocol";
import { Pace } from "./pace";
import type { Session } from "./session";

/** At most this often the page gets a new picture, in milliseconds. */
const PICTURE_EVERY_MS = 200;

type Tell = (value: Progress, transfer?: ImageBitmap[]) => void;

/**
 * Colours a clip from its first frame to its last. Nothing runs ahead: each step pulls what it needs from the one
 * before it, and only the frames that the engine still works on are held.
 */
export async function colorize(
  clip: Clip, session: Session, options: RunOptions, tell: Tell, signal: AbortSignal,
): Promise<Colored> {
  const run = new Run(clip, session, options, tell);
  try {
    return await run.toEnd(signal);
  } catch (error) {
    await run.discard();
    throw error;
  }
}

class Run {
  readonly #reader: FrameReader;
  readonly #pace: Pace;
  /** Frames whose colour is not finished, oldest first. */
  readonly #waiting: { planes: Planes; placement: Placement }[] = [];
  /** Planes of frames that are written. */
  readonly #spare: Planes[] = [];
  #output: OutputFile | null = null;
  #size: [number, number] | null = null;
  #pictureAt = 0;

  constructor(
    private readonly clip: Clip,
    private readonly session: Session,
    private readonly options: RunOptions,
    private readonly tell: Tell,
  ) {
    this.#reader = new FrameReader(clip);
    this.#pace = new Pace(clip);
  }

  async toEnd(signal: AbortSignal): Promise<Colored> {
    await this.session.start(this.options);
    for (;;) {
      throwIfCancelled(signal);
      const planes = await this.#take();
      if (!planes) break;
      for (const chroma of await this.session.push(planes.frame)) await this.#write(chroma);
    }
    for (const chroma of await this.session.finish()) await this.#write(chroma);
    return this.#close();
  }

  async discard(): Promise<void> {
    await this.#reader.close();
    await this.#output?.discard();
  }

  /** Takes the next frame from the decoder and lets the decoder have its memory back. */
  async #take(): Promise<Planes | null> {
    const sample = await this.#reader.next();
    if (!sample) return null;
    const { timestamp, duration, squarePixelWidth: squareWidth, squarePixelHeight: squareHeight } = sample;
    const planes = await takePlanes(sample, this.clip.color, this.#spare.pop()).finally(() => sample.close());
    this.#checkSize(planes);
    this.#waiting.push({ planes, placement: { timestamp, duration, squareWidth, squareHeight } });
    return planes;
  }

  /** One file holds frames of one size. */
  #checkSize({ width, height }: Planes): void {
    this.#size ??= [width, height];
    const [firstWidth, firstHeight] = this.#size;
    if (width === firstWidth && height === firstHeight) return;
    throw new Fault("frame-size-changed", `${width}x${height} after ${firstWidth}x${firstHeight}`);
  }

  async #write(chroma: ChromaPlanes): Promise<void> {
    const { planes, placement } = this.#waiting.shift()!;
    planes.setChroma(chroma);
    this.#output ??= await OutputFile.create(this.clip, planes.width, planes.height);
    await this.#output.add(planes, placement);
    this.#pace.count(placement.timestamp + placement.duration);
    this.#report(planes);
    this.#spare.push(planes);
  }

  #report(planes: Planes): void {
    const now = performance.now();
    if (now - this.#pictureAt < PICTURE_EVERY_MS) return this.tell(this.#pace.progress(null));
    this.#pictureAt = now;
    const grey = picture(planes, this.clip, "grey");
    const colored = picture(planes, this.clip, "color");
    this.tell(this.#pace.progress({ grey, colored }), [grey, colored]);
  }

  async #close(): Promise<Colored> {
    const output = this.#output!;
    const { report } = this.clip;
    const stem = report.name.replace(/\.[^.]*$/, "") || "clip";
    const file = await output.finish(`${stem}-color.${output.encoding.extension}`);
    const notes = [...report.notes, ...output.sound.notes];
    if (this.#reader.endedEarly) {
      notes.push("The source breaks off before its end. Everything up to there is coloured.");
    }
    return {
      file, notes,
      name: file.name,
      frames: this.#pace.frames,
      seconds: this.#pace.seconds,
      framesPerSecond: this.#pace.framesPerSecond,
      width: report.width,
      height: report.height,
      container: output.encoding.extension,
      videoCodec: output.encoding.codec,
      sound: output.sound.codecs,
      options: this.options,
    };
  }
}
