import type { ClipReport, Span } from "../../protocol";
import type { Rgb } from "../../picture/oklch";
import { clockWords } from "../../words/measure";
import { correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { css } from "./picker";

/** Rows of the strip, in its own pixels: many marks share the room of a few. */
const WIDTH = 1000;
const ROW = 8;
const HIGHEST = 96;

/** When a mark is seen, as far as it has been followed. */
export interface Life {
  color: Rgb;
  /** When it was given. */
  time: number;
  spans: Span[];
}

/** The moments of a shot: a slider over all of them, and below it where each mark lives. */
export class Strip {
  readonly box: HTMLElement;
  readonly #slider = made("input", { type: "range", className: "moment-slider" });
  readonly #clock = made("output", { className: "moment-clock" });
  readonly #lives = made("canvas", { className: "lives", ariaHidden: "true" });
  readonly #following = made("p", { className: "hint following" });
  #span: Span = { start: 0, end: 1 };

  constructor(private readonly clip: ClipReport, onLook: (time: number) => void) {
    const label = made("label", { className: "slider" }, made("span", { textContent: words.moment }), this.#slider, this.#clock);
    this.box = made("div", { className: "strip", hidden: clip.photo }, label, this.#lives, this.#following);
    this.#slider.addEventListener("input", () => onLook(Number(this.#slider.value)));
  }

  /** What can be looked at. */
  cover(span: Span, time: number): void {
    this.#span = span;
    const step = 1 / (this.clip.framesPerSecond || 25);
    // Half a frame in, so that rounding never shows the frame before.
    Object.assign(this.#slider, { min: String(span.start + step / 2), max: String(span.end), step: String(step) });
    this.stand(time);
  }

  /** The frame that is shown. */
  stand(time: number): void {
    const step = 1 / (this.clip.framesPerSecond || 25);
    if (Math.abs(Number(this.#slider.value) - time) > step) this.#slider.value = String(time + step / 2);
    this.#clock.textContent = this.#slider.ariaValueText = clockWords(time - this.clip.start, 2);
  }

  /** How far the marks of the shot have been followed; nothing is said once they are. */
  following(share: number): void {
    this.#following.dataset["share"] = String(share);
    this.#following.textContent = share < 1 ? words.following(share) : "";
  }

  show(lives: Life[]): void {
    const row = Math.min(ROW, HIGHEST / Math.max(1, lives.length));
    [this.#lives.width, this.#lives.height] = [WIDTH, Math.max(1, Math.ceil(row * lives.length))];
    this.#lives.hidden = lives.length === 0;
    const context = this.#lives.getContext("2d")!;
    const across = (time: number) => (WIDTH * (time - this.#span.start)) / (this.#span.end - this.#span.start);
    for (const [at, { color, time, spans }] of lives.entries()) {
      context.fillStyle = css(color);
      for (const { start, end } of spans) context.fillRect(across(start), at * row + row / 4, Math.max(2, across(end) - across(start)), row / 2);
      context.fillRect(across(time) - 2, at * row, 6, row);
    }
  }
}
