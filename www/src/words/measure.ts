import type { ClipReport } from "../protocol";

/** A codec as people know it. */
export function codecWords(codec: string): string {
  const names: Record<string, string> = {
    avc: "H.264", hevc: "HEVC", vp8: "VP8", vp9: "VP9", av1: "AV1", aac: "AAC", opus: "Opus", mp3: "MP3",
    vorbis: "Vorbis", flac: "FLAC", ac3: "AC-3", eac3: "E-AC-3", alac: "ALAC",
    h264: "H.264", mpeg1video: "MPEG-1", mpeg2: "MPEG-2", mpeg2video: "MPEG-2", mpeg4: "MPEG-4", msmpeg4v3: "MPEG-4", dvvideo: "DV", mjpeg: "Motion JPEG",
    prores: "ProRes", wmv1: "WMV", wmv2: "WMV", wmv3: "WMV", vc1: "VC-1", flv1: "Flash video", theora: "Theora",
    mp2: "MP2", wmav1: "WMA", wmav2: "WMA", wmapro: "WMA", dts: "DTS",
  };
  return names[codec] ?? (codec.startsWith("pcm") ? "PCM" : codec);
}

/** A kind of file as people know it, by its extension. */
export function fileWords(extension: string): string {
  return { mp4: "MP4", webm: "WebM", png: "PNG", jpg: "JPEG", webp: "WebP" }[extension] ?? extension;
}

/** A time span as people say it. */
export function spanWords(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) return plural(whole, "second");
  const minutes = Math.round(whole / 60);
  if (minutes < 90) return plural(minutes, "minute");
  return `${plural(Math.floor(minutes / 60), "hour")} ${plural(minutes % 60, "minute")}`;
}

/** A time as a clock shows it: 0:07, 1:02:03. */
export function clockWords(seconds: number, decimals = 0): string {
  const scale = 10 ** decimals;
  const rounded = Math.max(0, Math.round(seconds * scale) / scale);
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.floor(rounded / 60) % 60];
  const rest = (rounded % 60).toFixed(decimals).padStart(decimals ? 3 + decimals : 2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** A time stamp of a clip on a clock that starts with it; short clips are told apart by tenths. */
export function clipClock({ start, seconds }: ClipReport, time: number): string {
  return clockWords(time - start, seconds !== null && seconds < 20 ? 1 : 0);
}

/** One line about a clip. */
export function clipWords(clip: ClipReport): string {
  const { width, height } = clip.stored;
  const facts = clip.photo ? [clip.container] : [
    clip.seconds === null ? "" : `${clip.seconds < 10 ? clip.seconds.toFixed(1) : Math.round(clip.seconds)} s`,
    clip.frames === null ? "" : plural(clip.frames, "frame"),
    `${Number(clip.framesPerSecond.toFixed(2))} fps`,
    clip.sound.length > 0 ? `sound: ${clip.sound.map(codecWords).join(", ")}` : "no sound",
  ];
  return [clip.name, `${width} × ${height}`, ...facts].filter(Boolean).join(" · ");
}

/** "1 frame", "2 frames". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A share of 0 to 1 in percent. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** A file's size, without its unit. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
