import { canEncodeVideo, Mp4OutputFormat, Quality, WebMOutputFormat, type OutputFormat, type VideoCodec } from "mediabunny";
import { Fault } from "../fault";
import type { Clip } from "./clip";

/** How a clip will be written. */
export interface Encoding {
  format: OutputFormat;
  codec: VideoCodec;
  quality: Quality;
  extension: "mp4" | "webm";
}

/** H.264 plays everywhere but takes even sizes only; the others take any. VP8 has no place in MP4. */
const PREFERRED: VideoCodec[] = ["avc", "vp9", "av1", "vp8"];

/**
 * Bits for each pixel of each frame of the source above which it is grain that fills them. Browsers' H.264 encoders
 * only take a bitrate and start far below what grain needs (35 dB); the ones that take a quantizer go first then.
 */
const GRAINY = 0.7;
const PREFERRED_FOR_GRAIN: VideoCodec[] = ["vp9", "av1", "avc", "vp8"];

/** Where the encoder takes a quantizer, it bounds the loss whatever the picture: these keep 44 dB of white noise. */
const QUANTIZER: Partial<Record<VideoCodec, number>> = { avc: 20, vp9: 30, av1: 30 };

/** The least bits for each pixel of each frame. */
const BITS_PER_PIXEL = 0.4;
/** Small frames have more detail in each pixel and less to predict from. */
const LEAST_BITRATE = 1_500_000;
/** The page's encoders are made for speed and need more bits than the one that made the source. */
const TIMES_SOURCE = 4;

/** Picks the first codec that this browser encodes at the clip's size, and the container that takes its sound. */
export async function chooseEncoding(clip: Clip, width: number, height: number): Promise<Encoding> {
  const pixelsPerSecond = width * height * (clip.report.framesPerSecond || 25);
  const bitrate = chooseBitrate(clip, pixelsPerSecond);
  const preferred = clip.bitrate > GRAINY * pixelsPerSecond ? PREFERRED_FOR_GRAIN : PREFERRED;
  for (const codec of preferred) {
    if (codec === "avc" && (width % 2 === 1 || height % 2 === 1)) continue;
    const quantizer = QUANTIZER[codec];
    const quality = new Quality({ bitrate, bitrateMode: "variable", ...(quantizer === undefined ? {} : { quantizer }) });
    if (!(await canEncodeVideo(codec, { width, height, quality }))) continue;
    const webm = codec === "vp8";
    return {
      codec,
      quality,
      format: webm ? new WebMOutputFormat() : new Mp4OutputFormat({ fastStart: false }),
      extension: webm ? "webm" : "mp4",
    };
  }
  throw new Fault("encoder-missing", `${width}x${height}: none of ${PREFERRED.join(", ")}`);
}

function chooseBitrate(clip: Clip, pixelsPerSecond: number): number {
  return Math.round(Math.max(LEAST_BITRATE, BITS_PER_PIXEL * pixelsPerSecond, TIMES_SOURCE * clip.bitrate));
}
