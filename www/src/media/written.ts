import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input, type InputAudioTrack, type InputTrack, type InputVideoTrack } from "mediabunny";
import { readJournal, type Journal } from "./journal";
import { pictureName, soundName } from "./segment";
import type { Folder } from "./storage";

/** What is on the disk of a run: its segments' tracks, in their order. All times are on the written file's clock, in seconds. */
export interface Written {
  journal: Journal;
  /** The number of the segment that comes next. */
  next: number;
  pictures: InputVideoTrack[];
  /** For each sound track its pieces. */
  sounds: InputAudioTrack[][];
  frames: number;
  /** When the last frame begins and ends. */
  last: number;
  end: number;
  close(): void;
}

/** Looks into a run's folder; null where there is nothing of a run. A segment counts as far as it is whole. */
export async function readWritten(folder: Folder): Promise<Written | null> {
  const journal = await readJournal(folder);
  if (!journal) return null;
  const names = new Set(await folder.names());
  const inputs: Input[] = [];
  const written: Written = {
    journal, next: 0, pictures: [], sounds: [], frames: 0, last: -Infinity, end: -Infinity,
    close: () => inputs.forEach((input) => input.dispose()),
  };
  const open = async (name: string) => {
    const content = await folder.fragments(name);
    if (!content) return null;
    const input = new Input({ formats: ALL_FORMATS, source: new BlobSource(content) });
    inputs.push(input);
    return input;
  };
  for (; names.has(pictureName(written.next)); written.next++) {
    const picture = await (await open(pictureName(written.next)))?.getPrimaryVideoTrack();
    if (!picture) continue;
    written.pictures.push(picture);
    await count(picture, written);
    for (let track = 0; names.has(soundName(written.next, track)); track++) {
      const sound = await (await open(soundName(written.next, track)))?.getPrimaryAudioTrack();
      (written.sounds[track] ??= []).push(...(sound ? [sound] : []));
    }
  }
  return written;
}

async function count(picture: InputVideoTrack, written: Written): Promise<void> {
  for await (const { timestamp, duration } of new EncodedPacketSink(picture).packets(undefined, undefined, { metadataOnly: true })) {
    written.frames++;
    written.last = Math.max(written.last, timestamp);
    written.end = Math.max(written.end, timestamp + duration);
  }
}

/** The time stamp of the last packet of pieces of a track; undefined where there is none. */
export async function lastOf(pieces: InputTrack[]): Promise<number | undefined> {
  const last = pieces.at(-1);
  return last && (await new EncodedPacketSink(last).getPacket(Infinity, { metadataOnly: true }))?.timestamp;
}
