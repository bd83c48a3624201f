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

/** Where the encoder takes a quantizer, it bounds the loss whatever the picture; 44 dB and more in practice. */
const QUANTIZER: Partial<Record<VideoCodec, number>> = { avc: 20, vp9: 16, av1: 16 };

/** Bits for each pixel of each frame: enough for film grain at more than 38 dB. */
const BITS_PER_PIXEL = 0.4;
/** Small frames have more detail in each pixel and less to predict from. */
const LEAST_BITRATE = 1_500_000;
/** The page's encoders are made for speed and need more bits than the one that made the source. */
const TIMES_SOURCE = 3;

/** Picks the first codec that this browser encodes at the clip's size, and the container that takes its sound. */
export async function chooseEncoding(clip: Clip, width: number, height: number): Promise<Encoding> {
  const bitrate = chooseBitrate(clip, width, height);
  for (const codec of PREFERRED) {
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

function chooseBitrate(clip: Clip, width: number, height: number): number {
  const pixelsPerSecond = width * height * (clip.report.framesPerSecond || 25);
  return Math.round(Math.max(LEAST_BITRATE, BITS_PER_PIXEL * pixelsPerSecond, TIMES_SOURCE * clip.bitrate));
}
