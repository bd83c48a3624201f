import init, { Engine, failure, type Candidate, type FinishedFrame, type Hint, type LumaFrame, type Photograph, type Place, type Standing, type Tracked, type WeightFile } from "../../wasm/chromaflow.js";
import { Fault, named, textOf, type FaultCode } from "../fault";
import { begun } from "../media/patience";
import type { DeviceChoice, DeviceReport, ModelOffer } from "../protocol";
import { softwareAdapter } from "./adapter";
import { bytesMissing, fetchWeights, forgetWeights, keepWeights, readManifest, type Fetched } from "./weights";

export type { Standing };

/** The page hears of weights that are waited for this often, in milliseconds. */
const TOLD_EVERY_MS = 200;

/** The one attempt to compile the engine; a failed one is forgotten. */
let compiling: Promise<unknown> | null = null;

function compiled(): Promise<unknown> {
  return (compiling ??= init().catch((error: unknown) => {
    compiling = null;
    throw new Fault("page-incomplete", textOf(error), error);
  }));
}

/** Hears how many bytes of the weights have come, and of how many. */
type Told = (value: { bytes: number; total: number }) => void;

/** Files of a set of weights, and what they hold once it has come. */
interface PendingWeights {
  page: string;
  manifest: string;
  model: string;
  files: WeightFile[];
  fetched: Promise<Fetched[]>;
}

/** The engine on its device, with one set of weights. */
export class Session {
  /** What only a clip needs. It comes while the visitor looks at the candidates; null is one that did not come, or was wrong. */
  #rest: (Omit<PendingWeights, "fetched"> & { fetched: Promise<Fetched[] | null>; bytes: number }) | null = null;

  private constructor(readonly engine: Engine, private readonly software: string | null) {}

  /** Compiles the engine and opens a device. Software that stands in for a graphics card is slower than the processor's own engine, so only who asks for it gets it. */
  static async open(device: DeviceChoice): Promise<Session> {
    await compiled();
    const software = device === "auto" ? await softwareAdapter() : null;
    return new Session(await asked(() => Engine.open(software ? "cpu" : device)), software);
  }

  /** What it runs on. */
  get device(): DeviceReport {
    return { ...this.engine.device(), software: this.software };
  }

  /**
   * Loads what the candidates need, and sends for the rest. `later` runs a job once the engine has nothing else to do: the rest is
   * loaded, and with that kept for the next visit, whether a run asks for it or not.
   */
  async load(first: PendingWeights, later: (job: () => Promise<void>) => void): Promise<void> {
    await this.#take(first, await first.fetched);
    const { page, manifest, model } = first;
    const files = Engine.files(manifest, model).filter(({ forPreview }) => !forPreview);
    this.#rest = { page, manifest, model, files, bytes: 0, fetched: Promise.resolve(null) };
    this.#rest.fetched = this.#fetchRest().catch(() => null);
    // What fails here is told to the run that needs it.
    void this.#rest.fetched.then((fetched) => fetched && later(() => this.complete(() => {}).catch(() => {})));
  }

  /** All sets of weights that are published. What comes anyway, now or for a run, is not counted. */
  async offers({ page, manifest, model }: PendingWeights): Promise<ModelOffer[]> {
    const coming = new Set(Engine.files(manifest, model).map(({ sha256 }) => sha256));
    const offer = async (model: string) => {
      const files = Engine.files(manifest, model).filter(({ sha256 }) => !coming.has(sha256));
      return { model, bytes: await bytesMissing(page, files) };
    };
    return Promise.all(Engine.presets(manifest).map(offer));
  }

  /** Whether the device has room for a clip of a size in pixels, at a working size. */
  holds(width: number, height: number, size: number, passes: number): boolean {
    return this.engine.room(width, height, size, passes).fits;
  }

  /** Has a GPU make its programs for a clip ready. What is wrong with that is told to whoever needs them. */
  warmUp(width: number, height: number, size: number): void {
    try {
      this.engine.warmUp(width, height, size);
    } catch {
      // as said
    }
  }

  /** Loads the rest, once it has come; where it did not, it is fetched again. */
  async complete(told: Told): Promise<void> {
    const rest = this.#rest;
    if (!rest) return;
    const total = totalOf(rest.files);
    const telling = setInterval(() => told({ bytes: rest.bytes, total }), TOLD_EVERY_MS);
    try {
      const fetched = (await rest.fetched) ?? (await this.#fetchRest());
      rest.fetched = Promise.resolve(null);
      await this.#take(rest, fetched);
      this.#rest = null;
    } finally {
      clearInterval(telling);
    }
  }

  #fetchRest(): Promise<Fetched[]> {
    const rest = this.#rest!;
    return fetchWeights(rest.page, rest.files, (bytes) => (rest.bytes = bytes), new AbortController().signal);
  }

