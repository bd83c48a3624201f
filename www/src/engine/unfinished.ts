import { dropConverted } from "../media/foreign/converted";
import { finishedFile, inFolder } from "../media/destination";
import { containerOf } from "../media/encoding";
import { join } from "../media/join";
import { endResult, isStopped, readResult } from "../media/journal";
import { openFolder, visitDead, type Folder } from "../media/storage";
import { readWritten } from "../media/written";
import { Fault } from "../fault";
import type { Give, Unfinished, Unsaved } from "../protocol";
import { coloredName } from "./name";

/** What nobody asks for does not pile up: so many runs and results are kept, and for so long. */
const MOST = 5;
const LONGEST_MS = 30 * 24 * 3600 * 1000;

/** What a tab that is gone has left of a run. */
interface Left<T> {
  what: T;
  /** When it was begun or finished, in milliseconds since 1970. */
  time: number;
  folder: Folder;
}

/** What tabs that are gone have left, newest first; whatever else they have left is cleared away. */
export async function listLeft(): Promise<Give<"left">> {
  void dropConverted();
  const unfinished: Left<Unfinished>[] = [];
  const unsaved: Left<Unsaved>[] = [];
  const isFresh = (time: number) => time > Date.now() - LONGEST_MS;
  await visitDead(async (run, folder) => {
    const result = await readResult(folder);
    const kept = result ? null : await lookInto(run, folder).catch(() => null);
    if (result && isFresh(result.finished)) {
      const file = await finishedFile(folder, result.name, result.type);
      unsaved.push({ what: { run, file }, time: result.finished, folder });
    } else if (kept && isFresh(kept.begun)) {
      unfinished.push({ what: kept.unfinished, time: kept.begun, folder });
    } else await folder.discard();
  });
  return { unfinished: await newest(unfinished), unsaved: await newest(unsaved) };
}

/** As many as are kept, newest first; the others go. */
async function newest<T>(left: Left<T>[]): Promise<T[]> {
  left.sort((one, other) => other.time - one.time);
  for (const { folder } of left.splice(MOST)) await folder.discard();
  return left.map(({ what }) => what);
}

/** The visitor has the result of a run. */
export async function markSaved(run: string): Promise<Give<"saved">> {
  await endResult(await openFolder(run));
  return {};
}

/** What is kept of one run; where nothing is, its folder goes. */
export async function keptOf(run: string): Promise<Unfinished | null> {
  const folder = await openFolder(run);
  const kept = await lookInto(run, folder);
  if (!kept) await folder.discard();
  return kept?.unfinished ?? null;
}

async function lookInto(run: string, folder: Folder): Promise<{ unfinished: Unfinished; begun: number } | null> {
  const written = await readWritten(folder);
  if (!written) return null;
  written.close();
  const { journal: { source, options, span, clockStart, begun }, frames, end } = written;
  if (frames === 0) return null;
  const seconds = span.end === null ? null : span.end - span.start;
  const finished = end + clockStart - span.start;
  const stopped = await isStopped(folder);
  return { begun, unfinished: { run, source, options, seconds, stopped, finished: Math.min(finished, seconds ?? Infinity) } };
}

/** Makes a file of what is kept of a run, with the sound that belongs to it. */
export async function salvage(run: string): Promise<File> {
  const folder = await openFolder(run);
  const written = await readWritten(folder);
  if (!written || written.frames === 0) throw new Fault("run-taken", "nothing is kept of the run");
  const { codec, options, source } = written.journal;
  const { format, extension } = containerOf(codec, options.output);
  const destination = await inFolder(folder);
  try {
    await join(written, format, destination.target, written.end, () => Promise.resolve());
    return await destination.file(coloredName({ name: source.name, photo: false }, extension), format.mimeType);
  } catch (error) {
    await destination.discard();
    throw error;
  } finally {
    written.close();
  }
}

/** Removes all that is kept of a run. */
export async function forget(run: string): Promise<Give<"forget">> {
  await (await openFolder(run)).discard();
  return {};
}
