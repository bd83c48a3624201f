import { IsobmffInputFormat, MatroskaInputFormat, type InputFormat } from "mediabunny";
import { bytesOf, movieBox } from "./movie-box";

/** Where Matroska's tracks are described, if they are described at the beginning. */
const HEAD_BYTES = 1024 * 1024;

/** The track handlers of MP4 and MOV that are subtitles or captions. */
const HANDLERS = ["sbtl", "subt", "clcp"];

/** Matroska: an element of tracks, the same id where the file's index points to it, and an entry's type 17, subtitles. */
const TRACKS = [0x16, 0x54, 0xae, 0x6b];
const POINTS_TO = [0x53, 0xab, 0x84];
const SUBTITLE_TYPE = [0x83, 0x81, 0x11];

/** Whether a file holds subtitles. They can only be noticed: mediabunny passes over tracks that are neither picture nor sound. */
export async function hasSubtitles(file: Blob, format: InputFormat): Promise<boolean> {
  if (format instanceof IsobmffInputFormat) return hasSubtitleTrack(await movieBox(file));
  if (format instanceof MatroskaInputFormat) return hasSubtitleEntry(await bytesOf(file.slice(0, HEAD_BYTES)));
  return false;
}

/**
 * Each track's `hdlr` box names its kind behind its version, flags and a field without meaning. Text is subtitles too,
 * unless it is the chapters' titles, which other tracks refer to.
 */
function hasSubtitleTrack(movie: string): boolean {
  const handlers = [...movie.matchAll(/hdlr[^]{8}([^]{4})/g)].map(([, handler]) => handler!);
  const texts = handlers.filter((handler) => handler === "text").length;
  return handlers.some((handler) => HANDLERS.includes(handler)) || texts > (/tref[^]{4}chap/.test(movie) ? 1 : 0);
}

function hasSubtitleEntry(head: Uint8Array): boolean {
  let at = find(head, TRACKS, 0);
  while (at !== -1 && find(head.subarray(at - POINTS_TO.length, at), POINTS_TO, 0) === 0) at = find(head, TRACKS, at + 1);
  if (at === -1) return false;
  // The element's size: as many bytes as its first one has zeros before its highest one, and one more.
  const from = at + TRACKS.length;
  const bytes = Math.clz32(head[from] ?? 0) - 23;
  const size = head.subarray(from + 1, from + bytes).reduce((value, byte) => value * 256 + byte, head[from]! & (0xff >> bytes));
  return find(head.subarray(from + bytes, from + bytes + size), SUBTITLE_TYPE, 0) !== -1;
}

function find(bytes: Uint8Array, wanted: number[], from: number): number {
  for (let at = bytes.indexOf(wanted[0]!, from); at !== -1; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}
