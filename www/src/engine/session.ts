import init, { Engine, type Candidate, type FinishedFrame, type LumaFrame } from "../../wasm/chromaflow.js";
import { Fault, named, textOf, type FaultCode } from "../fault";
import type { DeviceChoice, DeviceReport } from "../protocol";
import { fetchWeights, forgetWeights, keepWeights, readManifest } from "./weights";

/** The engine on its device, with the weights of one preset. */
export class Session {
  private constructor(readonly engine: Engine) {}

  /** Compiles the engine and opens a device. */
  static async open(device: DeviceChoice): Promise<Session> {
    await init().catch((error: unknown) => {
      throw new Fault("page-incomplete", textOf(error), error);
    });
    return new Session(await asked(() => Engine.open(device)));
  }

  /** What it runs on. */
  get device(): DeviceReport {
    return this.engine.device();
  }

  /** Fetches and loads the weights of a preset; `told` hears bytes so far and in all. */
  async load(
    page: string,
    preset: string,
    told: (value: { bytes: number; total: number }) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const manifest = await readManifest(page, signal);
    const files = await asked(async () => Engine.files(manifest, preset));
    const total = files.reduce((sum, file) => sum + file.bytes, 0);
    const fetched = await fetchWeights(page, files, (bytes) => told({ bytes, total }), signal);
    try {
      await asked(() => this.engine.load(manifest, preset, fetched));
    } catch (error) {
      await forgetWeights(page, files);
      throw error;
    }
    await keepWeights(page, files, fetched);
  }

  /** All colourings of one frame. */
  async preview(frame: LumaFrame, size: number): Promise<Candidate[]> {
    return (await asked(() => this.engine.preview(frame, size))).candidates;
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
   * come with its motion.
   */
  push(frame: LumaFrame, withMotion: boolean): Promise<FinishedFrame[]> {
    return asked(() => this.engine.push(frame, withMotion));
  }

  /** Gives the frames that are still in the engine. */
  finish(): Promise<FinishedFrame[]> {
    return asked(() => this.engine.finish());
  }
}

/** The engine throws plain objects with a code; anything else, such as a trap of the wasm code, is `engine`. */
async function asked<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isEngineError(error)) throw new Fault(error.code, error.message, error);
    throw named(error, "engine");
  }
}

function isEngineError(error: unknown): error is { code: FaultCode; message: string } {
  return typeof error === "object" && error !== null && "message" in error && "code" in error
    && typeof error.code === "string";
}
