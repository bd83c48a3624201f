import type { Chroma } from "../../marks/mark";
import type { Point } from "../../marks/stroke";
import { rgbOfChroma } from "../../picture/chroma";
import { correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { Picker } from "./picker";
import { Swatches } from "./swatches";

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
  readonly #swatches: Swatches;
  readonly #picker: Picker;
  readonly #remove: HTMLButtonElement;
  /** The picture moves when a photo comes beside it, or the window changes. */
  readonly #resized = new ResizeObserver(() => this.open && this.#lieBeside());
  #place: Place | null = null;
  #likely: Chroma[] | null = null;
  #recent: Chroma[] = [];
  /** What the picture had there when it was opened, where that was no mark. */
  #present: Chroma | null = null;

  /** It lies beside places of `picture`. */
  constructor(private readonly picture: HTMLElement, events: Events) {
    this.#swatches = new Swatches((color) => events.onChoose(color, "swatch"));
    this.#picker = new Picker((color) => events.onChoose(color, "slider"));
    const button = (text: string, onClick: () => void) => {
      const made_ = made("button", { type: "button", className: "quiet small", textContent: text });
      made_.addEventListener("click", onClick);
      return made_;
    };
    this.#remove = button(words.palette.remove, events.onRemove);
    this.box.append(this.#swatches.box, made("p", { className: "palette-title", textContent: words.palette.own }), this.#picker.box,
      made("p", { className: "actions" }, button(words.palette.dropper, events.onDropper), this.#remove, button(words.palette.close, events.onClose)));
  }

  get open(): boolean {
    return !this.box.hidden;
  }

  /** Opens beside a place; its likely colors come later. */
  show(place: Place, recent: Chroma[]): void {
    [this.#place, this.#recent, this.#likely, this.#present] = [place, recent, null, place.marked ? null : place.color];
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
    this.#swatches.choose(color);
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
    this.#swatches.focus();
  }

  mark(marked: boolean): void {
    this.#remove.hidden = !marked;
  }

  /** With what is known so far. */
  #fill(): void {
    const { luma, color, others, marked } = this.#place!;
    this.#swatches.show({ luma, present: this.#present, chosen: marked ? color : null, others, likely: this.#likely, recent: this.#recent });
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
}
