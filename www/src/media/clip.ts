import {
  ADTS, BlobSource, FLAC, Input, IsobmffInputFormat, MATROSKA, MP3, MP4, MPEG_TS, MpegTsInputFormat, OGG, QTFF,
  UnsupportedInputFormatError, WAVE, WEBM,
  type InputAudioTrack, type InputFormat, type InputTrack, type InputVideoTrack,
} from "mediabunny";
import { Fault, named } from "../fault";
import type { ClipReport } from "../protocol";
import { notes } from "../words/notes";
import { readColor, type ClipColor } from "./color";
import { inTime } from "./patience";
import { possibleOutputs } from "./encoding";
import { hasSubtitles } from "./subtitles";

/** What is read. Of sound files no more than that they are sound files, so that the visitor can be told. */
const FORMATS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, MP3, WAVE, OGG, FLAC, ADTS];

/** Counting packets reads the whole file where the container has no index: done up to this size only. */
const COUNTED_BYTES = 256 * 1024 * 1024;

/** A file that can be coloured: its tracks, and what the page is told of it. */
export interface Clip {
  file: File;
  video: InputVideoTrack;
  sound: InputAudioTrack[];
  color: ClipColor;
  report: ClipReport;
  /** Where the picture should end, in seconds, by what the container says; null if it does not say. */
  promisedEnd: number | null;
  /** How far short of that the frames may end before the clip counts as cut off, in seconds. */
  endTolerance: number;
  /** Bits per second of the picture. */
  bitrate: number;
  /** Subtracted from every time stamp that is written. */
  clockStart: number;
  close(): void;
}

/**
 * Looks into a file. Whatever is wrong with it ends in a fault that says what. `onSize` hears the picture's size before the rest
 * is known, which takes longer.
 */
export async function openClip(file: File, onSize: (width: number, height: number) => void): Promise<Clip> {
  const input = new Input({ formats: FORMATS, source: new BlobSource(file) });
  try {
    const format = await readFormat(input);
    const video = await findVideo(input, format);
    onSize(await video.getCodedWidth(), await video.getCodedHeight());
    return await describe(file, input, format, video);
  } catch (error) {
    input.dispose();
    throw named(error, "file-damaged");
  }
}

async function readFormat(input: Input): Promise<InputFormat> {
  return inTime(input.getFormat(), "file-damaged", "the file's format").catch((error: unknown) => {
    throw error instanceof UnsupportedInputFormatError ? new Fault("file-unknown", error.message, error) : error;
  });
}

async function findVideo(input: Input, format: InputFormat): Promise<InputVideoTrack> {
  const tracks = await inTime(input.getTracks(), "file-damaged", "the file's tracks");
  const video = await input.getPrimaryVideoTrack();
  if (!video) throw noVideo(tracks, format);
  if ((await video.getCodec()) === null || !(await video.canDecode())) {
    throw new Fault("codec-unsupported", await codecName(video));
  }
  return video;
}

function noVideo(tracks: InputTrack[], format: InputFormat): Fault {
  if (tracks.length > 0) return new Fault("file-no-video", `tracks: ${tracks.map((track) => track.type).join(", ")}`);
  // A transport stream lists only the tracks whose codec the reader knows.
  if (format instanceof MpegTsInputFormat) return new Fault("codec-unsupported", "MPEG-2");
  return new Fault("file-damaged", "the file has no index of its tracks");
}

async function codecName(track: InputTrack): Promise<string> {
  return (await track.getCodec()) ?? String((await track.getInternalCodecId()) ?? "unknown");
}

async function describe(file: File, input: Input, format: InputFormat, video: InputVideoTrack): Promise<Clip> {
  const sound = await input.getAudioTracks();
  const counted = format instanceof IsobmffInputFormat || file.size <= COUNTED_BYTES;
  const stats = await video.computePacketStats(counted ? undefined : 256);
  if (stats.packetCount === 0) throw new Fault("file-damaged", "the video track is empty");
  const firstTimestamp = await video.getFirstTimestamp();
  const promisedEnd = counted && format instanceof IsobmffInputFormat
    ? await video.computeDuration()
    : await video.getDurationFromMetadata();
  const end = promisedEnd ?? (counted ? await video.computeDuration() : null);
  const framesPerSecond = stats.averagePacketRate;
  return {
    file, video, sound, promisedEnd,
    color: readColor(await video.getColorSpace(), await video.getCodedHeight()),
    endTolerance: endTolerance(format, framesPerSecond),
    bitrate: stats.averageBitrate,
    clockStart: format instanceof MpegTsInputFormat ? await input.getFirstTimestamp() : 0,
    report: {
      name: file.name,
      photo: false,
      container: format.name,
      codec: await codecName(video),
      pose: {
        rotation: await video.getRotation(),
        flip: await video.getFlip(),
        width: await video.getDisplayWidth(),
        height: await video.getDisplayHeight(),
      },
      start: firstTimestamp,
      seconds: end === null ? null : end - firstTimestamp,
      frames: counted ? stats.packetCount : null,
      framesPerSecond,
      sound: await Promise.all(sound.map(codecName)),
      outputs: await possibleOutputs(await video.getCodedWidth(), await video.getCodedHeight()),
      notes: await notesOn(file, input, format, video),
    },
    close: () => input.dispose(),
  };
}

/** An index names every frame; other containers name one duration for sound and picture together. */
function endTolerance(format: InputFormat, framesPerSecond: number): number {
  const twoFrames = 2.5 / (framesPerSecond || 25);
  return format instanceof IsobmffInputFormat ? twoFrames : Math.max(0.5, twoFrames);
}

async function notesOn(file: File, input: Input, format: InputFormat, video: InputVideoTrack): Promise<string[]> {
  const found: string[] = [];
  if ((await input.getVideoTracks()).length > 1) found.push(notes.moreTracks);
  if (await hasSubtitles(file, format)) found.push(notes.subtitles);
  if (await video.hasHighDynamicRange()) found.push(notes.highDynamicRange);
  return found;
}
