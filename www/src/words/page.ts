import { PRESET_SECONDS, type Level } from "../choices";
import type { Look } from "../picture/look";
import type { DeviceReport, WrittenFormat } from "../protocol";
import { clockWords, codecWords, fileWords, megabytes, percent, plural, spanWords } from "./measure";

const NUMBERS = ["No", "One", "Two", "Three", "Four"];

const LOOKS: Record<Look, string> = {
  warmer: "Warmer", cooler: "Cooler", vivid: "Vivid", restrained: "Restrained", greener: "Greener", rosier: "Rosier", balanced: "Balanced",
};

const LEVEL_WORDS: Record<Level, string> = {
  quick: "Soon done, with softer colour.",
  better: "Finer colour, and steadier from frame to frame.",
  best: "The finest colour. It takes the longest.",
};

/** What sets of weights are called; others go by their own names. */
const MODELS: Partial<Record<string, string>> = { lite: "Standard", large: "Finer" };

/** What the page's script says; index.html has what never changes. */
export const words = {
  title: "Chromaflow",
  // the device
  device: ({ kind, name }: DeviceReport, asked: boolean) => {
    if (kind === "webgpu") return `On the graphics card${name ? ` (${name})` : ""}`;
    return asked ? "On the processor, as this address asks" : "On the processor, which is slower";
  },
  fetchingModel: (bytes: number, total: number) => `Fetching what it needs, once: ${megabytes(bytes)} of ${megabytes(total)} MB`,
  notReady: "Not ready",
  // numbered pictures
  numbered: (count: number, first: string, last: string) => `${count} numbered pictures, from ${first} to ${last}. How many frames a second were they filmed at?`,
  film: (name: string) => `${name}, as one film`,
  // reading
  steps: {
    link: "Fetching the clip that the address names…",
    file: "Reading the file…",
    foreign: (share: number | null, left: number | null) => share === null
      ? "Fetching the decoder for this kind of file (10 MB, once)…"
      : `Your browser cannot read this kind of file. The added decoder is preparing it: ${percent(share)}${left === null ? "…" : `, about ${spanWords(left)} left.`}`,
    model: "Getting ready to colour…",
    preview: "Making four colourings…",
  },
  // what is kept when something goes wrong
  kept: {
    nothing: "Nothing of yours was touched.",
    file: "Your file is untouched.",
    earlier: "Your earlier clip is still here.",
    clip: "Your clip is still here.",
    choices: "Your clip and your choices are still here.",
    run: "What was coloured of it is still kept.",
    choicesAndRun: (seconds: number) => `What was coloured of your clip, up to ${clockWords(seconds, 1)}, is kept, and so are your choices.`,
  },
  // runs that broke off
  brokenOff: (seconds: number, all: number | null) => {
    const decimals = (all ?? seconds) < 20 ? 1 : 0;
    return ` was coloured up to ${clockWords(seconds, decimals)}${all === null ? "" : ` of ${clockWords(all, decimals)}`}.`;
  },
  goOn: "Go on",
  goOnLabel: (name: string) => `Go on with ${name}`,
  giveAgain: "Choose it to go on…",
  giveAgainLabel: (name: string) => `Choose it to go on: ${name}`,
  saveSoFar: "Save what is there",
  saveSoFarLabel: (name: string) => `Save what is there of ${name}`,
  notSaved: " is all coloured, and not saved yet.",
  forget: "Forget it",
  forgotten: " is forgotten.",
  undo: "Undo",
  undoLabel: (name: string) => `Undo: keep ${name}`,
  forgetLabel: (name: string) => `Forget it: ${name}`,
  // choosing
  likeliest: "likeliest",
  colouringNumber: "Colouring ",
  look: (look: Look) => LOOKS[look],
  waysItLooked: (count: number) => (count === 1 ? "How it could have looked" : `${NUMBERS[count]} ways it could have looked`),
  alike: (groups: number[], all: number) => {
    if (groups.length === 0) return "";
    if (groups.length === 2) return "Two and two of them look alike here; each pair is shown once.";
    return groups[0] === all ? "All four look alike here and are shown as one." : `${NUMBERS[groups[0]!]} of the four look alike here and are shown once.`;
  },
  allMoments: "All",
  play: "Play",
  warmth: (warmth: number) => {
    const amount = Math.abs(Math.round(100 * warmth));
    return amount === 0 ? "as it came" : `${amount} ${warmth > 0 ? "warmer" : "colder"}`;
  },
  levels: (level: Level | null, preset: boolean) => [
    level ? LEVEL_WORDS[level] : "Set by the numbers under “More”.",
    preset ? `Preset is the best that is done within ${spanWords(PRESET_SECONDS)}.` : "",
  ].filter(Boolean).join(" "),
  model: (model: string) => MODELS[model] ?? model,
  modelHint: (chosen: string, larger: number) => {
    if (chosen === "large") return "It knows more of what is to be seen, and takes a little longer.";
    return larger > 0 ? `Finer knows more of what is to be seen. It is ${megabytes(larger)} MB, fetched once.` : "Finer knows more of what is to be seen. It is here already.";
  },
  sizesLeftOut: (largest: number) => `A finer quality needs more memory for this clip than there is here: ${largest} pixels is the largest size that fits.`,
  willTake: (seconds: number) => (seconds < 8 ? "A few seconds on this device." : `About ${spanWords(seconds)} on this device.`),
  bestFormat: "What suits it best",
  formats: {
    "mp4-avc": "MP4 (H.264)", "mp4-hevc": "MP4 (HEVC)", "mp4-av1": "MP4 (AV1)", "webm-vp9": "WebM (VP9)", "webm-av1": "WebM (AV1)",
    png: "PNG", jpeg: "JPEG", webp: "WebP",
  } satisfies Record<WrittenFormat, string>,
  summary: (candidate: number, look: Look | null, marks: number, locked: number) =>
    `Colouring ${candidate + 1}${look ? ` (${LOOKS[look].toLowerCase()})` : ""}${marks === 0 ? "" : ` with ${plural(marks, "colour")} of yours`}${locked === 0 ? "" : `, and ${plural(locked, "shot")} with ${locked === 1 ? "its" : "their"} own`}.`,
  // shots
  wholeClip: "Whole clip",
  forAll: "all shots",
  shotsFound: (count: number) => (count === 1 ? "One shot: no cut was found." : `${count} shots.`),
  scanning: (count: number, share: number) => `Looking for cuts: ${percent(share)}, ${plural(count, "shot")} so far. You need not wait for it.`,
  colorsGiven: (count: number) => plural(count, "colour"),
  shotLabel: (at: number, seconds: number, candidate: number | null, own: boolean, marks: number) =>
    `Shot ${at + 1}, from ${clockWords(seconds)}${own ? ", keeps its own colours" : candidate === null ? "" : `, locked to colouring ${candidate + 1}`}${marks > 0 ? `, ${plural(marks, "colour")} of yours` : ""}`,
  ownBadge: "own",
  shotKeepsOwn: (at: number) => `Shot ${at + 1} keeps its own colours.`,
  keepingOwn: (count: number, all: number) => {
    if (count === 0) return "";
    if (all === 1) return "It is in colour already and keeps its own colours.";
    return count === 1 ? "One is in colour already and keeps its own colours." : `${count} are in colour already and keep their own colours.`;
  },
  keepOwn: "Keep its own colours",
  colourItAll: "Colour it all the same",
  shotFollows: (at: number, own: number | null, whole: number) => own === null
    ? `Shot ${at + 1} follows the whole clip: colouring ${whole + 1}. Choose another to lock it.`
    : `Shot ${at + 1} is locked to colouring ${own + 1}.`,
  // several files
  inHand: "now",
  waiting: "waits",
  coloured: "coloured",
  givenUp: "given up",
  save: "Save",
  willWait: (count: number) => `${plural(count, "file")} will wait for the one that is being coloured.`,
  linkLater: "A link can be taken once this clip is coloured. Files can be dropped at any time.",
  // the run
  firstFrame: "Preparing the first frame…",
  following: (share: number) => `Following your colours through the shot: ${percent(share)}…`,
  framesASecond: (rate: number) => `${rate.toFixed(rate < 10 ? 2 : 0)} frames a second`,
  left: (seconds: number) => `about ${spanWords(seconds)} left`,
  views: {
    color: () => "",
    confidence: (share: number | null) => "Light where a pixel was surely found again in the frame before; dark where the colour has to stand alone."
      + (share === null ? "" : ` Here: ${percent(share)} of the picture.`),
    flow: () => "Where every pixel came from: the hue is the direction, the strength the distance.",
  },
  running: "Colouring",
  writing: "Putting the file together…",
  paused: "Paused",
  pause: "Pause",
  resume: "Go on",
  percentTitle: (percent: number) => `${percent} % · Chromaflow`,
  // the result
  doneTitle: "Done · Chromaflow",
  savedIn: (name: string) => `It is saved in the file that you chose, ${name}.`,
  soundOff: "Sound off",
  soundOn: "Sound on",
  fullScreen: "Full screen",
  leaveFullScreen: "Leave full screen",
  saveAs: (extension: string, codec: string | null) => `Save as ${fileWords(extension)}${codec ? ` (${codecWords(codec)})` : ""}`,
  workedOn: ({ kind, name }: DeviceReport) => (kind === "webgpu" ? `graphics card (${name})` : "processor"),
  shots: (count: number) => (count === 1 ? "1, without a cut" : `${count}, with ${plural(count - 1, "cut")}`),
  saturations: (shares: number[]) => `${shares.map((share) => Math.round(100 * share)).join(", ")} %`,
  foundAgain: (share: number) => `${percent(share)} of the picture`,
  pixels: (count: number) => `${count} pixels`,
  noSound: "none",
  details: {
    candidate: "Colouring", saturations: "Saturation of each", shots: "Shots", confidence: "Surely found again",
    frames: "Frames", seconds: "Time taken", framesPerSecond: "Speed", device: "Worked on", model: "Colour model", size: "Working size", passes: "Smoothing passes", width: "Width", height: "Height", container: "File",
    videoCodec: "Picture", audio: "Sound",
  },
};
