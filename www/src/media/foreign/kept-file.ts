import type { AccessHandle } from "../storage";

/** Folder of converted files in the browser's private file system. */
const FOLDER = "chromaflow-converted";

/** The folder of converted files; null where there is no disk, as in private windows. */
export async function convertedFolder(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  } catch {
    return null;
  }
}

/** A file that is written at once wherever it is told to: on the disk, or in memory where there is none. */
export class KeptFile {
  /** What went wrong while it was written, if anything did. */
  failure: unknown = null;
  #memory = new Uint8Array(0);
  #size = 0;

  private constructor(private readonly access: AccessHandle | null) {}

  static async open(name: string): Promise<KeptFile> {
    const entry = await (await convertedFolder())?.getFileHandle(name, { create: true });
    const access = (await (entry as unknown as { createSyncAccessHandle(): Promise<AccessHandle> } | undefined)?.createSyncAccessHandle()) ?? null;
    access?.truncate(0);
    return new KeptFile(access);
  }

  /** Gives whether there was room. */
  write(data: Uint8Array, at: number): boolean {
    try {
      if (this.access) this.access.write(data, { at });
      else this.#remember(data, at);
      return true;
    } catch (error) {
      this.failure = error;
      return false;
    }
  }

  /** Completes it; gives it where it is in memory. */
  complete(): Blob | null {
    this.access?.flush();
    this.close();
    return this.access ? null : new Blob([this.#memory.subarray(0, this.#size)]);
  }

  close(): void {
    this.access?.close();
  }

  #remember(data: Uint8Array, at: number): void {
    this.#size = Math.max(this.#size, at + data.length);
    if (this.#size > this.#memory.length) {
      const larger = new Uint8Array(2 * this.#size);
      larger.set(this.#memory);
      this.#memory = larger;
    }
    this.#memory.set(data, at);
  }
}
