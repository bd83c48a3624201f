import type { ClipReport } from "../protocol";

/** A codec as people know it. */
export function codecWords(codec: string): string {
  const names: Record<string, string> = {
    avc: "H.264", hevc: "HEVC", vp8: "VP8", vp9: "VP9", av1: "AV1", aac: "AAC", opus: "Opus", mp3: "MP3",
    vorbis: "Vorbis", flac: "FLAC", ac3: "AC-3", eac3: "E-AC-3",
  };
  return names[codec] ?? (codec.startsWith("pcm") ? "PCM" : codec);
}

/** A time span as people say it. */
export function spanWords(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 90) return plural(whole, "second");
  const minutes = Math.round(whole / 60);
  if (minutes < 90) return plural(minutes, "minute");
  return `${plural(Math.floor(minutes / 60), "hour")} ${plural(minutes % 60, "minute")}`;
}

/** One line about a clip. */
export function clipWords(clip: ClipReport): string {
  return [
    clip.name,
    `${clip.width} × ${clip.height}`,
    clip.seconds === null ? "" : `${clip.seconds < 10 ? clip.seconds.toFixed(1) : Math.round(clip.seconds)} s`,
    clip.frames === null ? "" : plural(clip.frames, "frame"),
    `${Number(clip.framesPerSecond.toFixed(2))} frames a second`,
    clip.sound.length > 0 ? `sound: ${clip.sound.map(codecWords).join(", ")}` : "no sound",
  ].filter(Boolean).join(" · ");
}

/** "1 frame", "2 frames". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
