import {
  ADTS, BlobSource, FLAC, Input, IsobmffInputFormat, MATROSKA, MP3, MP4, MPEG_TS, MpegTsInputFormat, OGG, OggInputFormat, QTFF,
  UnsupportedInputFormatError, WAVE, WEBM,
  type InputAudioTrack, type InputFormat, type InputTrack, type InputVideoTrack, type PacketStats,
} from "mediabunny";
import { Fault, named } from "../fault";
import type { ClipReport } from "../protocol";
import { notes } from "../words/notes";
import { pixelAspect, type PixelAspect } from "./aspect";
import { hasChapters } from "./chapters";
import { clockRestarts } from "./clock";
import { readColor, type ClipColor } from "./color";
import { inTime } from "./patience";
import { possibleOutputs } from "./encoding";
import { framesOf, type Frames } from "./frames";
import { hasSubtitles } from "./subtitles";
import { isInterlaced } from "./interlacing";
import { readableMatroska } from "./matroska";
import { unlistedPicture } from "./picture-codec";
import { notesOnSound } from "./sound";
import { readTags, type Tags } from "./tags";
import { inStep } from "./transport-stream";

/** What is read. Of sound files no more than that they are sound files, so that the visitor can be told. */
const FORMATS = [MP4, QTFF, MATROSKA, WEBM, MPEG_TS, MP3, WAVE, OGG, FLAC, ADTS];

/** Counting packets reads the whole file where the container has no index: done up to this size only. */
const COUNTED_BYTES = 256 * 1024 * 1024;

/** How many packets are looked at where not all are, and if need be as few as that. */
const FIRST_PACKETS = [256, 32, 4, 1];

/** Frames a second, where a file does not tell. */
const USUAL_RATE = 25;

/** A file that can be coloured: its tracks, and what the page is told of it. */
export interface Clip {
  file: File;
  frames: Frames;
  sound: InputAudioTrack[];
  color: ClipColor;
  aspect: PixelAspect;
  report: ClipReport;
  /** Where the picture should end, in seconds, by what the container says; null if it does not say. */
  promisedEnd: number | null;
  /** Whether the file ends within its content, though it may promise no end. */
  cutOff: boolean;
  /** Whether it is known to hold less than it should: then time without a frame is time that is lost. */
  damaged: boolean;
  /** How far short of that the frames may end before the clip counts as cut off, in seconds. */
  endTolerance: number;
  tags: Tags;
  /** Bits per second of the picture. */
  bitrate: number;
  /** Subtracted from every time stamp that is written. */
  clockStart: number;
  close(): void;
}

/**
 * Looks into a file. Whatever is wrong with it ends in a fault that says what. `onSize` hears the picture's size before the rest
 * is known, which takes longer. `content` is what is read of a file that was made readable first.
 */
