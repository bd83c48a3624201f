import type { InputVideoTrack } from "mediabunny";
import { Fault } from "../fault";
import type { RunOptions, ShotPlan, ShotStart } from "../protocol";
import { SAME } from "../shots";
import type { Clip } from "./clip";
import { checkOwnFile, FINISHED, inFolder, inOwnFile } from "./destination";
import { chooseEncoding, containerOf } from "./encoding";
import { join } from "./join";
import { addResult, addShot, beginJournal, endJournal, RESULT, setStopped, type Journal } from "./journal";
import type { Planes } from "./planes";
import { Segment, type FrameSize, type Placement } from "./segment";
import { Sound } from "./sound";
import { openFolder, type Folder } from "./storage";
import { lastOf, readWritten, type Written } from "./written";

/** What is known of an earlier attempt. */
type Earlier = Pick<Written, "journal" | "next" | "frames"> & { reached: number; size: FrameSize; sound: (number | undefined)[] };

/** The written side of a run: what earlier attempts have left, the segment that grows, and the file that all become. */
export class Reel {
  /** What could not be carried over as it was, in sentences for the visitor. */
  notes: string[] = [];
  #segment: Segment | null = null;
  #journal: Journal | null;
  readonly #shots: ShotStart[];
  /** How many of them the journal has. */
  #saved: number;

  private constructor(
    private readonly folder: Folder,
    private readonly clip: Clip,
    readonly options: RunOptions,
    private readonly into: FileSystemFileHandle | null,
    private readonly earlier: Earlier | null,
    /** Where the frames have to be read from, on the clip's clock; undefined for its beginning. */
    readonly from: number | undefined,
  ) {
    this.#journal = earlier?.journal ?? null;
    this.#shots = [...(earlier?.journal.shots ?? [])];
    this.#saved = this.#shots.length;
  }

  /** Begins a run, or takes it up where it broke off. `into` is a file of the visitor's own for the result. */
  static async open(run: string, clip: Clip, options: RunOptions, into: FileSystemFileHandle | null): Promise<Reel> {
    if (into) await checkOwnFile(into);
    const folder = await openFolder(run);
    const earlier = await readEarlier(folder);
    if (earlier) await setStopped(folder, false);
    if (earlier) return new Reel(folder, clip, options, into, earlier, await neighboursBefore(clip, earlier.reached, options));
    await folder.discard();
    return new Reel(await openFolder(run), clip, options, into, null, options.trim?.start);
  }

  /** Frames that are finished already. */
  get frames(): number {
    return this.earlier?.frames ?? 0;
  }

  /** The size of the frames that are finished already; null if none is. */
  get size(): FrameSize | null {
    return this.earlier?.size ?? null;
  }

