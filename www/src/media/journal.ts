import type { VideoCodec } from "mediabunny";
import type { PixelAspect } from "./aspect";
import type { RunOptions, ShotStart } from "../protocol";
import type { Folder } from "./storage";
import type { Tags } from "./tags";

/** By what a file is known again: a browser does not keep access to a file that was dropped. */
export type SourceFile = Pick<File, "name" | "size" | "lastModified">;

/** What a run's folder says of it, so that the run can be taken up by another worker or another tab. */
export interface Journal {
  version: 1;
  source: SourceFile;
  options: RunOptions;
  /** When the run began, in milliseconds since 1970. */
  begun: number;
  /** The stretch that is coloured, on the clip's clock; `end` null where the clip does not say. */
  span: { start: number; end: number | null };
  codec: VideoCodec;
  /** Runs of an earlier version of the page do not say it. */
  aspect?: PixelAspect;
  /** The time stamp, on the clip's clock, that is the written file's zero. */
  clockStart: number;
  /** What the clip's file says of itself; an earlier version of the page has not kept it. */
  tags?: Tags;
  /** The shots that have begun. */
  shots: ShotStart[];
}

/** Its first line is the head; each further line is a shot that has begun. A line that is cut off is passed over. */
const NAME = "journal";

/** It is there while the run stands still because its visitor wished it. */
const STOPPED = "stopped";

/** What the finished file is called, and of what type it is. */
export const RESULT = "result";

/** JSON has no infinity, and the search for cuts may be at either. */
const written = (key: string, value: unknown) => (key === "scannedUntil" ? String(value) : value);
const read = (key: string, value: unknown) => (key === "scannedUntil" ? Number(value) : value);

/** What runs of earlier versions of the page do not say: there was but one set of weights, and no colour was given by hand. */
const EARLIER = { model: "lite", marks: [] };

export async function beginJournal(folder: Folder, head: Omit<Journal, "shots">): Promise<void> {
  await folder.append(NAME, `${JSON.stringify(head, written)}\n`);
}

export async function addShot(folder: Folder, shot: ShotStart): Promise<void> {
  await folder.append(NAME, `${JSON.stringify(shot)}\n`);
}

/** The journal of a folder; null where there is none, or one that this page does not understand. */
export async function readJournal(folder: Folder): Promise<Journal | null> {
  const [head, ...shots] = (await folder.text(NAME).catch(() => "")).split("\n").slice(0, -1).map(parsed);
  if ((head as Journal | null)?.version !== 1) return null;
  const { options } = head as Journal;
  return { ...(head as Journal), options: { ...EARLIER, ...options }, shots: shots.filter((shot): shot is ShotStart => shot !== null) };
}

/** The visitor ended the run, or takes it up again. */
export async function setStopped(folder: Folder, stopped: boolean): Promise<void> {
  if (stopped) await folder.append(STOPPED, "\n");
  else if (await isStopped(folder)) await folder.remove(STOPPED);
}

export async function isStopped(folder: Folder): Promise<boolean> {
  return (await folder.names()).includes(STOPPED);
}

/** How a finished file is kept. */
export interface KeptResult {
  name: string;
  type: string;
  /** When it was finished, in milliseconds since 1970. */
  finished: number;
}

/** The run has come to its end, with a result that waits to be saved. */
export async function addResult(folder: Folder, result: KeptResult): Promise<void> {
  await folder.append(RESULT, JSON.stringify(result));
}

/** The result that waits in a folder to be saved; null where there is none. */
export async function readResult(folder: Folder): Promise<KeptResult | null> {
  return parsed(await folder.text(RESULT).catch(() => "")) as KeptResult | null;
}

/** The visitor has it. */
export async function endResult(folder: Folder): Promise<void> {
  if (await readResult(folder)) await folder.remove(RESULT);
}

/** Forgets it: what is in the folder cannot be taken up any more. */
export async function endJournal(folder: Folder): Promise<void> {
  await folder.remove(NAME);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line, read);
  } catch {
    return null;
  }
}
