import type { ClipReport, RunOptions } from "../protocol";
import { coloredName } from "../engine/name";
import { fileWords } from "../words/measure";

/** File System Access, which not every browser has; TypeScript's library does not know it. */
interface SavePicker {
  showSaveFilePicker?(options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }): Promise<FileSystemFileHandle>;
}

/** Whether a result can be written to a file of the visitor's own. */
export const ownFiles = "showSaveFilePicker" in window;

/** Asks the visitor for a file to write the result to; null if they think better of it. Only on a click or a key. */
export async function askForOwnFile(clip: ClipReport, { format }: RunOptions["output"]): Promise<FileSystemFileHandle | null> {
  const extension = format?.startsWith("webm") ? "webm" : "mp4";
  const types = [{ description: fileWords(extension), accept: { [`video/${extension}`]: [`.${extension}`] } }];
  return (window as SavePicker).showSaveFilePicker!({ suggestedName: coloredName(clip, extension), types }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  });
}
