import type { ClipReport, Span } from "../protocol";
import { clockWords } from "../words/measure";
import { element } from "./element";

/** The part of a clip that is coloured. Its sliders count frames, so that nothing is lost in rounding. */
export class Trim {
  readonly #from = element<HTMLInputElement>("trim-from");
  readonly #to = element<HTMLInputElement>("trim-to");
  #clip: ClipReport | null = null;

  constructor(private readonly onChange: () => void) {
    for (const slider of [this.#from, this.#to]) slider.addEventListener("input", () => this.#keepOrder(slider));
    element("trim-reset").addEventListener("click", () => this.#reset());
  }

  /** Offers all of a clip. */
  show(clip: ClipReport): void {
    this.#clip = clip;
    element("trim-choice").hidden = clip.photo;
    this.#reset();
  }

  /** Null for the whole clip. */
  get span(): Span | null {
    const [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    if (!this.#clip || (from === 0 && to === Number(this.#to.max))) return null;
    const { start } = this.#clip;
    // In the middle of the first frame and of the last, since frames are evenly spaced on average only.
    return { start: start + (from && (from + 0.5) * this.#frameSeconds), end: start + (to - 0.5) * this.#frameSeconds };
  }

  /** How many frames the part has; null where the clip does not say. */
  get frames(): number | null {
    if (!this.#clip) return null;
    const { photo, frames, seconds } = this.#clip;
    if (this.span) return Number(this.#to.value) - Number(this.#from.value);
    return photo ? 1 : (frames ?? (seconds && seconds / this.#frameSeconds));
  }

  adopt(span: Span | null): void {
    if (!span || !this.#clip) return;
    const frames = (time: number) => (time - this.#clip!.start) / this.#frameSeconds;
    this.#from.value = String(Math.max(0, Math.round(frames(span.start) - 0.5)));
    this.#to.value = String(Math.round(frames(span.end) + 0.5));
    this.#say();
  }

  get #frameSeconds(): number {
    return 1 / (this.#clip?.framesPerSecond || 25);
  }

  #reset(): void {
    const frames = Math.round((this.#clip?.seconds ?? 0) / this.#frameSeconds);
    for (const slider of [this.#from, this.#to]) Object.assign(slider, { min: "0", max: String(frames), disabled: frames < 2 });
    [this.#from.value, this.#to.value] = ["0", String(frames)];
    this.#say();
  }

  /** At least one frame is left. */
  #keepOrder(moved: HTMLInputElement): void {
    const [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    if (from >= to && moved === this.#from) this.#from.value = String(to - 1);
    if (from >= to && moved === this.#to) this.#to.value = String(from + 1);
    this.#say();
  }

  #say(): void {
    for (const [slider, id] of [[this.#from, "trim-from-words"], [this.#to, "trim-to-words"]] as const) {
      element(id).textContent = slider.ariaValueText = clockWords(Number(slider.value) * this.#frameSeconds, 1);
    }
    element("trim-reset").hidden = this.span === null;
    this.onChange();
  }
}
