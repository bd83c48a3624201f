import type { Point } from "../../marks/stroke";
import type { Rgb } from "../../picture/oklch";
import { colorWords, correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { arrow } from "./picture";

/** A mark that is dragged by less than this, in pixels, was clicked. */
const STILL = 4;

/** One step of an arrow key, as a share of the picture; with Shift it is larger. */
const STEP = 0.005;
const LARGE_STEP = 0.05;

/** A mark as it is seen in the picture. */
export interface Dot {
  id: number;
  at: Point;
  color: Rgb;
  /** Its picture is being made. */
  busy: boolean;
}

interface Events {
  onOpen: (id: number) => void;
  /** It was moved by so much of the picture; `gesture` is the same for what is one movement. */
  onMove: (id: number, by: Point, gesture: string | null) => void;
  onRemove: (id: number) => void;
}

/** The marks on a picture, as buttons that can be dragged. */
export class Dots {
  readonly box = made("div", { className: "dots" });
  readonly #buttons = new Map<number, HTMLButtonElement>();

  constructor(private readonly events: Events) {}

  /** In place: the keyboard may stand on one of them, or a pointer hold it. */
  show(dots: Dot[]): void {
    for (const [id, button] of this.#buttons) if (!dots.some((dot) => dot.id === id)) this.#drop(id, button);
    for (const [at, { id, at: { x, y }, color, busy }] of dots.entries()) {
      const button = this.#buttons.get(id) ?? this.#make(id);
      if (this.box.children[at] !== button) this.box.insertBefore(button, this.box.children[at] ?? null);
      button.ariaLabel = words.mark(at + 1, colorWords(color), x, y);
      button.classList.toggle("busy", busy);
      button.style.setProperty("--x", String(x));
      button.style.setProperty("--y", String(y));
      button.style.setProperty("--color", `rgb(${color.map((value) => Math.round(255 * value)).join(" ")})`);
    }
  }

  focus(id: number): boolean {
    const button = this.#buttons.get(id);
    button?.focus({ preventScroll: true });
    return button !== undefined;
  }

  #drop(id: number, button: HTMLButtonElement): void {
    this.#buttons.delete(id);
    button.remove();
  }

  #make(id: number): HTMLButtonElement {
    const button = made("button", { type: "button", className: "dot" });
    this.#buttons.set(id, button);
    button.addEventListener("keydown", (event) => this.#key(id, event));
    button.addEventListener("pointerdown", (event) => this.#drag(id, button, event));
    // A click of the keyboard's; a pointer's own was taken by its drag.
    button.addEventListener("click", (event) => event.detail === 0 && this.events.onOpen(id));
    return button;
  }

  #key(id: number, event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = arrow(event, event.shiftKey ? LARGE_STEP : STEP);
    if (by) this.events.onMove(id, by, `nudge ${id}`);
    else if (event.key === "Delete" || event.key === "Backspace") this.events.onRemove(id);
    else return;
    event.preventDefault();
  }

  #drag(id: number, button: HTMLButtonElement, down: PointerEvent): void {
    if (down.button !== 0) return;
    button.setPointerCapture(down.pointerId);
    const { width, height } = this.box.getBoundingClientRect();
    const by = ({ clientX, clientY }: PointerEvent) => ({ x: clientX - down.clientX, y: clientY - down.clientY });
    const ending = new AbortController();
    const { signal } = ending;
    button.addEventListener("pointermove", (event) => (button.style.translate = `${by(event).x}px ${by(event).y}px`), { signal });
    button.addEventListener("pointercancel", () => (ending.abort(), (button.style.translate = "")), { signal });
    button.addEventListener("pointerup", (event) => {
      ending.abort();
      button.style.translate = "";
      const { x, y } = by(event);
      if (Math.hypot(x, y) < STILL) this.events.onOpen(id);
      else this.events.onMove(id, { x: x / width, y: y / height }, null);
    }, { signal });
  }
}
