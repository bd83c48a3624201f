import type { Chroma } from "../../marks/mark";
import type { Point } from "../../marks/stroke";
import { distinct, isAlike, rgbOfChroma } from "../../picture/chroma";
import { colorWords, correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { css, Picker } from "./picker";

const GREY: Chroma = [0, 0];

/** How far from its place the palette lies, in pixels. */
const GAP = 24;

interface Events {
  onChoose: (color: Chroma, gesture: "swatch" | "slider") => void;
  onDropper: () => void;
  onRemove: () => void;
  onClose: () => void;
}

/** What a palette is about. */
export interface Place {
  /** Where it is seen in the picture. */
  at: Point;
  /** How light the picture is there, 0 to 1. */
  luma: number;
  /** What it has now, of its own or from the colouring. */
  color: Chroma;
  /** In the other colourings. */
  others: Chroma[];
  /** Whether it is a mark already. */
  marked: boolean;
}

/** The colors on offer for a place, beside it. */
export class Palette {
  readonly box = made("div", { className: "palette", role: "group", ariaLabel: words.palette.label, hidden: true });
  readonly #rows = made("div", { className: "palette-rows" });
  readonly #picker: Picker;
  readonly #remove: HTMLButtonElement;
  /** The picture moves when a photo comes beside it, or the window changes. */
  readonly #resized = new ResizeObserver(() => this.open && this.#lieBeside());
  #place: Place | null = null;
  #likely: Chroma[] | null = null;
  #recent: Chroma[] = [];

  /** It lies beside places of `picture`. */
  constructor(private readonly picture: HTMLElement, private readonly events: Events) {
    this.#picker = new Picker((color) => events.onChoose(color, "slider"));
    const button = (text: string, onClick: () => void) => {
      const made_ = made("button", { type: "button", className: "quiet small", textContent: text });
      made_.addEventListener("click", onClick);
      return made_;
    };
    this.#remove = button(words.palette.remove, events.onRemove);
    this.box.append(this.#rows, made("p", { className: "palette-title", textContent: words.palette.own }), this.#picker.box,
      made("p", { className: "actions" }, button(words.palette.dropper, events.onDropper), this.#remove, button(words.palette.close, events.onClose)));
  }

  get open(): boolean {
    return !this.box.hidden;
  }

  /** Opens beside a place; its likely colors come later. */
  show(place: Place, recent: Chroma[]): void {
    [this.#place, this.#recent, this.#likely] = [place, recent, null];
    this.box.hidden = false;
    for (const moving of [this.picture, this.box.parentElement!]) this.#resized.observe(moving);
    this.#picker.show(place.luma, rgbOfChroma(place.luma, place.color));
    this.mark(place.marked);
    this.#fill();
  }

  /** The engine has said what is likely. */
  offer(likely: Chroma[]): void {
    this.#likely = likely;
    if (this.open) this.#fill();
  }

  /** A color was chosen: the place is a mark now. */
  chosen(color: Chroma): void {
    this.#place = { ...this.#place!, color, marked: true };
    this.mark(true);
    for (const swatch of this.#swatches()) swatch.ariaPressed = String(isAlike(colorOf(swatch), color));
    this.#picker.show(this.#place.luma, rgbOfChroma(this.#place.luma, color));
  }

  close(): void {
    this.#resized.disconnect();
    this.box.hidden = true;
    this.box.classList.remove("folded");
  }

  /** Out of the way, while a color is looked for in the picture. */
  fold(folded: boolean): void {
    this.box.classList.toggle("folded", folded);
  }

  focus(): void {
    this.#swatches()[0]?.focus({ preventScroll: true });
  }

  mark(marked: boolean): void {
    this.#remove.hidden = !marked;
  }

  #swatches(): HTMLButtonElement[] {
    return [...this.#rows.querySelectorAll("button")];
  }

  /** In place where the keyboard stands on a color: it stands there afterwards as well. */
  #fill(): void {
    const { others } = this.#place!;
    const focused = this.#swatches().findIndex((swatch) => swatch === document.activeElement);
    const likely = distinct(this.#likely ?? []);
    const row = (title: string, colors: Chroma[], text = "") => made("div", { role: "group", ariaLabel: title, hidden: colors.length === 0 && text === "" },
      made("p", { className: "palette-title", textContent: title }), made("p", { className: "swatches" }, ...colors.map((color) => this.#swatch(color)), text));
    this.#rows.replaceChildren(
      row(words.palette.likely, [GREY, ...distinct(likely, [GREY])], this.#likely ? "" : words.palette.looking),
      row(words.palette.others, distinct(others, [GREY, ...likely])),
      row(words.palette.recent, this.#recent));
    if (focused >= 0) this.#swatches()[focused]?.focus({ preventScroll: true });
    this.#lieBeside();
  }

  /** Right of the place, or left of it where there is more room. */
  #lieBeside(): void {
    const [window, picture, own] = [this.box.parentElement!, this.picture, this.box].map((each) => each.getBoundingClientRect()) as [DOMRect, DOMRect, DOMRect];
    const { x, y } = this.#place!.at;
    const [across, down] = [picture.left - window.left + x * picture.width, picture.top - window.top + y * picture.height];
    const right = across + GAP + own.width <= window.width;
    this.box.style.left = `${Math.max(0, right ? across + GAP : across - GAP - own.width)}px`;
    this.box.style.top = `${Math.max(0, Math.min(down - own.height / 2, window.height - own.height))}px`;
  }

  #swatch(color: Chroma): HTMLButtonElement {
    const { luma, color: current, marked } = this.#place!;
    const rgb = rgbOfChroma(luma, color);
    const button = made("button", {
      type: "button", className: "swatch", title: color === GREY ? words.palette.grey : colorWords(rgb),
      ariaLabel: color === GREY ? words.palette.grey : colorWords(rgb), ariaPressed: String(marked && isAlike(color, current)),
    });
    button.style.setProperty("--color", css(rgb));
    button.dataset["color"] = color.join();
    button.addEventListener("click", () => this.events.onChoose(color, "swatch"));
    return button;
  }
}

function colorOf(swatch: HTMLButtonElement): Chroma {
  return swatch.dataset["color"]!.split(",").map(Number) as Chroma;
}
