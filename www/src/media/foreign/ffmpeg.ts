/**
 * The worker of the added decoder: FFmpeg's own programs, `ffprobe` and `ffmpeg`, called by their arguments as on any
 * machine. They run to their end without listening; whoever wants them to stop ends the worker.
 */
import { isTransportStream } from "../transport-stream";
import { claimsFields, isProtected, pictureOf, plan, promisedSeconds, type Inspected } from "./inspect";
import { endsWithinPacket } from "./program-stream";
import { KeptFile } from "./kept-file";
import type { Job, Refusal, Said } from "./job";

/** The part of @ffmpeg/core that is used here; it comes without types. */
interface Core {
  exec(...options: string[]): number;
  ffprobe(...options: string[]): number;
  reset(): void;
  setLogger(hear: (line: { type: "stdout" | "stderr"; message: string }) => void): void;
  FS: {
    mkdir(path: string): void;
    mount(system: unknown, options: { blobs: { name: string; data: Blob }[] }, path: string): void;
    filesystems: { WORKERFS: { stream_ops: StreamOperations } };
    writeFile(path: string, data: string): void;
    lookupPath(path: string): { node: { stream_ops: StreamOperations; usedBytes: number; contents: unknown } };
    ErrnoError: new (code: number) => Error;
  };
}

