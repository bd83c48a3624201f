import type { ClipReport, WrittenFormat } from "../protocol";

/** What the page's script says; index.html has what never changes, and errors.ts what goes wrong. */
export const words = {
  // choosing
  mostColourful: "most colourful",
  colouring: (index: number) => `Colouring ${index + 1}`,
  saturation: (share: number) => `saturation ${Math.round(100 * share)} %`,
  allMoments: "All",
  pausePreview: "Pause",
  playPreview: "Play",
  strength: (share: number) => `${Math.round(100 * share)} %`,
  warmth: (warmth: number) => {
    const amount = Math.abs(Math.round(100 * warmth));
    return amount === 0 ? "as it came" : `${amount} ${warmth > 0 ? "warmer" : "colder"}`;
  },
  bestFormat: "What suits it best",
  formats: {
    "mp4-avc": "MP4 (H.264)", "mp4-hevc": "MP4 (HEVC)", "mp4-av1": "MP4 (AV1)", "webm-vp9": "WebM (VP9)", "webm-av1": "WebM (AV1)",
    png: "PNG", jpeg: "JPEG", webp: "WebP",
  } satisfies Record<WrittenFormat, string>,
  summary: (candidate: number, locked: number) =>
    `Colouring ${candidate + 1}${locked === 0 ? "" : `; ${plural(locked, "shot")} with ${locked === 1 ? "its" : "their"} own`}.`,
  // shots
  wholeClip: "Whole clip",
  forAll: "all shots",
  shotsFound: (count: number) => (count === 1 ? "One shot: no cut was found." : `${count} shots.`),
  scanning: (count: number, share: number) => `Looking for cuts: ${Math.round(100 * share)} %, ${plural(count, "shot")} so far. You need not wait for it.`,
  shotLabel: (at: number, seconds: number, candidate: number | null) =>
    `Shot ${at + 1}, from ${clockWords(seconds)}${candidate === null ? "" : `, locked to colouring ${candidate + 1}`}`,
  shotFollows: (at: number, own: number | null, whole: number) => own === null
    ? `Shot ${at + 1} follows the whole clip: colouring ${whole + 1}. Choose one above to lock this shot to it.`
    : `Shot ${at + 1} is locked to colouring ${own + 1}.`,
  // several files
  inHand: "in hand",
  waiting: "waits for its turn",
  coloured: "coloured",
  save: "Save",
  willWait: (count: number) => `${plural(count, "file")} will wait for the one that is being coloured.`,
  // the run
  firstFrame: "Preparing the first frame…",
  framesASecond: (rate: number) => `${rate.toFixed(rate < 10 ? 2 : 0)} frames a second`,
  left: (seconds: number) => `about ${spanWords(seconds)} left`,
  views: {
    color: "",
    confidence: "Light where a pixel was surely found again in the frame before; dark where the colour has to stand alone.",
    flow: "Where every pixel came from: the hue is the direction, the strength the distance.",
  },
  paused: "Paused",
  pause: "Pause",
  resume: "Go on",
};

/** A codec as people know it. */
export function codecWords(codec: string): string {
  const names: Record<string, string> = {
    avc: "H.264", hevc: "HEVC", vp8: "VP8", vp9: "VP9", av1: "AV1", aac: "AAC", opus: "Opus", mp3: "MP3",
    vorbis: "Vorbis", flac: "FLAC", ac3: "AC-3", eac3: "E-AC-3",
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
  const { width, height } = clip.pose;
  const facts = clip.photo ? [clip.container] : [
    clip.seconds === null ? "" : `${clip.seconds < 10 ? clip.seconds.toFixed(1) : Math.round(clip.seconds)} s`,
    clip.frames === null ? "" : plural(clip.frames, "frame"),
    `${Number(clip.framesPerSecond.toFixed(2))} frames a second`,
    clip.sound.length > 0 ? `sound: ${clip.sound.map(codecWords).join(", ")}` : "no sound",
  ];
  return [clip.name, `${width} × ${height}`, ...facts].filter(Boolean).join(" · ");
}

/** "1 frame", "2 frames". */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
