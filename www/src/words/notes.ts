import type { ClipReport, Span } from "../protocol";
import { clipClock, codecWords, plural } from "./measure";

/** More places than this are counted, not named. */
const NAMED = 4;

/** What the visitor should know of a clip or of its coloured file, though nothing went wrong. */
export const notes = {
  moreTracks: "The file has more than one picture track; the main one is coloured, the others are left out.",
  subtitles: "The file has subtitles. The page cannot read them, so the coloured file is without them.",
  chapters: "The file is divided into chapters. The page cannot write them, so the coloured file is without them.",
  transparent: "The clip has transparent parts; the coloured one is opaque.",
  noTransparency: "This format has no transparency: the transparent parts are white. PNG and WebP keep them.",
  interlaced: "The clip is interlaced. Its lines are not taken apart, and the coloured clip is written as whole frames.",
  firstPictureOnly: "The picture moves; the first one is coloured.",
  soundSilent: (codec: string) => `The sound (${codecWords(codec)}) is kept as it is, but this browser cannot play it: here the clip is silent, in most players it is not.`,
  highDynamicRange: "The clip is HDR; its brightness is rounded to 8 bits.",
  breaksOff: "The source breaks off before its end, or is damaged from there on. Everything up to there is coloured.",
  damaged: (clip: ClipReport, spans: Span[]) => {
    const named = spans.slice(0, NAMED).map(({ start, end }) => `from ${clipClock(clip, start)} to ${clipClock(clip, end)}`);
    const others = spans.length > NAMED ? `, and in ${plural(spans.length - NAMED, "further place")}` : "";
    return `The source is damaged ${named.join(", ")}${others}. There the picture stands still; the sound is in step with it.`;
  },
  damagedSomewhere: "The source is damaged. A frame here or there may be missing, or not look as it did.",
  framesLeftOut: (all: number, given: number) =>
    `The source has ${plural(all, "frame")}, of which ${all - given} could not be read, or are shown at no time of their own.`,
  sizeChanges: "The picture changes its size on the way; the coloured one has the first size throughout.",
  addedDecoder: (container: string, codec: string) =>
    `The browser does not read this kind of file (${container.replace(/ \(.*/, "")}, ${codecWords(codec)}); the added decoder has read it.`,
  deinterlaced: "The film was stored in interlaced half pictures, as for television; they were put together into whole ones.",
  padded: "The picture has an odd number of rows or columns; one was added, because the copy that the page works on takes even ones only.",
  animation: (format: string) => `The file is an animated ${format}; all of its pictures are coloured, as a film.`,
  sequence: (pictures: number, rate: number) => `${pictures} numbered pictures were read as a film of ${rate} frames a second.`,
  numbersMissing: (count: number) => `${count === 1 ? "One number is" : `${count} numbers are`} missing among the pictures; those around follow each other without a gap.`,
  soundLeftOut: (codec: string | null) =>
    `A sound track (${codec ? codecWords(codec) : "of an unknown kind"}) does not fit the new file and is left out.`,
  soundEncoded: (codec: string | null, written: string) =>
    `The new file cannot hold sound in ${codec ? codecWords(codec) : "this codec"}; it was encoded anew in ${codecWords(written)}.`,
};
