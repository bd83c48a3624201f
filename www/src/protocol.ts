/**
 * The one owner of the messages between the page's thread and the worker. The page asks; the worker tells how far it
 * is, any number of times, and then gives one result or one fault. Every message carries the number of its request.
 */
import type { Motion } from "../wasm/chromaflow.js";
import type { FaultCode } from "./fault";
import type { Chroma, Mark, MarkedShot } from "./marks/mark";
import type { Found } from "./marks/tracks";
import type { Grade } from "./picture/grade";
import type { Pose, Still } from "./picture/still";

/** Where the networks run. `auto` is WebGPU if the browser offers an adapter, else the processor. */
export type DeviceChoice = "auto" | "webgpu" | "cpu";

/** What the engine runs on; `reason` says why it is not WebGPU, `software` names an adapter that is none and was passed over. */
export interface DeviceReport {
  kind: "webgpu" | "cpu";
  name: string;
  reason: string | null;
  software: string | null;
}

/** What is known of a clip before it is coloured. */
export interface ClipReport {
  name: string;
  /** A still picture: one frame, without a time. */
  photo: boolean;
  container: string;
  codec: string;
  /** The size that the file has, upright; with pixels that are no squares it is shown in another. */
  stored: { width: number; height: number };
  pose: Pose;
  /** Time stamp of the first frame, in seconds. All times are on the clip's own clock. */
  start: number;
  seconds: number | null;
  frames: number | null;
  framesPerSecond: number;
  /** Codec names of the sound tracks. */
  sound: string[];
  /** What it can be written as in this browser. */
  outputs: WrittenFormat[];
  /** Things that the visitor should know, in plain sentences. */
  notes: string[];
}

/** Container and codec of a written clip, or the format of a written photo. */
export type WrittenFormat = "mp4-avc" | "mp4-hevc" | "mp4-av1" | "webm-vp9" | "webm-av1" | "png" | "jpeg" | "webp";

/** How much a written file may lose. */
export type OutputQuality = "small" | "normal" | "best";

/** A stretch of a clip, in seconds. */
export interface Span {
  start: number;
  end: number;
}

/** One frame of a moment, coloured in every way. */
export interface Glimpse {
  moment: number;
  time: number;
  still: Still;
  /** Mean saturation of each colouring, 0 to 1. */
  saturations: number[];
  /** That the device took for it. */
  seconds: number;
  /** The likeliest colouring (0 to 3) of all moments so far, one frame of each. */
  likeliest: number;
}

/** A photo in colour: red, green and blue of each pixel. */
export interface PhotoPixels {
  width: number;
  height: number;
  rgb: Uint8Array;
}

/** A frame in which colours are corrected. */
export interface Moment {
  time: number;
  still: Still;
  /** Where the places of each mark are, in the order that it has them; null where they have not been followed to yet. */
  places: { mark: number; at: number; found: Found | null }[];
}

/** How a shot is coloured. */
export interface ShotStart {
  time: number;
  candidate: number;
  /** It is in colour already and keeps its own colours. */
  own: boolean;
}

/** Where shots begin and which candidate (0 to 3) each follows. */
export interface ShotPlan {
  starts: ShotStart[];
  /** The clip was searched for cuts up to here; beyond, the run looks for them itself. */
  scannedUntil: number;
  /** What shots follow that the page does not know of. */
  candidate: number;
}

/** A published set of weights. */
export interface ModelOffer {
  model: string;
  /** Bytes that have to be fetched before it can be used. */
  bytes: number;
}

/** What colourings depend on, besides what is coloured. */
export interface Working {
  /** The name of the set of weights. */
  model: string;
  /** Shorter side, in pixels, that the networks work at. */
  size: number;
}

/** The choices a run is made with. */
export interface RunOptions extends Working {
  passes: number;
  plan: ShotPlan;
  grade: Grade;
  /** The part that is coloured; null for all of it. */
  trim: Span | null;
  /** `format` null is what suits the clip best. */
  output: { format: WrittenFormat | null; quality: OutputQuality };
  /** Colours that the visitor gave. */
  marks: Mark[];
}

/** How far a run is, with the latest finished frame when there is a new one to show. */
export interface Progress {
  frames: number;
  total: number | null;
  /** 0 to 1, from the frame count or else from the time stamps; null where neither is known. */
  fraction: number | null;
  framesPerSecond: number;
  secondsLeft: number | null;
  /** Before its first frame the marks of a shot are followed through it: the share that is done; null where nothing is followed. */
  following: number | null;
  /** All frames are finished, and the file is put together. */
  writing: boolean;
  picture: Still | null;
  /** How the picture's frame lies to the one before it; null at the beginning of a shot. */
  motion: Motion | null;
}

/** A run that broke off, and what is kept of it. */
export interface Unfinished {
  run: string;
  source: Pick<File, "name" | "size" | "lastModified">;
  options: RunOptions;
  /** Seconds that are coloured, and all seconds of the stretch; null where the clip does not say. */
  finished: number;
  seconds: number | null;
  /** Whether its visitor ended it: then it does not go on unasked. */
  stopped: boolean;
}

