import { studyWords } from "../words/study";

/** A clip's file and where it lies below the folder that was given: `method/clip.mp4`. */
export interface Found {
  path: string;
  file: File;
}

/** The clips that every method coloured, and what was left out. */
export interface Exhibits {
  methods: string[];
  /** Names of the clips, without their ending. */
  clips: string[];
  /** Clips that only some methods have. */
  incomplete: string[];
  fileOf: (method: string, clip: string) => File;
}

const VIDEO = /\.(mp4|m4v|mov|webm|mkv|ogv)$/i;

/** Files of an `<input webkitdirectory>`: their paths begin with the folder's own name. */
export function foundInInput(files: FileList): Found[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath.split("/").slice(1).join("/"), file }));
}

/** Files of a dropped folder, or of several dropped folders that are the methods themselves. */
export async function foundInDrop(items: DataTransferItemList): Promise<Found[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const only = entries.length === 1 ? entries[0]! : null;
  const roots = only?.isDirectory ? await children(only as FileSystemDirectoryEntry) : entries;
  return (await Promise.all(roots.map((entry) => walk(entry, "")))).flat();
}

async function walk(entry: FileSystemEntry, folder: string): Promise<Found[]> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((give, fail) => (entry as FileSystemFileEntry).file(give, fail));
    return [{ path, file }];
  }
  const inside = await children(entry as FileSystemDirectoryEntry);
  return (await Promise.all(inside.map((each) => walk(each, `${path}/`)))).flat();
}

/** A reader gives a hundred entries at a time, and none at the end. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((give, fail) => reader.readEntries(give, fail));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** Sorts files by method and clip. The text that is thrown is for the person who gave the folder. */
export function exhibitsOf(found: Found[]): Exhibits {
  const files = new Map<string, Map<string, File>>();
  for (const { path, file } of found) {
    const [method, ...rest] = path.split("/");
    if (rest.length === 0 || !VIDEO.test(path)) continue;
    const clips = files.get(method!) ?? files.set(method!, new Map()).get(method!)!;
    clips.set(rest.join("/").replace(VIDEO, ""), file);
  }
  const methods = [...files.keys()].sort();
  if (methods.length < 2) throw new Error(studyWords.tooFewMethods(methods));
  const all = [...new Set([...files.values()].flatMap((clips) => [...clips.keys()]))].sort();
  const [clips, incomplete] = [true, false].map((whole) =>
    all.filter((clip) => methods.every((method) => files.get(method)!.has(clip)) === whole));
  if (clips!.length === 0) throw new Error(studyWords.nothingShared);
  return { methods, clips: clips!, incomplete: incomplete!, fileOf: (method, clip) => files.get(method)!.get(clip)! };
}
