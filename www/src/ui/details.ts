import type { Colored, DeviceReport } from "../protocol";
import { codecWords, fileWords, spanWords } from "../words/measure";
import { words } from "../words/page";
import { made } from "./element";

/** A figure of a finished run: what it is called in the code, its value or null where it is not known, and how a person reads it. */
type Detail = [field: keyof typeof words.details, value: string | number | null, words: string];

/** What says nothing of a photo. */
const OF_CLIPS: Detail[0][] = ["frames", "framesPerSecond", "shots", "passes", "videoCodec", "audio"];

export function isPhoto({ file }: Colored): boolean {
  return file.type.startsWith("image/");
}

/** The figures of a finished run, as entries of a description list. */
export function detailsOf(colored: Colored, device: DeviceReport, saturations: number[]): HTMLElement[] {
  const photo = isPhoto(colored);
  return figuresOf(colored, device, saturations).filter(([field, value]) => value !== null && !(photo && OF_CLIPS.includes(field))).map(entry);
}

function figuresOf(colored: Colored, device: DeviceReport, saturations: number[]): Detail[] {
  const { options, sound, confidence } = colored;
  return [
    plain("candidate", options.plan.candidate + 1),
    ["saturations", saturations.join() || null, words.saturations(saturations)],
    ["shots", colored.shots, words.shots(colored.shots)],
    ["confidence", confidence, words.foundAgain(confidence ?? 0)],
    plain("frames", colored.frames),
    ["seconds", colored.seconds, spanWords(colored.seconds)],
    ["framesPerSecond", colored.framesPerSecond, words.framesASecond(colored.framesPerSecond)],
    ["device", device.kind, words.workedOn(device)],
    ["model", options.model, words.model(options.model)],
    ["size", options.size, words.pixels(options.size)],
    plain("passes", options.passes),
    plain("width", colored.width),
    plain("height", colored.height),
    ["container", colored.container, fileWords(colored.container)],
    ["videoCodec", colored.videoCodec, codecWords(colored.videoCodec)],
    ["audio", sound.join(","), sound.length > 0 ? sound.map(codecWords).join(", ") : words.noSound],
  ];
}

function plain(field: Detail[0], value: number): Detail {
  return [field, value, String(value)];
}

function entry([field, value, text]: Detail): HTMLElement {
  const data = made("data", { value: String(value), textContent: text });
  data.dataset.field = field;
  return made("div", {}, made("dt", { textContent: words.details[field] }), made("dd", {}, data));
}