interface StreamOperations {
  read(stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number;
  write(stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number;
}

const SOURCE = "/source/file";
const WRITTEN = "/written";
/** The error numbers of its file system for "no space left on device" and "input/output error". */
const [NO_SPACE, NO_INPUT] = [51, 29];
/** Frames in which fields are looked for. */
const LOOKED_AT = 24;
/** Where combs are looked for, as shares of the film's length, and in how many frames each time. */
const [PLACES, AT_EACH] = [[0.1, 0.5, 0.8], 75];
/** A film that ends so many seconds before it should is cut off; some files name the longest of their tracks. */
const SHORT_OF_END = 1;
/** The page hears of progress this often, in milliseconds. */
const TOLD_EVERY_MS = 250;

class Refused extends Error {
  constructor(readonly refusal: Refusal, message: string) {
    super(message);
  }
}

addEventListener("message", ({ data }: MessageEvent<Job>) => {
  void convert(data).catch((error: unknown) => {
    const [refusal, message] = error instanceof Refused ? [error.refusal, error.message] : ["decode-failed" as const, String(error)];
    say({ kind: "refused", refusal, message });
  });
});

async function convert(job: Job): Promise<void> {
  const core = await load(job);
  // Of a stream of few packets FFmpeg guesses another format.
  const programs = new Programs(core, job.file, (await isTransportStream(job.file)) ? ["-f", "mpegts"] : []);
  say({ kind: "begun" });
  const inspected = programs.inspect();
  const picture = pictureOf(inspected);
  if (isProtected(inspected) || /DRM protected/i.test(programs.complaints)) throw new Refused("file-protected", programs.complaints);
  if (!picture) throw new Refused("file-no-video", inspected.format.format_long_name);
  if (!picture.codec_name || !picture.width) throw new Refused("codec-unsupported", picture.codec_name ?? picture.codec_tag_string);
  const seconds = Number(inspected.format.duration);
  const combed = claimsFields(inspected) && programs.seeCombs(seconds || 0);
  const { converted, options } = plan(inspected, picture, job.copy, combed);
  const kept = await KeptFile.open(job.name);
  try {
    const reached = programs.write(options, kept, seconds);
    const isShort = reached < promisedSeconds(inspected, picture) - SHORT_OF_END;
    const breaksOff = isShort || (inspected.format.format_name === "mpeg" && (await endsWithinPacket(job.file)));
    say({ kind: "done", converted: { ...converted, breaksOff }, written: kept.complete() });
  } catch (error) {
    kept.close();
    throw error;
  }
}

async function load({ script, program }: Job): Promise<Core> {
  try {
    const { default: create } = (await import(/* @vite-ignore */ script)) as { default: (options: object) => Promise<Core> };
    // The script looks for its program in what stands behind this mark.
    const mainScriptUrlOrBlob = `#${btoa(JSON.stringify({ wasmURL: program }))}`;
    return await create({ mainScriptUrlOrBlob });
  } catch (error) {
    throw new Refused("decoder-missing", String(error));
  }
}

/** The two programs, with a file before them. */
class Programs {
  /** What they have written on their standard output, and on their standard error. */
  #output: string[] = [];
  #complaints: string[] = [];
  /** Where in the file was read last. */
  #position = 0;
  #unreadable = false;
  #onLine: (line: string) => void = () => {};
  readonly #source: string[];

  /** `format`: what the file is, where that is known. */
  constructor(private readonly core: Core, private readonly file: Blob, format: string[]) {
    this.#source = [...format, "-i", SOURCE];
    core.setLogger(({ type, message }) => {
      (type === "stdout" ? this.#output : this.#complaints).push(message);
      this.#complaints.splice(0, this.#complaints.length - 20);
      this.#onLine(message);
    });
    this.#watchReading();
    core.FS.mkdir("/source");
    core.FS.mount(core.FS.filesystems.WORKERFS, { blobs: [{ name: "file", data: file }] }, "/source");
  }

  get complaints(): string {
    return this.#complaints.filter((line) => line !== "Aborted()").join(" | ");
  }

  inspect(): Inspected {
    const streams = this.#probe("-show_streams", "-show_format", "-show_chapters");
    if (!streams.format) throw new Refused(this.#unreadable ? "file-unreadable" : "file-unknown", this.complaints);
    const { frames = [] } = this.#probe("-select_streams", "V:0", "-read_intervals", `%+#${LOOKED_AT}`, "-show_entries", "frame=interlaced_frame");
    return { ...streams, frames } as Inspected;
  }

  #probe(...options: string[]): Partial<Inspected> {
    this.#output = [];
    this.core.reset();
    this.core.ffprobe("-v", "warning", "-of", "json", ...options, ...this.#source);
    try {
      return JSON.parse(this.#output.join("\n")) as Partial<Inspected>;
    } catch {
      return {};
    }
  }

  /** Whether the two fields of the frames show two moments, somewhere in the film. */
  seeCombs(seconds: number): boolean {
    return PLACES.some((share) => {
      let combed = false;
      this.#onLine = (line) => {
        const counts = /Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+)/.exec(line);
        if (counts) combed = Number(counts[1]) + Number(counts[2]) > Number(counts[3]);
      };
      this.core.reset();
      this.core.exec("-v", "info", "-ss", String(share * seconds), ...this.#source, "-map", "0:V:0", "-frames:v", String(AT_EACH), "-vf", "idet", "-f", "null", "-");
      return combed;
    });
  }

  /** Writes what the options ask for; gives how many seconds that are. */
  write(options: string[], kept: KeptFile, seconds: number): number {
    this.#writeInto(kept);
    let [told, reached] = [0, 0];
    this.#onLine = (line) => {
      const time = /^out_time_us=(\d+)/.exec(line);
      if (!time) return;
      reached = Number(time[1]) / 1e6;
      if (performance.now() - told < TOLD_EVERY_MS) return;
      told = performance.now();
      const share = seconds > 0 ? reached / seconds : this.#position / this.file.size;
      say({ kind: "told", share: Math.min(share, 1) });
    };
    this.core.reset();
    const status = this.core.exec("-v", "error", "-progress", "pipe:1", "-nostats", "-fflags", "+genpts", ...this.#source, ...options, WRITTEN);
    if (kept.failure) throw new Refused("storage-full", String(kept.failure));
    if (this.#unreadable) throw new Refused("file-unreadable", this.complaints);
    // Its older decoders take no picture that is narrower than 24 pixels.
    if (this.complaints.includes("Image too small")) throw new Refused("frame-size", this.complaints);
    if (status !== 0) throw new Refused("decode-failed", this.complaints);
    return reached;
  }

  /** What is written goes to the disk, not into the program's memory. */
  #writeInto(kept: KeptFile): void {
    const { FS } = this.core;
    FS.writeFile(WRITTEN, "");
    const { node } = FS.lookupPath(WRITTEN);
    node.stream_ops = {
      ...node.stream_ops,
      write: (_stream, buffer, offset, length, position) => {
        if (!kept.write(buffer.subarray(offset, offset + length), position)) throw new FS.ErrnoError(NO_SPACE);
        node.usedBytes = Math.max(node.usedBytes, position + length);
        return length;
      },
    };
  }

  #watchReading(): void {
    const operations = this.core.FS.filesystems.WORKERFS.stream_ops;
    const { read } = operations;
    operations.read = (stream, buffer, offset, length, position) => {
      this.#position = position;
      try {
        return read(stream, buffer, offset, length, position);
      } catch {
        this.#unreadable = true;
        throw new this.core.FS.ErrnoError(NO_INPUT);
      }
    };
  }
}

function say(said: Said): void {
  postMessage(said);
}
