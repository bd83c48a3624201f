import { VideoSample } from "mediabunny";
import { Fault, named } from "../../fault";
import type { Clip } from "../clip";
import { readColor } from "../color";
import { possibleOutputs } from "../encoding";
import type { Frames } from "../frames";
import type { Planes } from "../planes";
import { SAME } from "../../shots";

/** A film that is stored picture by picture. */
export interface Pictures {
  container: string;
  codec: string;
  /** When each picture begins to be shown, and when the last one ends, in seconds. */
  times: number[];
  end: number;
  /** Ticks a second of the clock that the times are on. */
  clock: number;
  notes: string[];
  /** One of the pictures, in full range. */
  picture(at: number): Promise<Planes>;
  close(): void;
}

/** The clip that is made of pictures. */
export async function clipOf(file: File, pictures: Pictures): Promise<Clip> {
  const { times, end, container, codec, notes } = pictures;
  if (times.length === 0) throw new Fault("file-damaged", "there is no picture");
  const { width, height } = await pictures.picture(0);
  return {
    file, sound: [], tags: {}, aspect: { num: 1, den: 1 }, cutOff: false, damaged: false, clockStart: 0,
    frames: framesOf(pictures),
    color: readColor({ matrix: "smpte170m", primaries: "smpte170m", transfer: "smpte170m", fullRange: true }, height),
    promisedEnd: end,
    endTolerance: (2.5 * end) / times.length,
    bitrate: 0, // each picture is stored by itself: their size says nothing of what the film needs
    report: {
      name: file.name, photo: false, container, codec,
      stored: { width, height },
      pose: { rotation: 0, flip: false, width, height },
      start: times[0]!, seconds: end - times[0]!, frames: times.length, framesPerSecond: times.length / (end - times[0]!),
      sound: [], notes, outputs: await possibleOutputs(width, height),
    },
    close: () => pictures.close(),
  };
}

function framesOf({ times, end, clock, picture }: Pictures): Frames {
  const shownAt = (time: number) => times.findLastIndex((begin) => begin <= time + SAME);
  const sample = async (at: number) => {
    const planes = await picture(at);
    const timestamp = times[at]!;
    const { width, height, data } = planes;
    return new VideoSample(data, { format: "I420", codedWidth: width, codedHeight: height, timestamp, duration: (times[at + 1] ?? end) - timestamp });
  };
  return {
    async *samples(from = -Infinity, to, passed) {
      for (let at = Math.max(0, shownAt(from)); at < times.length && times[at]! < to; at++) {
        const shown = await sample(at).catch((error: unknown) => named(error, "decode-failed"));
        if (!(shown instanceof Fault)) yield shown;
        else if (shown.code === "file-unreadable") throw shown;
        else passed(shown);
      }
    },
    beginOf: (time) => Promise.resolve(times[shownAt(time)] ?? null),
    language: () => Promise.resolve("und"),
    clock: () => Promise.resolve(clock),
  };
}
