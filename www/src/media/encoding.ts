import { canEncodeVideo, Mp4OutputFormat, Quality, WebMOutputFormat, type OutputFormat, type VideoCodec } from "mediabunny";
import { Fault } from "../fault";
import type { OutputQuality, RunOptions, WrittenFormat } from "../protocol";
import type { Clip } from "./clip";

/** How a clip will be written. */
export interface Encoding {
  format: OutputFormat;
  codec: VideoCodec;
  quality: Quality;
  extension: "mp4" | "webm";
}

/**
 * H.264 plays everywhere but takes even sizes only; the others take any. VP8 has no place in MP4. VP9 would keep heavy grain some decibels
 * better, where the encoder takes a quantizer; but many players refuse it in MP4, and who wants it may choose it.
 */
const PREFERRED: VideoCodec[] = ["avc", "vp9", "av1", "vp8"];

/** Where the encoder takes a quantizer, it bounds the loss whatever the picture: these keep 44 dB of white noise. */
const QUANTIZER: Partial<Record<VideoCodec, number>> = { avc: 20, vp9: 30, av1: 30 };

/** The least bits for each pixel of each frame. */
const BITS_PER_PIXEL = 0.4;
/** Small frames have more detail in each pixel and less to predict from. */
const LEAST_BITRATE = 1_500_000;
/** The page's encoders are made for speed and need more bits than the one that made the source. */
const TIMES_SOURCE = 4;

/** Beyond this nothing is gained, since frames themselves have 12 bits a pixel, and Chromium's H.264 encoder gives up where noise asks for more. */
const MOST_BITS_PER_PIXEL = 8;

/** What each quality makes of the bitrate, and of the quantizer (some 6 of its steps halve the bits). */
const QUALITIES: Record<OutputQuality, { bitrate: number; quantizer: number }> = {
  small: { bitrate: 0.4, quantizer: 12 },
  normal: { bitrate: 1, quantizer: 0 },
  best: { bitrate: 2, quantizer: -10 },
};

/** What a visitor may choose, beside what suits a clip best. */
const CHOICES: { format: WrittenFormat; container: Container; codec: VideoCodec }[] = [
  { format: "mp4-avc", container: "mp4", codec: "avc" },
  { format: "mp4-hevc", container: "mp4", codec: "hevc" },
  { format: "mp4-av1", container: "mp4", codec: "av1" },
  { format: "webm-vp9", container: "webm", codec: "vp9" },
  { format: "webm-av1", container: "webm", codec: "av1" },
];

type Container = Encoding["extension"];

/** The choices that this browser can write for frames of a size. */
export async function possibleOutputs(width: number, height: number): Promise<WrittenFormat[]> {
  const quality = new Quality({ bitrate: LEAST_BITRATE });
  const possible = await Promise.all(CHOICES.map(async ({ codec }) => takes(codec, width, height) && canEncodeVideo(codec, { width, height, quality })));
  return CHOICES.filter((_, at) => possible[at]).map(({ format }) => format);
}

/**
 * Picks the codec that was asked for, or else the first that this browser encodes at the clip's size. `begun` is the
 * codec that an earlier attempt has begun the file in, if there was one.
 */
export async function chooseEncoding(
  clip: Clip, width: number, height: number, output: RunOptions["output"], begun: VideoCodec | null,
): Promise<Encoding> {
  const pixelsPerSecond = width * height * (clip.report.framesPerSecond || 25);
  const { bitrate, quantizer } = QUALITIES[output.quality];
  const asked = begun ?? CHOICES.find(({ format }) => format === output.format)?.codec;
  for (const codec of asked ? [asked] : PREFERRED) {
    if (!takes(codec, width, height)) continue;
    const base = QUANTIZER[codec];
    const quality = new Quality({
      bitrate: Math.round(chooseBitrate(clip, pixelsPerSecond, bitrate)),
      bitrateMode: "variable",
      ...(base === undefined ? {} : { quantizer: base + quantizer }),
    });
    if (!(await canEncodeVideo(codec, { width, height, quality }))) continue;
    return { codec, quality, ...containerOf(codec, output) };
  }
  throw new Fault("encoder-missing", `${width}x${height}: none of ${asked ?? PREFERRED.join(", ")}`);
}

/** H.264 and HEVC store whole blocks of two pixels only. */
function takes(codec: VideoCodec, width: number, height: number): boolean {
  return !(codec === "avc" || codec === "hevc") || (width % 2 === 0 && height % 2 === 0);
}

/** The container that was asked for, or else the one that a codec is at home in. */
export function containerOf(codec: VideoCodec, output: RunOptions["output"]): Pick<Encoding, "format" | "extension"> {
  const asked = CHOICES.find(({ format }) => format === output.format)?.container;
  const extension = asked ?? (codec === "vp8" ? "webm" : "mp4");
  return { extension, format: extension === "webm" ? new WebMOutputFormat() : new Mp4OutputFormat({ fastStart: false }) };
}

function chooseBitrate(clip: Clip, pixelsPerSecond: number, share: number): number {
  const wanted = share * Math.max(LEAST_BITRATE, BITS_PER_PIXEL * pixelsPerSecond, TIMES_SOURCE * clip.bitrate);
  return Math.min(wanted, Math.max(LEAST_BITRATE, MOST_BITS_PER_PIXEL * pixelsPerSecond));
}
