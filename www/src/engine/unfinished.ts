import { inFolder } from "../media/destination";
import { containerOf } from "../media/encoding";
import { join } from "../media/join";
import { isStopped } from "../media/journal";
import { openFolder, visitDead, type Folder } from "../media/storage";
import { readWritten } from "../media/written";
import { Fault } from "../fault";
import type { Give, Unfinished } from "../protocol";
import { coloredName } from "./name";

/** Runs that broke off do not pile up: so many are kept, and for so long. */
const MOST = 5;
const LONGEST_MS = 30 * 24 * 3600 * 1000;

/** The runs of tabs that are gone, newest first; whatever else such tabs have left is cleared away. */
export async function listUnfinished(): Promise<Unfinished[]> {
  const found: { unfinished: Unfinished; begun: number; folder: Folder }[] = [];
  await visitDead(async (run, folder) => {
    const kept = await lookInto(run, folder).catch(() => null);
    if (kept && kept.begun > Date.now() - LONGEST_MS) found.push({ ...kept, folder });
    else await folder.discard();
  });
  found.sort((one, other) => other.begun - one.begun);
  for (const { folder } of found.splice(MOST)) await folder.discard();
  return found.map(({ unfinished }) => unfinished);
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
