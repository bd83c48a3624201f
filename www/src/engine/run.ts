import type { FinishedFrame } from "../../wasm/chromaflow.js";
import { named, type Fault } from "../fault";
import { markedShots } from "../marks/mark";
import type { Clip } from "../media/clip";
import { begun } from "../media/patience";
import { takePlanes, type Planes } from "../media/planes";
import { FrameReader } from "../media/reader";
import type { Reel } from "../media/reel";
import type { FrameSize, Placement } from "../media/segment";
import { graded } from "../picture/grade";
import { confidentShare } from "../picture/motion";
import { buffersOf, stillOf } from "../picture/still";
import type { Colored, Progress } from "../protocol";
import { notes } from "../words/notes";
import type { Follower } from "./follower";
import type { Gate } from "./gate";
import { coloredName } from "./name";
import { Pace } from "./pace";
import type { Session } from "./session";
import { planThrough, ShotCursor } from "./shots";

/** At most this often the page gets a new picture, in milliseconds. */
const PICTURE_EVERY_MS = 200;

type Tell = (value: Progress, transfer?: ArrayBuffer[]) => void;

/**
 * Colours a clip from its first frame, or from where an earlier attempt broke off, to its last. While the engine works on
 * a frame the next one is decoded and those that are finished are written; no step is further ahead than that, and only the frames that the engine still works on
 * are held, one before and those that the engine gave last.
 */
export async function colorize(
  clip: Clip, session: Session, follower: Follower, reel: Reel, tell: Tell, gate: Gate,
): Promise<Colored> {
  const run = new Run(clip, session, follower, reel, tell, gate);
  try {
    return await run.toEnd();
  } catch (error) {
    const fault = named(error, "engine");
    await run.stop(fault);
    throw fault;
  }
}

/** A frame on its way: its planes, and when and how it is shown. */
interface Taken {
  planes: Planes;
  placement: Placement;
  /** Whether a shot begins with it. */
  beginsShot: boolean;
  /** Whether it keeps the colours that it has. */
  own: boolean;
  /** Whether the page is shown this frame once it is finished. */
  shown: boolean;
}

class Run {
  readonly #reader: FrameReader;
  readonly #pace: Pace;
  /** Frames whose colour is not finished, oldest first. */
  readonly #waiting: Taken[] = [];
  /** Planes of frames that are written. */
  readonly #spare: Planes[] = [];
  /** The frame after the one that the engine has. */
  #next: Promise<Taken | null> | null = null;
  /** The frames that are finished, on their way to the file. */
  #written: Promise<void> = Promise.resolve();
  /** What all frames are written as: the first one's size. */
  #size: FrameSize | null;
  #sizeChanges = false;
  #pictureAt = 0;
  /** Whether the latest shot keeps its own colours. */
  #own = false;
  /** Of each frame that was shown. */
  readonly #confidences: number[] = [];

  constructor(
    private readonly clip: Clip,
    private readonly session: Session,
    private readonly follower: Follower,
    private readonly reel: Reel,
    private readonly tell: Tell,
    private readonly gate: Gate,
  ) {
    const { trim } = reel.options;
    this.#reader = new FrameReader(clip, reel.from, trim?.end);
    this.#pace = new Pace(clip, trim, gate, reel.frames);
    this.#size = reel.size;
  }

