import { chromaOf } from "../../picture/chroma";
import type { Chroma } from "../../marks/mark";
import { oklchOf, rgbWithLuma, type Rgb } from "../../picture/oklch";
import { colorWords, correctingWords as words } from "../../words/correcting";
import { made } from "../element";

/** How far from grey the second slider goes, in Oklch. */
const FULL = 0.3;
/** Below this a color is grey. */
const FAINT = 0.01;
/** Steps of a slider's gradient. */
const STOPS = 12;

/** Any color at all, as light as the picture is there: its hue, and how strong it is. */
export class Picker {
  readonly box: HTMLElement;
  readonly #hue = made("input", { type: "range", min: "0", max: "359", step: "1" });
  readonly #strength = made("input", { type: "range", min: "0", max: "100", step: "1" });
  readonly #sample = made("span", { className: "swatch sample", ariaHidden: "true" });
  #luma = 0.5;

  constructor(onPick: (color: Chroma) => void) {
    const labeled = (text: string, input: HTMLInputElement) => made("label", { className: "slider" }, made("span", { textContent: text }), input);
    this.box = made("div", { className: "picker" },
      this.#sample, labeled(words.palette.hue, this.#hue), labeled(words.palette.strength, this.#strength));
    for (const slider of [this.#hue, this.#strength]) {
      slider.addEventListener("input", () => this.#paint());
      slider.addEventListener("change", () => onPick(chromaOf(this.#rgb())));
    }
  }

  /** Stands at a color. */
  show(luma: number, color: Rgb): void {
    this.#luma = luma;
    const { chroma, hue } = oklchOf(color);
    // Grey has no hue: the one that was set stays, for the strength that comes next.
    if (chroma >= FAINT) this.#hue.value = String(Math.round(hue));
    this.#strength.value = String(Math.round((100 * chroma) / FULL));
    this.#paint();
  }

  #rgb(hue = Number(this.#hue.value), share = Number(this.#strength.value) / 100): Rgb {
    return rgbWithLuma(this.#luma, share * FULL, hue);
  }

  #paint(): void {
    const [hue, share] = [Number(this.#hue.value), Number(this.#strength.value) / 100];
    const gradient = (at: (share: number) => Rgb) => `linear-gradient(90deg, ${Array.from({ length: STOPS + 1 }, (_, stop) => css(at(stop / STOPS))).join()})`;
    this.#hue.style.setProperty("--track", gradient((stop) => this.#rgb(359 * stop, Math.max(share, 0.35))));
    this.#strength.style.setProperty("--track", gradient((stop) => this.#rgb(hue, stop)));
    this.#sample.style.setProperty("--color", css(this.#rgb()));
    for (const slider of [this.#hue, this.#strength]) slider.ariaValueText = colorWords(this.#rgb());
  }
}

/** As a style sheet has it. */
export function css(rgb: Rgb): string {
  return `rgb(${rgb.map((value) => Math.round(255 * value)).join(" ")})`;
}