/** A finished clip of a tab that is gone, which nobody saved. */
export interface Unsaved {
  run: string;
  file: File;
}

/** A finished clip. */
export interface Colored {
  file: File;
  name: string;
  frames: number;
  seconds: number;
  framesPerSecond: number;
  shots: number;
  /** Share of the picture that was surely found again in the frame before, over the frames shown on the way; null where none was. */
  confidence: number | null;
  width: number;
  height: number;
  container: string;
  videoCodec: string;
  sound: string[];
  options: RunOptions;
  notes: string[];
}

/** Bytes of the weights that have come, and of those that will. */
export interface Fetched {
  bytes: number;
  total: number;
}

/** Every request: what it takes, what is told on the way, what it gives. */
export interface Requests {
  open: {
    /** `size`: the working size that is asked for; null is what suits the device. */
    take: { device: DeviceChoice; model: string; page: string; size: number | null };
    told: Fetched;
    give: { device: DeviceReport; offers: ModelOffer[] };
  };
  /** Loads the weights that only a run needs; they are fetched while the visitor looks at the candidates. */
  complete: { take: Record<string, never>; told: Fetched; give: Record<string, never> };
  /** Which of some working sizes the device holds for the clip or photo in hand. */
  room: { take: { sizes: number[]; passes: number }; told: never; give: { sizes: number[] } };
  /** `share`: how much of a file is read that the browser does not read itself; null while the decoder for it is fetched. */
  probe: { take: { file: File }; told: { share: number | null }; give: ClipReport };
  /** Frames of several moments of a span, or of the whole clip, in every colouring; the marks of their shots are followed for that before. */
  preview: { take: { size: number; span: Span | null; shots: MarkedShot[] }; told: Glimpse | { following: number }; give: Record<string, never> };
  /** The frame that is shown at a time, in grey and then in every colouring, with the marks of its shot where they are in it; null where there is none. */
  moment: { take: { time: number; size: number; marks: Mark[] }; told: { time: number; still: Still }; give: Moment | null };
  /** The colours that are likely at a place of a frame, the likeliest first. */
  likely: { take: { time: number; size: number; x: number; y: number }; told: never; give: { colors: Chroma[] } };
  /** What a photo in colour surely shows of a frame, as marks without a name. */
  suggest: { take: { time: number; size: number; photo: PhotoPixels }; told: never; give: { marks: Omit<Mark, "id">[] } };
  /** Goes on for a while with following a shot's marks through it; `share` is 1 at the end. `lives`: when each mark is seen, as far as that is known. */
  follow: { take: { shot: MarkedShot }; told: never; give: { share: number; lives: { mark: number; spans: Span[] }[] } };
  /**
   * Where shots begin, from the frame on that an earlier scan came to. `shot` is its first frame, in grey; `inColor` says of some frames
   * whether they are in colour already.
   */
  scan: { take: { from: number | null }; told: { until: number; shot: Still | null; inColor: boolean | null }; give: Record<string, never> };
  /** The frame that is shown at a time, or else the next one, in grey; null where there is none. */
  frame: { take: { time: number }; told: never; give: { time: number; still: Still } | null };
  /** Colours what is held, or goes on with a run that broke off. `into` is a file of the visitor's own for the result. */
  colorize: { take: { run: string; options: RunOptions; into: FileSystemFileHandle | null }; told: Progress; give: Colored };
  /** What tabs that are gone have left, newest first: runs that broke off, and results that nobody saved. */
  left: { take: Record<string, never>; told: never; give: { unfinished: Unfinished[]; unsaved: Unsaved[] } };
  /** What is kept of one of this tab's runs; null if nothing is. */
  kept: { take: { run: string }; told: never; give: Unfinished | null };
  /** What is kept of a run as a file; the run can still be taken up. */
  salvage: { take: { run: string }; told: never; give: File };
  /** The visitor has a run's result: it is not offered to later tabs. */
  saved: { take: { run: string }; told: never; give: Record<string, never> };
  forget: { take: { run: string }; told: never; give: Record<string, never> };
}

export type RequestKind = keyof Requests;
export type Take<K extends RequestKind> = Requests[K]["take"];
export type Told<K extends RequestKind> = Requests[K]["told"];
export type Give<K extends RequestKind> = Requests[K]["give"];

/** From the page to the worker. */
export type Asked =
  | { [K in RequestKind]: { id: number; kind: K; take: Take<K> } }[RequestKind]
  /** These overtake the queue. */
  | { id: number; kind: "cancel" | "pause" | "resume" };

/** From the worker to the page, again and again: it holds the lock that is called as it is, and does not go round in a circle. */
export const ALIVE = "alive";

/** From the worker to the page. */
export type Answered =
  | { id: number; kind: "told"; value: Told<RequestKind> }
  | { id: number; kind: "given"; value: Give<RequestKind> }
  | { id: number; kind: "fault"; code: FaultCode; message: string };
