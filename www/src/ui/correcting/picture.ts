import type { Point } from "../../marks/stroke";
import { made } from "../element";

/** A pointer that moves by less than this, in pixels, has clicked. */
const STILL = 6;

/** One step of the cross, as a share of the picture; with Shift it is larger. */
const STEP = 0.01;
const LARGE_STEP = 0.1;

export interface PictureEvents {
  onPoint: (point: Point) => void;
  /** A stroke, while the brush is in hand; its last point is where it ends. */
  onStroke?: (path: Point[]) => void;
  /** The stroke so far. */
  onPaint?: (path: Point[]) => void;
  onCross?: (point: Point) => void;
}

/** A picture in which places are named: by mouse, by a finger, or by a cross that arrow keys move. */
export class Picture {
  readonly canvas = made("canvas");
  readonly box: HTMLElement;
  /** Whether a drag is a stroke. */
  brush = false;
  readonly #cross = made("span", { className: "cross", ariaHidden: "true" });
  #at: Point = { x: 0.5, y: 0.5 };
  #path: Point[] = [];
  #from: { x: number; y: number; pointer: number } | null = null;

  constructor(label: string, private readonly events: PictureEvents) {
    const surface = made("div", { className: "surface", tabIndex: 0, role: "application", ariaLabel: label });
    this.box = made("div", { className: "corrected" }, this.canvas, surface, this.#cross);
    surface.addEventListener("pointerdown", (event) => this.#down(event));
    surface.addEventListener("pointermove", (event) => this.#move(event));
    surface.addEventListener("pointerup", (event) => this.#up(event));
    surface.addEventListener("pointercancel", () => this.#giveUp());
    surface.addEventListener("keydown", (event) => this.#key(event));
    this.#showCross();
  }

  get surface(): HTMLElement {
    return this.box.querySelector<HTMLElement>(".surface")!;
  }

  /** The proportions of what is painted. */
  shape(): void {
    this.box.style.setProperty("--aspect", String(this.canvas.width / this.canvas.height));
  }

  /** Which point of the picture lies under a pointer. */
  pointAt({ clientX, clientY }: { clientX: number; clientY: number }): Point {
    const { left, top, width, height } = this.box.getBoundingClientRect();
    const share = (value: number) => Math.min(1, Math.max(0, value));
    return { x: share((clientX - left) / width), y: share((clientY - top) / height) };
  }

  #down(event: PointerEvent): void {
    if (event.button !== 0 || this.#from) return;
    this.#from = { x: event.clientX, y: event.clientY, pointer: event.pointerId };
    this.#path = [this.pointAt(event)];
    if (!this.brush) return;
    this.surface.setPointerCapture(event.pointerId);
    this.events.onPaint?.(this.#path);
  }

  #move(event: PointerEvent): void {
    if (!this.brush || event.pointerId !== this.#from?.pointer) return;
    this.#path.push(...(event.getCoalescedEvents?.() ?? [event]).map((each) => this.pointAt(each)));
    this.events.onPaint?.(this.#path);
  }

  #up(event: PointerEvent): void {
    const from = this.#from;
    if (event.pointerId !== from?.pointer) return;
    const path = this.#path;
    this.#giveUp();
    if (this.brush) this.events.onStroke?.(path);
    else if (Math.hypot(event.clientX - from.x, event.clientY - from.y) < STILL) this.events.onPoint(this.pointAt(event));
  }

  #giveUp(): void {
    [this.#from, this.#path] = [null, []];
    this.events.onPaint?.([]);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moved = arrow(event, event.shiftKey ? LARGE_STEP : STEP);
    if (moved) {
      event.preventDefault();
      const { x, y } = this.#at;
      this.#at = { x: Math.min(1, Math.max(0, x + moved.x)), y: Math.min(1, Math.max(0, y + moved.y)) };
      this.#showCross();
      this.events.onCross?.(this.#at);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.brush) this.events.onStroke?.([this.#at]);
      else this.events.onPoint(this.#at);
    }
  }

  #showCross(): void {
    this.#cross.style.setProperty("--x", String(this.#at.x));
    this.#cross.style.setProperty("--y", String(this.#at.y));
  }
}

/** Where an arrow key goes; null for another key. */
export function arrow({ key }: KeyboardEvent, step: number): Point | null {
  const ways: Record<string, Point> = { ArrowLeft: { x: -step, y: 0 }, ArrowRight: { x: step, y: 0 }, ArrowUp: { x: 0, y: -step }, ArrowDown: { x: 0, y: step } };
  return ways[key] ?? null;
}