  /** Where shots begin, as far as it is known. */
  get plan(): ShotPlan {
    const known = this.#shots.at(-1)?.time ?? -Infinity;
    const starts = [...this.#shots, ...this.options.plan.starts.filter(({ time }) => time > known + SAME)];
    return { ...this.options.plan, starts };
  }

  /** How many shots have begun. */
  get shots(): number {
    return this.#shots.length;
  }

  /** Whether a frame is finished already, and only read again because the next one needs its neighbours. */
  holds(timestamp: number): boolean {
    return this.earlier !== null && timestamp <= this.earlier.reached + SAME;
  }

  /** A shot begins, with a candidate. */
  async beginShot(shot: ShotStart): Promise<void> {
    if (this.holds(shot.time) || this.#shots.some(({ time }) => Math.abs(time - shot.time) <= SAME)) return;
    this.#shots.push(shot);
    await this.#saveShots();
  }

  /** Frames are written while the next ones begin their shots: whoever comes first saves what is new. */
  async #saveShots(): Promise<void> {
    while (this.#journal && this.#saved < this.#shots.length) await addShot(this.folder, this.#shots[this.#saved++]!);
  }

  /** Writes one frame; when this is done its planes are free. */
  async add(planes: Planes, placement: Placement, beginsShot: boolean): Promise<void> {
    this.#segment ??= await this.#begin(planes, placement);
    await this.#segment.add(planes, placement, beginsShot);
  }

  async #begin({ width, height }: Planes, first: Placement): Promise<Segment> {
    const { clip, folder, options, earlier } = this;
    const encoding = await chooseEncoding(clip, width, height, options.output, this.#journal?.codec ?? null);
    this.#journal ??= await this.#beginJournal(encoding.codec, first);
    const { clockStart } = this.#journal;
    await this.#saveShots();
    const segment = earlier?.next ?? 0;
    const stretch = { folder, segment, trim: options.trim, clockStart, reached: earlier?.sound ?? [] };
    const sound = await Sound.begin(clip, encoding.format, stretch);
    this.notes = sound.notes;
    return Segment.create(folder, segment, clip, encoding, sound, clockStart);
  }

  async #beginJournal(codec: Journal["codec"], first: Placement): Promise<Journal> {
    const { clip: { file, report, clockStart, tags, aspect }, options } = this;
    const head = {
      version: 1 as const, options, codec, tags, aspect,
      source: { name: file.name, size: file.size, lastModified: file.lastModified },
      begun: Date.now(),
      span: options.trim ?? { start: report.start, end: report.seconds === null ? null : report.start + report.seconds },
      // A part of a clip begins at zero with its first frame; a whole one keeps its clock.
      clockStart: options.trim ? first.timestamp : clockStart,
    };
    await beginJournal(this.folder, head);
    return { ...head, shots: this.#shots };
  }

  /** Joins all segments into the one file. `passed` hears how far that is on the clip's clock, and may throw to give it up. */
  async finish(name: (extension: string) => string, passed: (time: number) => Promise<void>) {
    await this.#segment?.finish();
    this.#segment = null;
    const { codec, clockStart } = this.#journal!;
    const { format, extension } = containerOf(codec, this.options.output);
    const written = await readWritten(this.folder);
    if (!written) throw new Fault("storage-cleared", "nothing is left of the run");
    const destination = this.into ? await inOwnFile(this.into) : await inFolder(this.folder);
    try {
      const sound = await join(written, format, destination.target, Infinity, (time) => passed(time + clockStart));
      const file = await destination.file(name(extension), format.mimeType);
      if (!this.into) await addResult(this.folder, { name: file.name, type: file.type, finished: Date.now() });
      await this.#clear();
      return { file, codec, extension, sound };
    } catch (error) {
      await destination.discard();
      throw error;
    } finally {
      written.close();
    }
  }

  /** Lets go of the run after a fault. What was written stays, with as much of the latest as can be completed. */
  async stop({ code }: Fault): Promise<void> {
    const segment = this.#segment;
    this.#segment = null;
    if (code === "encode-failed") await segment?.stop();
    else await segment?.finish().catch(() => segment.stop());
    if (code === "cancelled" && this.#journal) await setStopped(this.folder, true);
  }

  /** Only the finished file and its name stay. */
  async #clear(): Promise<void> {
    await endJournal(this.folder);
    for (const name of await this.folder.names()) if (name !== FINISHED && name !== RESULT) await this.folder.remove(name);
  }
}

async function readEarlier(folder: Folder): Promise<Earlier | null> {
  const written = await readWritten(folder);
  if (!written) return null;
  try {
    if (written.frames === 0) return null;
    const { journal, next, frames, last, pictures, sounds } = written;
    const sound = [];
    for (const pieces of sounds) sound.push(await lastOf(pieces));
    return { journal, next, frames, reached: last + journal.clockStart, size: await sizeOf(pictures[0]!), sound };
  } finally {
    written.close();
  }
}

async function sizeOf(picture: InputVideoTrack): Promise<FrameSize> {
  return {
    width: await picture.getCodedWidth(),
    height: await picture.getCodedHeight(),
    squareWidth: await picture.getSquarePixelWidth(),
    squareHeight: await picture.getSquarePixelHeight(),
  };
}

/** Each pass of g looks one frame further back: with as many frames before it, the next one is coloured as in an unbroken run. */
async function neighboursBefore(clip: Clip, reached: number, { passes, trim }: RunOptions): Promise<number> {
  let from = reached;
  for (let pass = 0; pass < passes; pass++) {
    const before = await clip.frames.beginOf(from - SAME);
    if (before === null) break;
    from = before;
  }
  return trim ? Math.max(from, trim.start) : from;
}
