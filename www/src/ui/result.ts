import type { Colored, DeviceReport } from "../protocol";
import { Compare } from "./compare";
import { element, made } from "./element";
import { codecWords, fileWords, spanWords } from "./words";

/** Beyond this many seconds apart, the original is set to the coloured clip's time. */
const DRIFT = 0.15;

/** The finished clip or photo: played beside the original, saved, and described. */
export class Result {
  readonly #result = element<HTMLVideoElement>("result");
  readonly #original = element<HTMLVideoElement>("original");
  readonly #photo = element<HTMLImageElement>("photo-color");
  readonly #photoOriginal = element<HTMLImageElement>("photo-original");
  readonly #compare = new Compare("photo-result", "photo-split");
  #addresses: string[] = [];
  /** Where the coloured part begins in the original, in seconds. */
  #offset = 0;

  constructor() {

    const [result, original] = [this.#result, this.#original];
    result.addEventListener("play", () => void original.play().catch(() => undefined));
    result.addEventListener("pause", () => original.pause());
    result.addEventListener("seeking", () => this.#follow(0));
    result.addEventListener("timeupdate", () => this.#follow(DRIFT));
    result.addEventListener("ratechange", () => (original.playbackRate = result.playbackRate));
    original.addEventListener("error", () => (element("original-missing").hidden = !original.currentSrc));
    original.addEventListener("loadedmetadata", () => this.#follow(0));
    original.addEventListener("click", () => void (result.paused ? result.play() : result.pause()));
  }

  show(colored: Colored, source: File, device: DeviceReport): void {
    this.clear();
    const address = this.#addressOf(colored.file);
    const photo = isPhoto(colored);
    element("photo-result").hidden = !photo;
    element("clip-result").hidden = photo;
    this.#compare.shape(colored);
    this.#offset = colored.options.trim?.start ?? 0;
    const [result, original] = photo ? [this.#photo, this.#photoOriginal] : [this.#result, this.#original];
    result.src = address;
    original.src = this.#addressOf(source);
    const save = element<HTMLAnchorElement>("save");
    save.href = address;
    save.download = colored.name;
    save.textContent = `Save as ${fileWords(colored.container)}`;
    element("result-notes").replaceChildren(...colored.notes.map(noteItem));
    element("details").replaceChildren(...detailsOf(colored, device).map(detail));
  }

  /** Lets go of the videos. */
  clear(): void {
    element("original-missing").hidden = true;
    for (const video of [this.#result, this.#original]) {
      video.removeAttribute("src");
      video.load();
    }
    for (const image of [this.#photo, this.#photoOriginal]) image.removeAttribute("src");
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = [];
  }

  #addressOf(file: File): string {
    const address = URL.createObjectURL(file);
    this.#addresses.push(address);
    return address;
  }

  #follow(drift: number): void {
    const time = this.#result.currentTime + this.#offset;
    if (Math.abs(this.#original.currentTime - time) > drift) this.#original.currentTime = time;
  }
}

/** A line of a list of notes. */
export function noteItem(note: string): HTMLLIElement {
  return made("li", { textContent: note });
}

type Detail = [field: string, term: string, value: string | number, words: string];

/** What says nothing of a photo. */
const OF_CLIPS = ["frames", "framesPerSecond", "shots", "passes", "videoCodec", "audio"];

function detailsOf(colored: Colored, device: DeviceReport): Detail[] {
  const details = allDetailsOf(colored, device);
  return isPhoto(colored) ? details.filter(([field]) => !OF_CLIPS.includes(field)) : details;
}

function isPhoto({ file }: Colored): boolean {
  return file.type.startsWith("image/");
}

function allDetailsOf(colored: Colored, device: DeviceReport): Detail[] {
  const { options, sound } = colored;
  return [
    ["frames", "Frames", colored.frames, String(colored.frames)],
    ["seconds", "Time taken", colored.seconds, spanWords(colored.seconds)],
    ["framesPerSecond", "Speed", colored.framesPerSecond, `${colored.framesPerSecond.toFixed(2)} frames a second`],
    ["device", "Worked on", device.kind, device.kind === "webgpu" ? `graphics card (${device.name})` : "processor"],
    ["candidate", "Colouring", options.plan.candidate + 1, String(options.plan.candidate + 1)],
    ["shots", "Shots", colored.shots, String(colored.shots)],
    ...(colored.confidence === null ? [] : [["confidence", "Found again", colored.confidence, `${Math.round(100 * colored.confidence)} % of the picture, with confidence`] satisfies Detail]),
    ["size", "Working size", options.size, `${options.size} pixels`],
    ["passes", "Smoothing passes", options.passes, String(options.passes)],
    ["width", "Width", colored.width, String(colored.width)],
    ["height", "Height", colored.height, String(colored.height)],
    ["container", "File", colored.container, fileWords(colored.container)],
    ["videoCodec", "Picture", colored.videoCodec, codecWords(colored.videoCodec)],
    ["audio", "Sound", sound.join(","), sound.length > 0 ? sound.map(codecWords).join(", ") : "none"],
  ];
}

function detail([field, term, value, words]: Detail): HTMLElement {
  const data = made("data", { value: String(value), textContent: words });
  data.dataset.field = field;
  return made("div", {}, made("dt", { textContent: term }), made("dd", {}, data));
}
