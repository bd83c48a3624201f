import type { Candidate } from "../../wasm/chromaflow.js";
import { Fault } from "../fault";
import { openClip, type Clip } from "../media/clip";
import { picture } from "../media/picture";
import { takePlanes, type Planes } from "../media/planes";
import { FrameReader } from "../media/reader";
import { previewTimes } from "../media/sampling";
import type { Colored, DeviceReport, Give, RunOptions, Take, Told } from "../protocol";
import { colorize } from "./run";
import { Session } from "./session";

type Tell<T> = (value: T, transfer?: ImageBitmap[]) => void;

/** What the worker owns: the engine, and the clip that the page holds at the moment. */
export class Colorizer {
  #session: Session | null = null;
  #clip: Clip | null = null;

  /** Opens the device and loads the weights. A failed attempt leaves nothing behind and can be made again. */
  async open(take: Take<"open">, tell: Tell<Told<"open">>, signal: AbortSignal): Promise<DeviceReport> {
    const session = this.#session ?? (await Session.open(take.device));
    this.#session = session;
    await session.load(take.page, take.preset, tell, signal);
    return session.device;
  }

  /** Looks into a file and, if it can be coloured, holds it in place of the earlier one. */
  async probe(file: File): Promise<Give<"probe">> {
    const clip = await openClip(file);
    this.#clip?.close();
    this.#clip = clip;
    return clip.report;
  }

  /**
   * Colours a few frames of the opening in every way. The one with the most contrast comes first and is shown; the
   * others only steady the averages.
   */
  async preview(size: number, tell: Tell<Told<"preview">>, signal: AbortSignal): Promise<Give<"preview">> {
    const clip = this.#heldClip();
    const frames = await this.#openingFrames(clip, signal);
    const sums: number[] = [];
    for (const [index, planes] of frames.entries()) {
      signal.throwIfAborted();
      const candidates = await this.#heldSession().preview(planes.frame, size);
      candidates.forEach(({ saturation }, at) => (sums[at] = (sums[at] ?? 0) + saturation));
      if (index === 0) this.#show(clip, planes, candidates, tell);
    }
    return { saturations: sums.map((sum) => sum / frames.length) };
  }

  /** Colours the held clip into a file. */
  async colorize(take: RunOptions, tell: Tell<Told<"colorize">>, signal: AbortSignal): Promise<Colored> {
    return colorize(this.#heldClip(), this.#heldSession(), take, tell, signal);
  }

  async #openingFrames(clip: Clip, signal: AbortSignal): Promise<Planes[]> {
    const reader = new FrameReader(clip);
    const frames: Planes[] = [];
    try {
      for (const time of previewTimes(clip)) {
        signal.throwIfAborted();
        const sample = await reader.nextFrom(time);
        if (!sample) break;
        frames.push(await takePlanes(sample, clip.color));
        sample.close();
      }
    } finally {
      await reader.close();
    }
    return frames.sort((a, b) => b.contrast - a.contrast);
  }

  #show(clip: Clip, planes: Planes, candidates: Candidate[], tell: Tell<Told<"preview">>): void {
    const grey = picture(planes, clip, "grey");
    const colored = candidates.map((candidate) => {
      planes.setChroma(candidate);
      return picture(planes, clip, "color");
    });
    tell({ grey, colored }, [grey, ...colored]);
  }

  #heldSession(): Session {
    if (!this.#session) throw new Fault("engine", "asked before the engine was open");
    return this.#session;
  }

  #heldClip(): Clip {
    if (!this.#clip) throw new Fault("engine", "asked before a clip was opened");
    return this.#clip;
  }
}
