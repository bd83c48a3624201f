import type { Converted } from "./job";

/** What ffprobe says of a file; of its many fields those that are used. */
export interface Inspected {
  streams: Stream[];
  format: { format_name: string; format_long_name: string; duration?: string };
  chapters?: unknown[];
  frames?: { interlaced_frame: number }[];
}

interface Stream {
  index: number;
  codec_type: string;
  codec_name?: string;
  codec_tag_string: string;
  width?: number;
  height?: number;
  pix_fmt?: string;
  has_b_frames?: number;
  nb_frames?: string;
  r_frame_rate: string;
  color_range?: string;
  disposition: { attached_pic: number };
}

/** Sound that goes into the file as it is: an MP4 holds what is compressed, a QuickTime file what is not. */
const COPIED_SOUND = { mp4: /^(aac|mp3|ac3|eac3|flac)$/, mov: /^(aac|pcm_(u8|s16le|s16be|s24le|s24be|s32le|s32be|f32le|f32be|alaw|mulaw))$/ };

/** Codecs that a browser may decode, in containers that keep their time stamps. */
const COPIED_PICTURE = /^h264$/;
const CERTAIN_CLOCK = /^(flv|mpegts|mpeg|asf|matroska,webm|mov,mp4)/;

/** Tags of tracks that are locked to a shop's own player. */
const PROTECTED = /^(drmi|drms|encv|p608)$/;

/** At this factor x264 keeps the luma at some 50 dB, grain and all. */
const FACTOR = "10";
/** A key frame this often, so that any frame is found soon. */
const KEY_FRAMES = "25";

/** The picture that is meant; a cover is none. */
export function pictureOf({ streams }: Inspected): Stream | undefined {
  return streams.find(({ codec_type, disposition }) => codec_type === "video" && !disposition.attached_pic);
}

/** How long a file says that it is, in seconds; NaN where it does not. Of a cut AVI the length is what is left, but not the number of frames. */
export function promisedSeconds({ format }: Inspected, { nb_frames, r_frame_rate }: Stream): number {
  const [numerator, denominator] = r_frame_rate.split("/").map(Number) as [number, number];
  return format.format_name === "avi" && nb_frames ? (Number(nb_frames) * denominator) / numerator : Number(format.duration);
}

export function isProtected({ streams }: Inspected): boolean {
  return streams.some(({ codec_tag_string }) => PROTECTED.test(codec_tag_string));
}

/** Whether a file says that its pictures are made of two fields. Film on DV and DVD says so too, and is whole all the same. */
export function claimsFields({ frames = [] }: Inspected): boolean {
  return frames.some(({ interlaced_frame }) => interlaced_frame === 1);
}

/** What becomes of a file, and the arguments of `ffmpeg` that make it so. `combed`: its pictures are made of two fields. */
export function plan(inspected: Inspected, picture: Stream, mayCopy: boolean, combed: boolean): { converted: Omit<Converted, "breaksOff">; options: string[] } {
  const sound = inspected.streams.filter(({ codec_type }) => codec_type === "audio");
  const known = sound.filter(({ codec_name }) => codec_name !== undefined && codec_name !== "unknown");
  const copied = mayCopy && !combed && COPIED_PICTURE.test(picture.codec_name ?? "")
    && CERTAIN_CLOCK.test(inspected.format.format_name) && /^yuvj?420p$/.test(picture.pix_fmt ?? "");
  const format = known.some(({ codec_name }) => codec_name!.startsWith("pcm")) ? "mov" : "mp4";
  const isKept = ({ codec_name }: Stream) => COPIED_SOUND[format].test(codec_name!);
  const padded = !copied && (picture.width! % 2 === 1 || picture.height! % 2 === 1);
  const converted: Omit<Converted, "breaksOff"> = {
    container: inspected.format.format_long_name,
    codec: picture.codec_name ?? picture.codec_tag_string,
    sound: known.map(({ codec_name }) => codec_name!),
    soundLeftOut: sound.filter((stream) => !known.includes(stream)).map(({ codec_tag_string }) => codec_tag_string),
    soundEncoded: known.filter((stream) => !isKept(stream)).map(({ codec_name }) => codec_name!),
    deinterlaced: combed,
    chapters: (inspected.chapters ?? []).length > 0,
    padded, copied,
  };
  // AVI has no time stamps, only frames at a constant rate; where they are stored in another order the decoder can but guess.
  const counted = inspected.format.format_name === "avi" && picture.has_b_frames! > 0;
  const options = [
    "-map", `0:${picture.index}`, ...known.flatMap(({ index }) => ["-map", `0:${index}`]),
    ...(copied ? ["-c:v", "copy"] : encodedPicture(picture, converted, counted)),
    ...known.flatMap((stream, at) => [`-c:a:${at}`, isKept(stream) ? "copy" : "aac", `-b:a:${at}`, "192k"]),
    "-map_chapters", "-1", "-dn", "-sn", "-f", format,
  ];
  return { converted, options };
}

/** Each frame once and at its time; nearly as it was; the chroma shows whether it is in colour already. */
function encodedPicture({ pix_fmt = "", color_range }: Stream, { deinterlaced, padded }: Pick<Converted, "deinterlaced" | "padded">, counted: boolean): string[] {
  const rgb = /rgb|bgr|gbr|pal8|^0|mono/.test(pix_fmt);
  const full = !rgb && (color_range === "pc" || /^(yuvj|gray)/.test(pix_fmt));
  const filters = [
    ...(counted ? ["setpts=N/FRAME_RATE/TB"] : []),
    ...(deinterlaced ? ["bwdif=mode=send_frame:deint=interlaced"] : []),
    ...(rgb ? ["scale=out_color_matrix=bt601:out_range=tv"] : []),
    `format=${full ? "yuvj420p" : "yuv420p"}`,
    ...(padded ? ["pad=ceil(iw/2)*2:ceil(ih/2)*2"] : []),
  ];
  return [
    "-vf", filters.join(","), "-fps_mode", "vfr", "-enc_time_base", "-1",
    "-c:v", "libx264", "-preset", "ultrafast", "-crf", FACTOR, "-g", KEY_FRAMES,
    ...(rgb ? ["-colorspace", "smpte170m", "-color_range", "tv"] : []),
  ];
}
