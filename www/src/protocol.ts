/**
 * The one owner of the messages between the page's thread and the worker. The page asks; the worker tells how far it
 * is, any number of times, and then gives one result or one fault. Every message carries the number of its request.
 */
import type { FaultCode } from "./fault";

/** Where the networks run. `auto` is WebGPU if the browser offers an adapter, else the processor. */
export type DeviceChoice = "auto" | "webgpu" | "cpu";

/** What the engine runs on; `reason` says why it is not WebGPU. */
export interface DeviceReport {
  kind: "webgpu" | "cpu";
  name: string;
  reason: string | null;
}

/** What is known of a clip before it is coloured. */
export interface ClipReport {
  name: string;
  container: string;
  codec: string;
  /** As displayed: after rotation and pixel aspect. */
  width: number;
  height: number;
  seconds: number | null;
  frames: number | null;
  framesPerSecond: number;
  /** Codec names of the sound tracks. */
  sound: string[];
  /** Things that the visitor should know, in plain sentences. */
  notes: string[];
}

/** The choices a run is made with. */
export interface RunOptions {
  /** Shorter side, in pixels, that the networks work at. */
  size: number;
  passes: number;
  /** 0 to 3. */
  candidate: number;
}

/** How far a run is, with the latest finished frame when there is a new one to show. */
export interface Progress {
  frames: number;
  total: number | null;
  /** 0 to 1, from the frame count or else from the time stamps; null where neither is known. */
  fraction: number | null;
  framesPerSecond: number;
  secondsLeft: number | null;
  picture: { grey: ImageBitmap; colored: ImageBitmap } | null;
}

/** A finished clip. */
export interface Colored {
  file: File;
  name: string;
  frames: number;
  seconds: number;
  framesPerSecond: number;
  width: number;
  height: number;
  container: string;
  videoCodec: string;
  sound: string[];
  options: RunOptions;
  notes: string[];
}

/** Every request: what it takes, what is told on the way, what it gives. */
export interface Requests {
  open: {
    take: { device: DeviceChoice; preset: string; page: string };
    told: { bytes: number; total: number };
    give: DeviceReport;
  };
  probe: { take: { file: File }; told: never; give: ClipReport };
  preview: {
    take: { size: number };
    told: { grey: ImageBitmap; colored: ImageBitmap[] };
    give: { saturations: number[] };
  };
  colorize: { take: RunOptions; told: Progress; give: Colored };
}

export type RequestKind = keyof Requests;
export type Take<K extends RequestKind> = Requests[K]["take"];
export type Told<K extends RequestKind> = Requests[K]["told"];
export type Give<K extends RequestKind> = Requests[K]["give"];

/** From the page to the worker. */
export type Asked =
  | { [K in RequestKind]: { id: number; kind: K; take: Take<K> } }[RequestKind]
  | { id: number; kind: "cancel" };

/** From the worker to the page. */
export type Answered =
  | { id: number; kind: "told"; value: Told<RequestKind> }
  | { id: number; kind: "given"; value: Give<RequestKind> }
  | { id: number; kind: "fault"; code: FaultCode; message: string };
