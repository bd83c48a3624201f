/** What the page's worker and the worker of the added decoder say to each other. */

/** A file to be brought over. */
export interface Job {
  file: Blob;
  /** Where the decoder's own files are: its script, and its program. */
  script: string;
  program: string;
  /** Name of the file that is written, in the folder of converted files. */
  name: string;
  /** Whether its picture may be taken over as it is, where a browser is likely to decode it. */
  copy: boolean;
}

/** What is brought over, and of what. */
export interface Converted {
  /** The decoder's names of the container and of the codecs, as it is asked to show them. */
  container: string;
  codec: string;
  sound: string[];
  /** Sound tracks that it does not know. */
  soundLeftOut: string[];
  /** Codecs of the sound tracks that the new file cannot hold as they are: there they are AAC. */
  soundEncoded: string[];
  /** Whether the picture was in two fields, which are now one frame. */
  deinterlaced: boolean;
  /** Whether it is divided into chapters. */
  chapters: boolean;
  /** Whether a row or a column was added, because the new file takes even sizes only. */
  padded: boolean;
  /** Whether the picture was taken over as it was. */
  copied: boolean;
  /** Whether its frames end before the film does, by what the file says of its length. */
  breaksOff: boolean;
}

/** Why a file was not brought over. */
export type Refusal = "decoder-missing" | "file-unknown" | "file-protected" | "file-no-video" | "codec-unsupported" | "decode-failed" | "frame-size" | "storage-full" | "file-unreadable";

export type Said =
  | { kind: "begun" }
  | { kind: "told"; share: number }
  /** `written` is there where the file is in memory only. */
  | { kind: "done"; converted: Converted; written: Blob | null }
  | { kind: "refused"; refusal: Refusal; message: string };