export async function openClip(file: File, onSize: (width: number, height: number) => void, content: Blob = file): Promise<Clip> {
  const stream = await inStep(content);
  const { source, cutOff, damaged } = await readableMatroska(stream);
  const input = new Input({ formats: FORMATS, source: new BlobSource(source) });
  try {
    const format = await readFormat(input);
    const video = await findVideo(content, input, format);
    onSize(await video.getCodedWidth(), await video.getCodedHeight());
    return { ...(await describe(file, content, input, format, video)), cutOff, damaged: damaged || stream !== content };
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

async function findVideo(content: Blob, input: Input, format: InputFormat): Promise<InputVideoTrack> {
  const tracks = await inTime(input.getTracks(), "file-damaged", "the file's tracks");
  const video = await input.getPrimaryVideoTrack();
  if (!video) throw await noVideo(content, tracks, format);
  if ((await video.getCodec()) === null || !(await video.canDecode())) {
    throw new Fault("codec-unsupported", await codecName(video));
  }
  return video;
}

async function noVideo(content: Blob, tracks: InputTrack[], format: InputFormat): Promise<Fault> {
  const codec = await unlistedPicture(content);
  if (codec) return new Fault("codec-unsupported", codec);
  if (tracks.length > 0) return new Fault("file-no-video", `tracks: ${tracks.map((track) => track.type).join(", ")}`);
  // Of these two mediabunny lists only the tracks whose codec it knows.
  if (format instanceof OggInputFormat || format instanceof MpegTsInputFormat) return new Fault("codec-unsupported", `${format.name} of unknown tracks`);
  return new Fault("file-damaged", "the file has no index of its tracks");
}

async function codecName(track: InputTrack): Promise<string> {
  return (await track.getCodec()) ?? String((await track.getInternalCodecId()) ?? "unknown");
}

async function describe(
  file: File, content: Blob, input: Input, format: InputFormat, video: InputVideoTrack,
): Promise<Omit<Clip, "cutOff" | "damaged">> {
  const sound = await input.getAudioTracks();
  const { stats, counted } = await packetStats(video, format instanceof IsobmffInputFormat || content.size <= COUNTED_BYTES);
  if (stats.packetCount === 0) throw new Fault("file-damaged", "the video track is empty");
  const firstTimestamp = await video.getFirstTimestamp();
  const promisedEnd = counted && format instanceof IsobmffInputFormat
    ? await video.computeDuration()
    : await video.getDurationFromMetadata();
  const end = promisedEnd ?? (counted ? await video.computeDuration() : null);
  // Of a single frame nothing may be known but when it begins.
  const framesPerSecond = Number.isFinite(stats.averagePacketRate) ? stats.averagePacketRate : USUAL_RATE;
  // Only a decoder that reads from the beginning to the end can tell such times apart.
  if (counted && format instanceof MpegTsInputFormat && (await clockRestarts(video, framesPerSecond))) {
    throw new Fault("codec-unsupported", "its clock begins again");
  }
  return {
    file, sound, promisedEnd,
    frames: framesOf(video),
    tags: await readTags(content, input, format),
    color: readColor(await video.getColorSpace(), await video.getCodedHeight()),
    aspect: await pixelAspect(content, format, video),
    endTolerance: endTolerance(format, framesPerSecond),
    bitrate: Number.isFinite(stats.averageBitrate) ? stats.averageBitrate : 0,
    clockStart: await clockStartOf(input, format, firstTimestamp),
    report: {
      name: file.name,
      photo: false,
      container: format.name,
      codec: await codecName(video),
      stored: upright(await video.getRotation(), await video.getCodedWidth(), await video.getCodedHeight()),
      pose: {
        rotation: await video.getRotation(),
        flip: await video.getFlip(),
        width: await video.getDisplayWidth(),
        height: await video.getDisplayHeight(),
      },
      start: firstTimestamp,
      seconds: end === null ? null : Math.max(end - firstTimestamp, 1 / framesPerSecond),
      frames: counted ? stats.packetCount : null,
      framesPerSecond,
      sound: await Promise.all(sound.map(codecName)),
      outputs: await possibleOutputs(await video.getCodedWidth(), await video.getCodedHeight()),
      notes: await notesOn(content, input, format, video),
    },
    close: () => input.dispose(),
  };
}

/**
 * A transport stream's clock starts anywhere. In MP4 pictures before zero are there to be decoded and not to be shown, which the
 * written file says in the same way; elsewhere they are pictures like others, which no player would show in an MP4.
 */
async function clockStartOf(input: Input, format: InputFormat, firstTimestamp: number): Promise<number> {
  if (format instanceof MpegTsInputFormat) return input.getFirstTimestamp();
  return format instanceof IsobmffInputFormat ? 0 : Math.min(0, firstTimestamp);
}

function upright(rotation: number, width: number, height: number): { width: number; height: number } {
  return rotation % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** An index names every frame; other containers name one duration for sound and picture together. */
function endTolerance(format: InputFormat, framesPerSecond: number): number {
  const twoFrames = 2.5 / (framesPerSecond || 25);
  return format instanceof IsobmffInputFormat ? twoFrames : Math.max(0.5, twoFrames);
}

/** Counts a track's packets, all of them if so asked. Where a damaged file cannot be read through, the first ones stand for them. */
async function packetStats(video: InputVideoTrack, all: boolean): Promise<{ stats: PacketStats; counted: boolean }> {
  for (const most of all ? [undefined, ...FIRST_PACKETS] : FIRST_PACKETS) {
    const stats = await video.computePacketStats(most).catch(() => null);
    if (stats) return { stats, counted: most === undefined };
  }
  throw new Fault("file-damaged", "the first packet cannot be read");
}

async function notesOn(content: Blob, input: Input, format: InputFormat, video: InputVideoTrack): Promise<string[]> {
  const found: string[] = [];
  if ((await input.getVideoTracks()).length > 1) found.push(notes.moreTracks);
  if (await hasSubtitles(content, format)) found.push(notes.subtitles);
  if (await hasChapters(content, format)) found.push(notes.chapters);
  if (await video.hasHighDynamicRange()) found.push(notes.highDynamicRange);
  if (await video.canBeTransparent()) found.push(notes.transparent);
  if (await isInterlaced(video)) found.push(notes.interlaced);
  for (const track of await input.getAudioTracks()) found.push(...(await notesOnSound(track)));
  return found;
}
