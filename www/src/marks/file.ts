import type { Mark, MarkedPlace } from "./mark";

/** What a file of marks says that it is; the command line tool reads and writes the same. */
const FORMAT = "chromaflow-hints";
const VERSION = 1;

/** Nobody sets so many marks by hand: a file with more is none of ours, and would bring the page to a stop. */
const MOST_MARKS = 5000;
const MOST_PLACES = 500;

/** Why a file of marks cannot be read. */
export type FileTrouble = { what: "not-json" | "not-marks" | "newer" | "too-many" } | { what: "wrong-mark"; number: number };

/** The text of a file; its times count from the clip's first frame. */
export function writeMarks(marks: readonly Mark[], clipStart: number): string {
  const written = marks.map(({ time, color, strength, places }) => ({
    time: rounded(time - clipStart), color: color.map(rounded), strength: rounded(strength),
    places: places.map(({ x, y, radius }) => ({ x: rounded(x), y: rounded(y), radius: rounded(radius) })),
  }));
  return `${JSON.stringify({ format: FORMAT, version: VERSION, marks: written }, null, 1)}\n`;
}

/** The marks of a file, numbered from `firstId` on, or why there are none. */
export function readMarks(text: string, clipStart: number, firstId: number): Mark[] | FileTrouble {
  const content = parsed(text);
  if (content === undefined) return { what: "not-json" };
  if (!isObject(content) || content["format"] !== FORMAT || !Array.isArray(content["marks"])) return { what: "not-marks" };
  if (content["version"] !== VERSION) return { what: "newer" };
  const { marks } = content as { marks: unknown[] };
  if (marks.length > MOST_MARKS) return { what: "too-many" };
  const read = marks.map((mark, at) => markOf(mark, clipStart, firstId + at));
  const wrong = read.indexOf(null);
  return wrong < 0 ? (read as Mark[]) : { what: "wrong-mark", number: wrong + 1 };
}

function markOf(mark: unknown, clipStart: number, id: number): Mark | null {
  if (!isObject(mark)) return null;
  const { time, color, strength, places } = mark;
  if (!isNumber(time, 0, Infinity) || !isNumber(strength, 0, 1) || strength === 0) return null;
  if (!Array.isArray(color) || color.length !== 2 || !color.every((each) => isNumber(each, -0.5, 0.5))) return null;
  if (!Array.isArray(places) || places.length === 0 || places.length > MOST_PLACES || !places.every(isPlace)) return null;
  const kept = places.map(({ x, y, radius }) => ({ x, y, radius }));
  return { id, time: time + clipStart, color: [color[0]!, color[1]!], strength, places: kept };
}

function isPlace(place: unknown): place is MarkedPlace {
  return isObject(place) && isNumber(place["x"], 0, 1) && isNumber(place["y"], 0, 1) && isNumber(place["radius"], 0, 1);
}

function isNumber(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && value >= least && value <= most && Number.isFinite(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A hundredth of a pixel, and less than a microsecond: more digits say nothing. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
