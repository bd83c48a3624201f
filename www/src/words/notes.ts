import { codecWords } from "./measure";

/** What the visitor should know of a clip or of its coloured file, though nothing went wrong. */
export const notes = {
  moreTracks: "The file has more than one picture track; the main one is coloured, the others are left out.",
  subtitles: "The file has subtitles. The page cannot read them, so the coloured file is without them.",
  highDynamicRange: "The clip is HDR; its brightness is rounded to 8 bits.",
  breaksOff: "The source breaks off before its end. Everything up to there is coloured.",
  soundLeftOut: (codec: string | null) =>
    `A sound track (${codec ? codecWords(codec) : "of an unknown kind"}) does not fit the new file and is left out.`,
  soundEncoded: (codec: string | null, written: string) =>
    `The new file cannot hold sound in ${codec ? codecWords(codec) : "this codec"}; it was encoded anew in ${codecWords(written)}.`,
};
