import type { Draft } from "../draft";
import type { Span } from "../protocol";
import type { Still } from "../picture/still";
import { clockWords } from "../words/measure";
import { element } from "./element";
import { paint } from "./paint";

interface Events {
  /** The frame at a time is wanted. */
  onLook: (time: number) => void;
  /** A shot begins with the frame that is shown. */
  onCut: (time: number, still: Still) => void;
}

/** Finds the frame that a shot begins with, by hand: a slider over a shot, and the frame that it stands at. */
export class Cutter {
  readonly #dialog = element<HTMLDialogElement>("cutter");
  readonly #slider = element<HTMLInputElement>("cut-time");
  readonly #confirm = element<HTMLButtonElement>("cut-here");
  #draft: Draft | null = null;
  #shown: { time: number; still: Still } | null = null;

  constructor(events: Events) {
    this.#slider.addEventListener("input", () => events.onLook(Number(this.#slider.value)));
    this.#confirm.addEventListener("click", () => {
      this.#dialog.close();
      if (this.#shown) events.onCut(this.#shown.time, this.#shown.still);
    });
    element("cut-cancel").addEventListener("click", () => this.#dialog.close());
  }

  /** Opens the slider over a span; gives the time that it stands at. */
  open(draft: Draft, { start, end }: Span): number {
    this.#draft = draft;
    this.#confirm.disabled = true;
    const step = 1 / (draft.clip.framesPerSecond || 25);
    // Half a frame in, so that rounding never shows the frame before.
    Object.assign(this.#slider, { min: String(start + step / 2), max: String(end), step: String(step) });
    this.#slider.value = String((start + end) / 2);
    this.#dialog.showModal();
    this.#slider.focus();
    return Number(this.#slider.value);
  }

  /** Shows the frame that is found at the slider's time. */
  show(time: number, still: Still): void {
    this.#shown = { time, still };
    const { clip } = this.#draft!;
    paint(element<HTMLCanvasElement>("cut-frame"), still.luma, null, clip.pose);
    element("cut-words").textContent = clockWords(time - clip.start, 2);
    this.#slider.ariaValueText = clockWords(time - clip.start, 2);
    this.#confirm.disabled = false;
  }
}
