import { element } from "../ui/element";
import type { Answer, Trial } from "./session";

export type Side = "left" | "right";

const SIDES = ["left", "right"] as const;

/** Shows one pair at a time and hears which is chosen. */
export class TrialView {
  readonly #videos = { left: element<HTMLVideoElement>("left"), right: element<HTMLVideoElement>("right") };
  readonly #buttons = { left: element<HTMLButtonElement>("choose-left"), right: element<HTMLButtonElement>("choose-right") };
  #trial: Trial | null = null;
  #plays = 0;
  #shownAt = 0;

  constructor(private readonly events: { onAnswer: (answer: Answer) => void; onUnplayable: (trial: Trial, side: Side) => void }) {
    for (const side of SIDES) {
      this.#buttons[side].addEventListener("click", () => this.choose(side));
      this.#videos[side].addEventListener("canplaythrough", () => this.#begin());
      this.#videos[side].addEventListener("ended", () => this.#allow());
      this.#videos[side].addEventListener("error", () => this.#failed(side));
    }
  }

  /** Puts a pair on the page; both start together once both can. */
  show(trial: Trial, files: Record<Side, File>): void {
    this.clear();
    this.#trial = trial;
    for (const side of SIDES) this.#videos[side].src = URL.createObjectURL(files[side]);
  }

  /** Takes the pair away. */
  clear(): void {
    this.#trial = null;
    this.#plays = 0;
    element("trial-hint").hidden = false;
    for (const side of SIDES) {
      this.#buttons[side].disabled = true;
      const video = this.#videos[side];
      if (!video.src) continue;
      URL.revokeObjectURL(video.src);
      video.removeAttribute("src");
    }
  }

  /** Plays both from their beginning. */
  replay(): void {
    if (!this.#trial || this.#plays === 0) return;
    this.#plays++;
    this.#play();
  }

  /** Answers, once both have been seen to their end. */
  choose(side: Side): void {
    if (!this.#trial || this.#buttons[side].disabled) return;
    const answer = {
      ...this.#trial,
      chosen: this.#trial[side],
      plays: this.#plays,
      seconds: Math.round((performance.now() - this.#shownAt) / 100) / 10,
      at: new Date().toISOString(),
    };
    this.clear();
    this.events.onAnswer(answer);
  }

  #begin(): void {
    const ready = SIDES.every((side) => this.#videos[side].readyState === HTMLMediaElement.HAVE_ENOUGH_DATA);
    if (!ready || this.#plays > 0) return;
    this.#plays = 1;
    this.#shownAt = performance.now();
    this.#play();
  }

  #play(): void {
    for (const side of SIDES) {
      this.#videos[side].currentTime = 0;
      // A pair that is taken away while it plays breaks off, and that is no fault.
      this.#videos[side].play().catch(() => undefined);
    }
  }

  /** An event of the pair before may come late: then the element itself has no error any more. */
  #failed(side: Side): void {
    if (this.#trial && this.#videos[side].error) this.events.onUnplayable(this.#trial, side);
  }

  #allow(): void {
    if (!SIDES.every((side) => this.#videos[side].ended)) return;
    element("trial-hint").hidden = true;
    for (const side of SIDES) this.#buttons[side].disabled = false;
  }
}
