import { convertedFolder } from "./kept-file";
import type { Converted } from "./job";

/** What this worker holds of the converted files: how often, and what lets go of it. */
const held = new Map<string, { times: number; release: () => void }>();

/** A place for a converted file, held against other tabs until it is left. */
export interface Place {
  name: string;
  leave(): void;
}

/** The place of a file's converted copy: one for each file, so that a worker that is new finds what the one before it made. */
export async function placeFor(file: File): Promise<Place> {
  const described = new TextEncoder().encode(`${file.name} ${file.size} ${file.lastModified}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", described));
  const name = [...hash.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return (await hold(name)) ?? (await hold(crypto.randomUUID()))!;
}

/** What was made in a place, if it was made to its end. */
export async function madeIn({ name }: Place): Promise<{ converted: Converted; content: Blob } | null> {
  const folder = await convertedFolder();
  try {
    const description = await (await folder!.getFileHandle(`${name}.json`)).getFile();
    const content = await (await folder!.getFileHandle(name)).getFile();
    return { converted: JSON.parse(await description.text()) as Converted, content };
  } catch {
    return null;
  }
}

/** What is in a place is whole. */
export async function markMade({ name }: Place, converted: Converted): Promise<void> {
  const entry = await (await convertedFolder())?.getFileHandle(`${name}.json`, { create: true });
  const stream = await entry?.createWritable();
  await stream?.write(JSON.stringify(converted));
  await stream?.close();
}

/** Clears away what no living tab holds: converted files are large. */
export async function dropConverted(): Promise<void> {
  const folder = await convertedFolder();
  if (!folder) return;
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  for (const name of names.filter((name) => !held.has(placeOf(name)))) {
    await navigator.locks.request(lockOf(placeOf(name)), { ifAvailable: true }, async (lock) => {
      if (lock) await folder.removeEntry(name).catch(() => undefined); // a worker that has just ended may still have it
    });
  }
}

async function hold(name: string): Promise<Place | null> {
  const mine = held.get(name);
  if (mine) mine.times++;
  else {
    const release = await lock(name);
    if (!release) return null;
    held.set(name, { times: 1, release });
  }
  return { name, leave: () => letGo(name) };
}

function letGo(name: string): void {
  const mine = held.get(name)!;
  if (--mine.times > 0) return;
  held.delete(name);
  mine.release();
}

/** Takes a place's lock; gives what releases it, or null where another tab has it. */
function lock(name: string): Promise<(() => void) | null> {
  return new Promise((answer) => {
    void navigator.locks.request(lockOf(name), { ifAvailable: true }, (lock) => {
      if (!lock) return answer(null);
      return new Promise<void>((release) => answer(release));
    });
  });
}

function placeOf(entry: string): string {
  return entry.replace(/\.json$/, "");
}

function lockOf(name: string): string {
  return `chromaflow-converted/${name}`;
}
