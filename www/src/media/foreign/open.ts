import { named, type Fault } from "../../fault";
import { notes } from "../../words/notes";
import { openClip, type Clip } from "../clip";
import { convert, type TellShare } from "./decoder";
import { dropConverted, madeIn, markMade, placeFor, type Place } from "./converted";
import type { Converted } from "./job";

type OnSize = Parameters<typeof openClip>[1];

/**
 * Opens a file that the browser does not read, by way of a copy that it does. `refused` says what it had against the
 * file itself.
 */
export async function openForeign(file: File, refused: Fault, onSize: OnSize, tell: TellShare, signal: AbortSignal): Promise<Clip> {
  const place = await placeFor(file);
  try {
    return await openCopy(file, place, refused.code === "file-unknown", onSize, tell, signal);
  } catch (error) {
    place.leave();
    void dropConverted();
    throw error;
  }
}

async function openCopy(file: File, place: Place, mayCopy: boolean, onSize: OnSize, tell: TellShare, signal: AbortSignal): Promise<Clip> {
  const { converted, content } = (await madeIn(place)) ?? (await make(file, place, mayCopy, tell, signal));
  try {
    return described(await openClip(file, onSize, content), converted, place);
  } catch (error) {
    // A picture that was only taken over may be one that this browser does not decode.
    if (!converted.copied || named(error, "file-damaged").code !== "codec-unsupported") throw error;
    const again = await make(file, place, false, tell, signal);
    return described(await openClip(file, onSize, again.content), again.converted, place);
  }
}

async function make(file: File, place: Place, copy: boolean, tell: TellShare, signal: AbortSignal): Promise<{ converted: Converted; content: Blob }> {
  await dropConverted();
  const { converted, written } = await convert({ file, copy, name: place.name }, tell, signal);
  if (written) return { converted, content: written };
  await markMade(place, converted);
  return (await madeIn(place))!;
}

/** The copy's clip, with what is true of the file itself. */
function described(clip: Clip, converted: Converted, place: Place): Clip {
  const { report } = clip;
  return {
    ...clip,
    // The copy keeps grain at any price; a file of still pictures pays for each of them anew. The lower one is what the film needs.
    bitrate: Math.min(clip.bitrate, report.seconds ? (8 * clip.file.size) / report.seconds : Infinity),
    report: {
      ...report, container: converted.container, codec: converted.codec, sound: converted.sound,
      notes: [...report.notes, ...notesOn(converted)],
    },
    close: () => {
      clip.close();
      place.leave();
    },
  };
}

function notesOn({ container, codec, deinterlaced, chapters, padded, soundLeftOut, soundEncoded, breaksOff }: Converted): string[] {
  return [
    notes.addedDecoder(container, codec),
    ...(deinterlaced ? [notes.deinterlaced] : []),
    ...(chapters ? [notes.chapters] : []),
    ...(padded ? [notes.padded] : []),
    ...(breaksOff ? [notes.breaksOff] : []),
    ...soundEncoded.map((codec) => notes.soundEncoded(codec, "aac")),
    ...soundLeftOut.map((codec) => notes.soundLeftOut(codec)),
  ];
}