  async toEnd(): Promise<Colored> {
    const { marks } = this.reel.options;
    const plan = await planThrough(this.clip, this.session, this.reel.plan, marks, () => this.gate.pass());
    const shots = new ShotCursor(plan, this.session);
    const marked = markedShots(plan.starts.map(({ time }) => time), marks);
    await this.session.start(this.reel.options);
    for (;;) {
      await this.gate.pass();
      const taken = await (this.#next ?? this.#take());
      if (!taken) break;
      this.#next = begun(this.#take());
      await this.#beginShot(taken, shots);
      const hints = taken.own ? [] : await this.follower.hintsAt(marked, taken.placement.timestamp, (share) => this.#followed(share));
      this.#waiting.push(taken);
      await this.#write(await this.session.push(taken.planes.frame, taken.shown, hints));
    }
    await this.#write(await this.session.finish());
    await this.#written;
    return this.#close();
  }

  /** Ends here, with what was written so far. */
  async stop(fault: Fault): Promise<void> {
    await Promise.allSettled([this.#next, this.#written]);
    await this.#reader.close();
    await this.reel.stop(fault);
  }

  /** Begins a shot if one begins with this frame. One that keeps its colours goes through the engine as well: that gives its frames in order. */
  async #beginShot(taken: Taken, shots: ShotCursor): Promise<void> {
    const time = taken.placement.timestamp;
    const shot = await shots.begins(taken.planes, time);
    if (shot) this.#own = shot.own;
    taken.own = this.#own;
    if (!shot) return;
    taken.beginsShot = true;
    await this.#write(await this.session.beginShot(shot.candidate));
    await this.reel.beginShot(shot);
  }

  /** Another frame of a shot with marks is gone through. */
  #followed(share: number): Promise<void> {
    this.tell(this.#pace.progress(null, null, share));
    return this.gate.pass();
  }

  /** Takes the next frame from the decoder and lets the decoder have its memory back. */
  async #take(): Promise<Taken | null> {
    const sample = await this.#reader.next();
    if (!sample) return null;
    const { timestamp, duration, squarePixelWidth: squareWidth, squarePixelHeight: squareHeight } = sample;
    const planes = await takePlanes(sample, this.clip.color, this.#spare.pop()).finally(() => sample.close());
    const { width, height } = planes;
    const size = (this.#size ??= { width, height, squareWidth, squareHeight });
    const fits = width === size.width && height === size.height;
    this.#sizeChanges ||= !fits;
    return {
      planes: fits ? planes : planes.resized(size.width, size.height),
      placement: { timestamp, duration, squareWidth: size.squareWidth, squareHeight: size.squareHeight },
      beginsShot: false, own: false, shown: this.#due(),
    };
  }

  /** Whether it is time for a new picture on the page. */
  #due(): boolean {
    const now = performance.now();
    if (now - this.#pictureAt < PICTURE_EVERY_MS) return false;
    this.#pictureAt = now;
    return true;
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
    const { planes, placement, beginsShot, own } = taken;
    if (!this.reel.holds(placement.timestamp)) {
      if (!own) planes.setChroma(graded(planes.frame, finished, this.reel.options.grade));
      await this.reel.add(planes, placement, beginsShot);
      this.#pace.count(placement.timestamp + placement.duration);
      this.#report(taken, finished.motion);
    }
    this.#spare.push(planes);
  }

  #report({ planes, shown }: Taken, motion: FinishedFrame["motion"]): void {
    if (!shown) return this.tell(this.#pace.progress(null, null));
    if (motion) this.#confidences.push(confidentShare(motion));
    const still = stillOf(planes.frame, [planes.chroma]);
    this.tell(this.#pace.progress(still, motion), buffersOf(still));
  }

  async #close(): Promise<Colored> {
    const { report } = this.clip;
    this.tell({ ...this.#pace.progress(null, null), writing: true });
    const joined = await this.reel.finish((extension) => coloredName(report, extension), () => this.gate.pass());
    const { file, extension, codec, sound } = joined;
    return {
      file, sound,
      notes: [...new Set([...report.notes, ...this.reel.notes, ...this.#notes()])],
      name: file.name,
      frames: this.#pace.frames,
      seconds: this.#pace.seconds,
      framesPerSecond: this.#pace.framesPerSecond,
      shots: this.reel.shots,
      confidence: this.#confidences.length > 0 ? mean(this.#confidences) : null,
      ...report.stored,
      container: extension,
      videoCodec: codec,
      options: this.reel.options,
    };
  }

  /** What the visitor should know of the source that only its reading has shown. */
  #notes(): string[] {
    const { endedEarly, damaged } = this.#reader;
    const { report } = this.clip;
    const found: string[] = [];
    if (this.#sizeChanges) found.push(notes.sizeChanges);
    if (damaged.length > 0) found.push(notes.damaged(report, damaged));
    if (endedEarly || (this.clip.cutOff && this.reel.options.trim === null)) found.push(notes.breaksOff);
    const isMissing = this.reel.options.trim === null && report.frames !== null && this.#pace.frames < report.frames;
    if (isMissing && found.length === 0) found.push(notes.framesLeftOut(report.frames!, this.#pace.frames));
    if (this.clip.damaged && found.length === 0) found.push(notes.damagedSomewhere);
    return found;
  }
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
