import type { Colored, DeviceReport } from "../protocol";
import { words } from "../words/page";
import { Compare } from "./compare";
import { detailsOf, isPhoto } from "./details";
import { element, made } from "./element";
import { Player } from "./player";

/** The finished clip or photo: shown over its source, saved, shared, and described. */
export class Result {
  readonly #player = new Player();
  readonly #photo = element<HTMLImageElement>("photo-color");
  readonly #photoOriginal = element<HTMLImageElement>("photo-original");
  readonly #photoCompare = new Compare("photo-result", "photo-split");
  readonly #clipCompare = new Compare("clip-result", "result-split");
  readonly #save = element<HTMLAnchorElement>("save");
  readonly #share = element<HTMLButtonElement>("share");
  #addresses: string[] = [];
  #file: File | null = null;
  #onSave: () => void = () => {};

  constructor() {
    const video = element<HTMLVideoElement>("result");
    // Only the video itself knows what shape its pixels are shown in.
    video.addEventListener("loadedmetadata", () => this.#clipCompare.shape({ width: video.videoWidth, height: video.videoHeight }));
    this.#save.addEventListener("click", () => this.#onSave());
    this.#share.addEventListener("click", () => void this.#shareIt());
  }

  /**
   * `saturations`: of the clip in every colouring that was on offer. `onSave`: the visitor saves it; null where it is in a file of
   * theirs already.
   */
  show(colored: Colored, source: File, device: DeviceReport, saturations: number[], onSave: (() => void) | null): void {
    this.clear();
    this.#onSave = onSave ?? (() => {});
    this.#file = colored.file;
    const address = this.#addressOf(colored.file);
    if (isPhoto(colored)) this.#showPhoto(colored, address, source);
    else this.#showClip(colored, address);
    this.#save.href = address;
    this.#save.download = colored.name;
    this.#save.textContent = words.saveAs(colored.container, isPhoto(colored) ? null : colored.videoCodec);
    this.#save.hidden = onSave === null;
    this.#share.hidden = !canShare(colored.file);
    element("saved").textContent = onSave ? "" : words.savedIn(colored.name);
    element("result-notes").replaceChildren(...colored.notes.map(noteItem));
    element("details").replaceChildren(...detailsOf(colored, device, saturations));
  }

  /** Lets go of the pictures. */
  clear(): void {
    this.#player.clear();
    for (const image of [this.#photo, this.#photoOriginal]) image.removeAttribute("src");
    for (const address of this.#addresses) URL.revokeObjectURL(address);
    this.#addresses = [];
  }

  #showPhoto(colored: Colored, address: string, source: File): void {
    this.#show("photo-result", this.#photoCompare, colored);
    this.#player.show(null, false);
    this.#photo.src = address;
    this.#photoOriginal.src = this.#addressOf(source);
  }

  #showClip(colored: Colored, address: string): void {
    this.#show("clip-result", this.#clipCompare, colored);
    this.#player.show(address, colored.sound.length > 0);
  }

  #show(id: string, compare: Compare, shape: { width: number; height: number }): void {
    for (const each of ["photo-result", "clip-result"]) element(each).hidden = each !== id;
    compare.shape(shape);
  }

  /** What the visitor thinks better of needs no words. */
  async #shareIt(): Promise<void> {
    if (this.#file) await navigator.share({ files: [this.#file] }).catch(() => undefined);
  }

  #addressOf(file: File): string {
    const address = URL.createObjectURL(file);
    this.#addresses.push(address);
    return address;
  }
}

function canShare(file: File): boolean {
  return "canShare" in navigator && navigator.canShare({ files: [file] });
}

/** A line of a list of notes. */
export function noteItem(note: string): HTMLLIElement {
  return made("li", { textContent: note });
}
