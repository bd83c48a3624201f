import { BufferTarget, StreamTarget, type StreamTargetChunk, type Target } from "mediabunny";
import { named } from "../fault";

/** The part of FileSystemSyncAccessHandle used here; TypeScript has it only in its library for workers. */
interface AccessHandle {
  write(data: Uint8Array, options: { at: number }): number;
  flush(): void;
  close(): void;
}

/** Where a coloured file is written while it grows. */
export interface Storage {
  target: Target;
  /** The finished file. Unless earlier ones are kept, they go. */
  file(name: string, type: string, keepEarlier: boolean): Promise<File>;
  /** Forgets what was written. */
  discard(): Promise<void>;
}

/** Folder of all tabs in the browser's private file system; each tab has a folder of its own in it. */
const FOLDER = "chromaflow";
const CHUNK_BYTES = 1024 * 1024;

let ownFolder: Promise<FileSystemDirectoryHandle> | null = null;
/** The finished files of this tab. */
let kept: string[] = [];

/** Opens a file on the visitor's disk, so that memory does not grow with the clip; in memory only where there is none. */
export async function openStorage(): Promise<Storage> {
  try {
    return await onDisk(await (ownFolder ??= openFolder()));
  } catch {
    // Private windows and pages that are not served securely have no private file system.
    return inMemory();
  }
}

async function onDisk(folder: FileSystemDirectoryHandle): Promise<Storage> {
  const name = crypto.randomUUID();
  const entry = await folder.getFileHandle(name, { create: true });
  const access = await (entry as unknown as { createSyncAccessHandle(): Promise<AccessHandle> }).createSyncAccessHandle();
  const discard = async () => {
    access.close();
    await folder.removeEntry(name);
  };
  return {
    target: new StreamTarget(writable(access), { chunked: true, chunkSize: CHUNK_BYTES }),
    discard,
    async file(shownName, type, keepEarlier) {
      access.flush();
      access.close();
      if (!keepEarlier) await forgetKept(folder);
      kept.push(name);
      return new File([await entry.getFile()], shownName, { type });
    },
  };
}

function writable(access: AccessHandle): WritableStream<StreamTargetChunk> {
  return new WritableStream({
    write({ data, position }) {
      try {
        access.write(data, { at: position });
      } catch (error) {
        throw named(error, "storage-full");
      }
    },
  });
}

function inMemory(): Storage {
  const target = new BufferTarget();
  return {
    target,
    discard: () => Promise.resolve(),
    file: (name, type) => Promise.resolve(new File([target.buffer ?? new ArrayBuffer(0)], name, { type })),
  };
}

async function forgetKept(folder: FileSystemDirectoryHandle): Promise<void> {
  const earlier = kept;
  kept = [];
  for (const name of earlier) await folder.removeEntry(name).catch(() => undefined);
}

/** Makes this tab's folder, held by a lock for as long as the tab lives, and clears the folders of tabs that are gone. */
async function openFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  const own = crypto.randomUUID();
  await new Promise<void>((held) => {
    void navigator.locks.request(lockOf(own), () => (held(), new Promise<never>(() => {})));
  });
  const { held = [] } = await navigator.locks.query();
  const alive = new Set(held.map((lock) => lock.name));
  for await (const name of root.keys()) {
    if (!alive.has(lockOf(name))) await root.removeEntry(name, { recursive: true }).catch(() => undefined);
  }
  return root.getDirectoryHandle(own, { create: true });
}

function lockOf(folder: string): string {
  return `${FOLDER}/${folder}`;
}
