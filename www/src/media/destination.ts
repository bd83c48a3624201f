import { StreamTarget, type StreamTargetChunk, type Target } from "mediabunny";
import { Fault, named, textOf } from "../fault";
import type { Folder } from "./storage";

/** Where the finished file is written. */
export interface Destination {
  target: Target;
  /** The file, once it is complete. */
  file(name: string, type: string): Promise<File>;
  /** Gives it up: nothing is left of it. */
  discard(): Promise<void>;
}

/** The finished file's name in its run's folder. */
export const FINISHED = "finished";

const CHUNK_BYTES = 1024 * 1024;

/** The run's folder; the visitor saves the file from there. */
export async function inFolder(folder: Folder): Promise<Destination> {
  return {
    target: await folder.grow(FINISHED, true),
    file: (name, type) => finishedFile(folder, name, type),
    discard: () => folder.remove(FINISHED).catch(() => undefined),
  };
}

/** A file that is complete in its run's folder. */
export async function finishedFile(folder: Folder, name: string, type: string): Promise<File> {
  return new File([await folder.file(FINISHED)], name, { type });
}

/** A file of the visitor's own, which is theirs as soon as it is complete; until then what was in it stays. */
export async function inOwnFile(handle: FileSystemFileHandle): Promise<Destination> {
  const stream = await openOwn(handle);
  let wanted = true;
  const writable = new WritableStream<StreamTargetChunk>({
    write: (chunk) => stream.write(chunk as WriteParams).catch((error: unknown) => {
      throw named(error, "own-file");
    }),
    close: () => (wanted ? stream.close() : stream.abort()),
  });
  return {
    target: new StreamTarget(writable, { chunked: true, chunkSize: CHUNK_BYTES }),
    file: () => handle.getFile(),
    discard: async () => {
      wanted = false;
      await stream.abort().catch(() => undefined);
    },
  };
}

/** Says before a long run whether the visitor's file can be written at its end. */
export async function checkOwnFile(handle: FileSystemFileHandle): Promise<void> {
  await (await openOwn(handle)).abort();
}

async function openOwn(handle: FileSystemFileHandle): Promise<FileSystemWritableFileStream> {
  return handle.createWritable().catch((error: unknown) => {
    throw new Fault("own-file", `${handle.name}: ${textOf(error)}`, error);
  });
}
