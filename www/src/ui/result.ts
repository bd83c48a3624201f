import type { Colored, DeviceReport } from "../protocol";
import { words } from "../words/page";
import { Compare } from "./compare";
import { detailsOf, isPhoto } from "./details";
import { element, made } from "./element";

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
  #onSave: () => void = () => {};
  /** Where the coloured part begins in the original, in seconds. */
  #offset = 0;

  constructor() {
    element("save").addEventListener("click", () => this.#onSave());
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

  /**
   * `saturations`: of the clip in every colouring that was on offer. `onSave`: the visitor saves it; null where it is in a file of
   * theirs already.
   */
  show(colored: Colored, source: File, device: DeviceReport, saturations: number[], onSave: (() => void) | null): void {
    this.clear();
    this.#onSave = onSave ?? (() => {});
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
    save.textContent = words.saveAs(colored.container, photo ? null : colored.videoCodec);
    save.hidden = onSave === null;
    element("saved").textContent = onSave ? "" : words.savedIn(colored.name);
    element("result-notes").replaceChildren(...colored.notes.map(noteItem));
    element("details").replaceChildren(...detailsOf(colored, device, saturations));
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