  /** Has the engine check and load weights, and keeps them for the next visit if they are right. */
  async #take({ page, manifest, model, files }: Omit<PendingWeights, "fetched">, fetched: Fetched[]): Promise<void> {
    try {
      await asked(() => this.engine.load(manifest, model, fetched));
    } catch (error) {
      await forgetWeights(page, files);
      throw error;
    }
    void begun(keepWeights(page, files, fetched));
  }

  /** All colourings of one frame, which keep to what is known of it. */
  async preview(frame: LumaFrame, size: number, hints: Hint[]): Promise<Candidate[]> {
    return (await asked(() => this.engine.preview(frame, size, hints))).candidates;
  }

  /** The colours that are likely at a place, the likeliest first. */
  likelyColors(frame: LumaFrame, size: number, x: number, y: number): Promise<[number, number][]> {
    return asked(() => this.engine.likelyColors(frame, size, x, y));
  }

  /** Colours for a frame where a photo surely shows the same; none where it does not. */
  suggestFrom(photo: Photograph, frame: LumaFrame, size: number): Promise<Hint[]> {
    return asked(() => this.engine.suggestFrom(photo, frame, size));
  }

  /** Begins to follow places from frame to frame. */
  async startTracking(): Promise<void> {
    await this.complete(() => {});
    return asked(async () => this.engine.startTracking());
  }

  /** Takes the next frame, with the places that are given in it; gives where all are now. */
  track(frame: LumaFrame, fresh: Place[]): Promise<Tracked[]> {
    return asked(() => this.engine.track(frame, fresh));
  }

  /** The likeliest colouring of the frames whose colourings stand so. */
  likeliest(frames: Standing[][]): Promise<number> {
    return asked(async () => Engine.pick(frames) ?? 0);
  }

  /** Begins a clip. */
  start({ size, passes }: { size: number; passes: number }): Promise<void> {
    return asked(() => this.engine.start({ size, passes }));
  }

  /** Begins to look for cuts. */
  startCuts(): Promise<void> {
    return asked(async () => this.engine.startCuts());
  }

  /** Whether a shot begins with this frame; they are given in their order. */
  beginsShot(frame: LumaFrame): Promise<boolean> {
    return asked(async () => this.engine.beginsShot(frame));
  }

  /** Ends the shot and begins another that follows a candidate; gives the frames that the call before has finished. */
  beginShot(candidate: number): Promise<FinishedFrame[]> {
    return asked(() => this.engine.beginShot(candidate));
  }

  /**
   * Takes the shot's next frame and gives those that the call before has finished, in order. `withMotion`: the frame will
   * come with its motion. It keeps to what is known of its colours.
   */
  push(frame: LumaFrame, withMotion: boolean, hints: Hint[]): Promise<FinishedFrame[]> {
    return asked(() => this.engine.push(frame, withMotion, hints));
  }

  /** Gives the frames that are still in the engine. */
  finish(): Promise<FinishedFrame[]> {
    return asked(() => this.engine.finish());
  }
}

/** Sends for the weights that the candidates need; `told` hears how far they are. */
export async function sendForWeights(page: string, model: string, told: Told, signal: AbortSignal): Promise<PendingWeights> {
  const fetchedManifest = begun(readManifest(page, signal));
  await compiled();
  const manifest = await fetchedManifest;
  const files = (await asked(async () => Engine.files(manifest, model))).filter(({ forPreview }) => forPreview);
  const total = totalOf(files);
  const fetched = begun(fetchWeights(page, files, (bytes) => told({ bytes, total }), signal));
  return { page, manifest, model, files, fetched };
}

function totalOf(files: WeightFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0);
}

async function asked<T>(call: () => Promise<T>): Promise<T> {
  let thrown: unknown;
  const value = await call().catch((error: unknown) => void (thrown = error ?? "nothing was said"));
  const fault = engineFault(thrown);
  if (fault) throw fault;
  return value as T;
}

/**
 * What ended a call of the engine, if anything did. The engine throws plain objects with a code; anything else, such as a trap
 * of its program, is `engine`. A device's own failure comes before both: it may be what the engine tripped over, or have
 * passed unnoticed.
 */
export function engineFault(thrown: unknown): Fault | null {
  const error = failure() ?? thrown;
  if (error === undefined) return null;
  return isEngineError(error) ? new Fault(error.code, error.message, error) : named(error, "engine");
}

function isEngineError(error: unknown): error is { code: FaultCode; message: string } {
  return typeof error === "object" && error !== null && "message" in error && "code" in error
    && typeof error.code === "string";
}
