import type { Draft } from "../../draft";
import { readMarks, writeMarks } from "../../marks/file";
import type { Mark } from "../../marks/mark";
import type { ClipReport } from "../../protocol";
import { correctingWords as words } from "../../words/correcting";
import { made } from "../element";

/** A browser has begun to save what it was given long before this, in milliseconds. */
const SAVING_MS = 60_000;

/** Has the browser save marks as a file that is called after the clip. */
export function saveMarks(marks: readonly Mark[], { name, start }: ClipReport): void {
  const address = URL.createObjectURL(new Blob([writeMarks(marks, start)], { type: "application/json" }));
  made("a", { href: address, download: `${name.replace(/\.[^.]*$/, "") || "clip"}-marks.json` }).click();
  setTimeout(() => URL.revokeObjectURL(address), SAVING_MS);
}

/** The marks of a file that belong to a clip, and what is to be said of them. */
export async function loadMarks(file: File, { clip, end }: Draft): Promise<{ marks: Mark[]; said: string }> {
  const read = readMarks(await file.text().catch(() => ""), clip.start, 1);
  if (!Array.isArray(read)) return { marks: [], said: words.trouble(read) };
  const marks = clip.photo ? read.map((mark) => ({ ...mark, time: 0 })) : read.filter(({ time }) => clip.seconds === null || time < end);
  return { marks, said: words.loaded(marks.length) + (marks.length < read.length ? words.beyond(read.length - marks.length) : "") };
}
