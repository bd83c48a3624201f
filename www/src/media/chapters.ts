import { IsobmffInputFormat, MatroskaInputFormat, type InputFormat } from "mediabunny";
import { matroskaHead } from "./matroska-head";
import { movieBox } from "./movie-box";

/** Whether a file is divided into chapters. They can only be noticed: mediabunny neither reads nor writes them. */
export async function hasChapters(file: Blob, format: InputFormat): Promise<boolean> {
  // A list of its own, as most programs write it, or a track of titles that another one refers to, as Apple's do.
  if (format instanceof IsobmffInputFormat) return /chpl\0|tref[^]{4}chap/.test(await movieBox(file));
  return format instanceof MatroskaInputFormat && (await matroskaHead(file)).chapters;
}
