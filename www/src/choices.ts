import type { DeviceChoice, DeviceReport } from "./protocol";

/** What the address of the page may ask for: `?device=cpu&preset=lite&size=128&passes=1&src=films/one.mp4`. */
export interface Choices {
  device: DeviceChoice;
  preset: string;
  size: number | null;
  passes: number | null;
  /** A clip beside the page, which is opened at once. */
  src: string | null;
}

/** Working sizes on offer: the shorter side in pixels. */
export const SIZES = [128, 192, 256, 480];
/** Smoothing passes on offer. */
export const PASSES = [0, 1, 2, 3];

/** What a run's work depends on. */
export interface Effort {
  size: number;
  passes: number;
}

/** The efforts that have a name, from the quickest on. */
export const LEVELS = {
  quick: { size: 128, passes: 1 },
  better: { size: 256, passes: 2 },
  best: { size: 480, passes: 2 },
} satisfies Record<string, Effort>;

export type Level = keyof typeof LEVELS;

/** Of the levels, the best that is done within so many seconds is preset. */
export const PRESET_SECONDS = 600;

/** Reads the choices from an address's query. */
export function readChoices(query: string): Choices {
  const parameters = new URLSearchParams(query);
  const device = parameters.get("device");
  return {
    device: device === "cpu" || device === "webgpu" ? device : "auto",
    preset: parameters.get("preset") ?? "lite",
    size: wholeNumber(parameters.get("size")),
    passes: wholeNumber(parameters.get("passes")),
    src: parameters.get("src"),
  };
}

/** What suits a device as long as nothing was measured: a processor takes about a second where a graphics card takes a few milliseconds. */
export function defaultsFor(device: DeviceReport["kind"]): Effort {
  return device === "webgpu" ? LEVELS.better : LEVELS.quick;
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}
