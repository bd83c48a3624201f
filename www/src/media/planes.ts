import type { VideoSample } from "mediabunny";
import type { ChromaPlanes, LumaFrame } from "../../wasm/chromaflow.js";
import { Fault } from "../fault";
import { lumaWeights } from "../picture/matrix";
import { resized } from "../picture/resize";
import type { ClipColor } from "./color";
import { partInterleaved, takeFromRgb, takePlanar } from "./own-chroma";

/**
 * One frame as 8-bit Y, U and V planes without padding (I420; chroma of odd sizes is rounded up). The luma is the
 * decoded one, byte for byte; the chroma is the source's own until another is set.
 */
export class Planes {
  readonly data: Uint8Array<ArrayBuffer>;

  constructor(
    readonly width: number,
    readonly height: number,
    readonly color: ClipColor,
  ) {
    this.data = new Uint8Array(width * height + 2 * this.chromaSize);
  }

  get luma(): Uint8Array<ArrayBuffer> {
    return this.data.subarray(0, this.width * this.height);
  }

  get chromaSize(): number {
    return Math.ceil(this.width / 2) * Math.ceil(this.height / 2);
  }

  /** What the engine takes. */
  get frame(): LumaFrame {
    const { width, height, luma } = this;
    return { width, height, luma, matrix: this.color.matrix, fullRange: this.color.fullRange };
  }

  /** The chroma as it is at the moment. */
  get chroma(): ChromaPlanes {
    const [from, size] = [this.luma.length, this.chromaSize];
    return { u: this.data.subarray(from, from + size), v: this.data.subarray(from + size) };
  }

  /** The same picture in another size. */
  resized(width: number, height: number): Planes {
    const planes = new Planes(width, height, this.color);
    const halved = (size: [number, number]) => size.map((side) => Math.ceil(side / 2)) as [number, number];
    const [from, to]: [number, number][] = [[this.width, this.height], [width, height]];
    planes.data.set(resized(this.luma, from!, to!));
    planes.setChroma({ u: resized(this.chroma.u, halved(from!), halved(to!)), v: resized(this.chroma.v, halved(from!), halved(to!)) });
    return planes;
  }

  /** Gives the frame its colour. */
  setChroma(chroma: ChromaPlanes): void {
    if (chroma.u.length !== this.chromaSize || chroma.v.length !== this.chromaSize) {
      throw new Fault("engine", `chroma of ${chroma.u.length} for a plane of ${this.chromaSize}`);
    }
    this.data.set(chroma.u, this.luma.length);
    this.data.set(chroma.v, this.luma.length + this.chromaSize);
  }
}

/**
 * Copies a decoded frame out of the decoder's memory. The caller closes the sample. `spare` are planes that are
 * no longer needed: megabytes for each frame are better used again than left to the garbage collector.
 */
export async function takePlanes(sample: VideoSample, color: ClipColor, spare?: Planes): Promise<Planes> {
  const { width, height } = sample.visibleRect;
  const fits = spare && spare.width === width && spare.height === height;
  const planes = fits ? spare : new Planes(width, height, color);
  const { format } = sample;
  if (format === null || format.startsWith("RGB") || format.startsWith("BGR")) await takeRgb(sample, planes);
  else if (color.rgb) await takeGbr(sample, planes);
  else if (/P1[02]$/.test(format)) await takeDeep(sample, planes, format.endsWith("P12") ? 12 : 10);
  else await takeLuma(sample, planes);
  return planes;
}

/** What a frame is copied to before its luma is taken; one for all frames, for the same reason. */
let copied = new Uint8Array(0);

async function copyOut(sample: VideoSample, options: VideoFrameCopyToOptions = {}) {
  const size = sample.allocationSize(options);
  if (copied.length < size) copied = new Uint8Array(size);
  return { data: copied, layout: await sample.copyTo(copied, options) };
}

/** 8-bit planar formats and NV12: the first plane is the luma. Where chroma takes the room that it has here, all is copied at once. */
async function takeLuma(sample: VideoSample, planes: Planes): Promise<void> {
  const halfWidth = Math.ceil(planes.width / 2);
  const [luma, u] = [{ offset: 0, stride: planes.width }, planes.luma.length];
  if (sample.format === "I420") {
    const chroma = [u, u + planes.chromaSize].map((offset) => ({ offset, stride: halfWidth }));
    return void (await sample.copyTo(planes.data, { layout: [luma, ...chroma] }));
  }
  if (sample.format === "NV12") {
    await sample.copyTo(planes.data, { layout: [luma, { offset: u, stride: 2 * halfWidth }] });
    return partInterleaved(planes);
  }
  const { data, layout } = await copyOut(sample);
  const { offset, stride } = layout[0]!;
  for (let y = 0; y < planes.height; y++) {
    const row = offset + y * stride;
    planes.data.set(data.subarray(row, row + planes.width), y * planes.width);
  }
  takePlanar(planes, sample.format!, (plane, x, y) => data[layout[plane]!.offset + y * layout[plane]!.stride + x]!, 1);
}

/** 10- and 12-bit formats: rounded to 8 bits. */
async function takeDeep(sample: VideoSample, planes: Planes, bits: number): Promise<void> {
  const { data, layout } = await copyOut(sample);
  const { offset, stride } = layout[0]!;
  const view = new DataView(data.buffer);
  // Limited range scales by a power of two (64..940 is 16..235); full range by its largest value.
  const scale = planes.color.fullRange ? 255 / (2 ** bits - 1) : 2 ** (8 - bits);
  for (let y = 0; y < planes.height; y++) {
    for (let x = 0; x < planes.width; x++) {
      const deep = view.getUint16(offset + y * stride + 2 * x, true);
      planes.data[y * planes.width + x] = Math.min(255, Math.round(deep * scale));
    }
  }
  takePlanar(planes, sample.format!, (plane, x, y) => view.getUint16(layout[plane]!.offset + y * layout[plane]!.stride + 2 * x, true), scale);
}

/** Packed RGB, and frames in a format of the decoder's own, which the browser converts. */
async function takeRgb(sample: VideoSample, planes: Planes): Promise<void> {
  const { data, layout } = await copyOut(sample, { format: "RGBA" });
  const { offset, stride } = layout[0]!;
  fill(planes, (x, y) => {
    const at = offset + y * stride + 4 * x;
    return [data[at]!, data[at + 1]!, data[at + 2]!];
  });
}

/** Planar RGB, which codecs store as G, B, R. */
async function takeGbr(sample: VideoSample, planes: Planes): Promise<void> {
  const { data, layout } = await copyOut(sample);
  const [green, blue, red] = layout as [PlaneLayout, PlaneLayout, PlaneLayout];
  const at = (plane: PlaneLayout, x: number, y: number) => data[plane.offset + y * plane.stride + x]!;
  fill(planes, (x, y) => [at(red, x, y), at(green, x, y), at(blue, x, y)]);
}

/** RGB to limited range. */
function fill(planes: Planes, rgbAt: (x: number, y: number) => [number, number, number]): void {
  const [red, green, blue] = lumaWeights(planes.color.matrix);
  for (let y = 0; y < planes.height; y++) {
    for (let x = 0; x < planes.width; x++) {
      const [r, g, b] = rgbAt(x, y);
      planes.data[y * planes.width + x] = Math.round(16 + (219 / 255) * (red * r + green * g + blue * b));
    }
  }
  takeFromRgb(planes, rgbAt);
}
