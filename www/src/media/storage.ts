import { BufferTarget, StreamTarget, type StreamTargetChunk, type Target } from "mediabunny";
import { Fault, named } from "../fault";
import { FOLDER, lockOf } from "../runs";
import { wholeFragments } from "./fragments";

/** The part of FileSystemSyncAccessHandle used here; TypeScript has it only in its library for workers. */
export interface AccessHandle {
  getSize(): number;
  read(data: Uint8Array, options: { at: number }): number;
  write(data: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

/** Where the files of one run are: on the visitor's disk, so that memory does not grow with the clip. */
export interface Folder {
  /** Begins a file. Whoever writes to the target completes it. `chunked`: what is written may lie in memory for a while. */
  grow(name: string, chunked: boolean): Promise<Target>;
  names(): Promise<string[]>;
  /** A complete file. */
  file(name: string): Promise<Blob>;
  /** A fragmented file as far as it is whole, however its writing ended; null if no fragment is. */
  fragments(name: string): Promise<Blob | null>;
  text(name: string): Promise<string>;
  append(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Forgets everything. */
  discard(): Promise<void>;
}

const CHUNK_BYTES = 1024 * 1024;

/** The folder of a run, made if need be; in memory only where there is no disk. */
export async function openFolder(run: string): Promise<Folder> {
  try {
    return new DiskFolder(await (await runs()).getDirectoryHandle(run, { create: true }), run);
  } catch {
    // Private windows and pages that are not served securely have no private file system.
    return new MemoryFolder();
  }
}

/** Visits the folder of every run that no living tab holds, one after the other. */
export async function visitDead(visit: (run: string, folder: Folder) => Promise<void>): Promise<void> {
  const root = await runs().catch(() => null);
  if (!root) return;
  const names: string[] = [];
  for await (const name of root.keys()) names.push(name);
  for (const name of names) {
    await navigator.locks.request(lockOf(name), { ifAvailable: true }, async (lock) => {
      const handle = lock && (await root.getDirectoryHandle(name).catch(() => null));
      if (handle) await visit(name, new DiskFolder(handle, name));
    });
  }
}

async function runs(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
}

class DiskFolder implements Folder {
  constructor(
    private readonly folder: FileSystemDirectoryHandle,
    private readonly run: string,
  ) {}

  async grow(name: string, chunked: boolean): Promise<Target> {
    const access = await this.#access(name);
    access.truncate(0);
    return new StreamTarget(writable(access), chunked ? { chunked, chunkSize: CHUNK_BYTES } : {});
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    await still(async () => {
      for await (const name of this.folder.keys()) names.push(name);
    });
    return names;
  }

  file(name: string): Promise<Blob> {
    return still(async () => (await this.folder.getFileHandle(name)).getFile());
  }

  async fragments(name: string): Promise<Blob | null> {
    const access = await this.#access(name);
    let whole: number;
    try {
      whole = wholeFragments(access);
    } finally {
      access.close();
    }
    return whole === 0 ? null : (await this.file(name)).slice(0, whole);
  }

  async text(name: string): Promise<string> {
    return (await this.file(name)).text();
  }

  async append(name: string, text: string): Promise<void> {
    const access = await this.#access(name);
    try {
      access.write(new TextEncoder().encode(text), { at: access.getSize() });
      access.flush();
    } catch (error) {
      throw named(error, "storage-full");
    } finally {
      access.close();
    }
  }

  remove(name: string): Promise<void> {
    return still(() => this.folder.removeEntry(name));
  }

  async discard(): Promise<void> {
    await (await runs()).removeEntry(this.run, { recursive: true }).catch(() => undefined);
  }

  async #access(name: string): Promise<AccessHandle> {
    const entry = await still(() => this.folder.getFileHandle(name, { create: true }));
    return patiently(() => (entry as unknown as { createSyncAccessHandle(): Promise<AccessHandle> }).createSyncAccessHandle());
  }
}

/** Does something with files of a run, which the visitor may have cleared away with the browser's data. */
async function still<T>(work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    throw error instanceof DOMException && error.name === "NotFoundError" ? new Fault("storage-cleared", error.message, error) : error;
  });
}

/** A worker or tab that has just ended may hold its files for a moment longer. */
async function patiently<T>(open: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await open();
    } catch (error) {
      if (attempts === 20) throw named(error, "worker-failed");
      await new Promise((later) => setTimeout(later, 100));
    }
  }
}

function writable(access: AccessHandle): WritableStream<StreamTargetChunk> {
  return new WritableStream({
    write({ data, position }) {
      try {
        access.write(data, { at: position });
      } catch (error) {
        access.close(); // a stream that failed is never told to close
        throw named(error, "storage-full");
      }
    },
    close() {
      access.flush();
      access.close();
    },
  });
}

class MemoryFolder implements Folder {
  readonly #files = new Map<string, BufferTarget>();
  readonly #texts = new Map<string, string>();

  grow(name: string): Promise<Target> {
    const target = new BufferTarget();
    this.#files.set(name, target);
    return Promise.resolve(target);
  }

  names(): Promise<string[]> {
    return Promise.resolve([...this.#files.keys(), ...this.#texts.keys()]);
  }

  file(name: string): Promise<Blob> {
    return Promise.resolve(new Blob([this.#files.get(name)?.buffer ?? new ArrayBuffer(0)]));
  }

  async fragments(name: string): Promise<Blob | null> {
    return this.#files.get(name)?.buffer ? this.file(name) : null;
  }

  text(name: string): Promise<string> {
    return Promise.resolve(this.#texts.get(name) ?? "");
  }

  append(name: string, text: string): Promise<void> {
    this.#texts.set(name, (this.#texts.get(name) ?? "") + text);
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.#files.delete(name);
    this.#texts.delete(name);
    return Promise.resolve();
  }

  discard(): Promise<void> {
    this.#files.clear();
    this.#texts.clear();
    return Promise.resolve();
  }
}
