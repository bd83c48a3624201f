import type { Chroma } from "../../marks/mark";
import { distinct, isAlike, rgbOfChroma } from "../../picture/chroma";
import type { Rgb } from "../../picture/oklch";
import { colorWords, correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { css } from "./picker";

const GREY: Chroma = [0, 0];

/** What there is to choose from for a place. */
export interface Offer {
  /** How light the picture is there, 0 to 1. */
  luma: number;
  /** What the picture has there, to be kept; null for a mark. */
  present: Chroma | null;
  /** What was chosen for it. */
  chosen: Chroma | null;
  /** In the other colourings. */
  others: Chroma[];
  /** Null until the engine has said what is likely. */
  likely: Chroma[] | null;
  recent: Chroma[];
}

/** Colors to choose from, in rows by where they come from. */
export class Swatches {
  readonly box = made("div", { className: "palette-rows" });

  constructor(private readonly onChoose: (color: Chroma) => void) {}

  /** Where the keyboard stands on a color, it stands there afterwards as well. */
  show({ luma, present, chosen, others, likely, recent }: Offer): void {
    const focused = this.#buttons.findIndex((button) => button === document.activeElement);
    const found = distinct(likely ?? []);
    const row = (title: string, colors: Chroma[], text = "") => made("div", { role: "group", ariaLabel: title, hidden: colors.length === 0 && text === "" },
      made("p", { className: "palette-title", textContent: title }), made("p", { className: "swatches" }, ...colors.map((color) => this.#swatch(color, luma)), text));
    this.box.replaceChildren(
      ...(present ? [this.#keep(present, luma)] : []),
      row(words.palette.likely, [GREY, ...distinct(found, [GREY])], likely ? "" : words.palette.looking),
      row(words.palette.others, distinct(others, [GREY, ...found])),
      row(words.palette.recent, recent));
    this.choose(chosen);
    if (focused >= 0) this.#buttons[focused]?.focus({ preventScroll: true });
  }

  /** Shows which of them was chosen. */
  choose(chosen: Chroma | null): void {
    for (const button of this.#buttons) button.ariaPressed = String(chosen !== null && isAlike(colorOf(button), chosen));
  }

  focus(): void {
    this.#buttons[0]?.focus({ preventScroll: true });
  }

  get #buttons(): HTMLButtonElement[] {
    return [...this.box.querySelectorAll("button")];
  }

  #keep(color: Chroma, luma: number): HTMLElement {
    return made("p", {}, this.#button(color, rgbOfChroma(luma, color), { className: "keep", textContent: words.palette.keep }));
  }

  #swatch(color: Chroma, luma: number): HTMLButtonElement {
    const rgb = rgbOfChroma(luma, color);
    const name = color === GREY ? words.palette.grey : colorWords(rgb);
    return this.#button(color, rgb, { className: "swatch", title: name, ariaLabel: name });
  }

  #button(color: Chroma, rgb: Rgb, properties: Partial<HTMLButtonElement>): HTMLButtonElement {
    const button = made("button", { type: "button", ...properties });
    button.style.setProperty("--color", css(rgb));
    button.dataset["color"] = color.join();
    button.addEventListener("click", () => this.onChoose(color));
    return button;
  }
}

function colorOf(button: HTMLButtonElement): Chroma {
  return button.dataset["color"]!.split(",").map(Number) as Chroma;
}
