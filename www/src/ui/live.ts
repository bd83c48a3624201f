import type { Progress } from "../protocol";
import { element, showBitmap } from "./element";
import { plural, spanWords } from "./words";

/** A screen reader hears the progress this often, in milliseconds. */
const SPOKEN_EVERY_MS = 10_000;

/** The view of a run: the latest finished frame beside its source, how far it is, and how long it will take. */
export class Live {
  readonly #bar = element("bar");
  #spokenAt = 0;

  /** Clears what an earlier run has left. */
  reset(): void {
    for (const id of ["live-grey", "live-color"]) {
      const canvas = element<HTMLCanvasElement>(id);
      canvas.getContext("2d", { alpha: false })!.clearRect(0, 0, canvas.width, canvas.height);
    }
    this.#fill(0);
    element("tally-frames").textContent = "Preparing the first frame…";
    element("tally-rate").textContent = "";
    element("tally-left").textContent = "";
    element("spoken-progress").textContent = "";
    this.#spokenAt = performance.now();
  }

  show(progress: Progress): void {
    const { frames, total, framesPerSecond, secondsLeft, picture } = progress;
    if (picture) {
      showBitmap(element<HTMLCanvasElement>("live-grey"), picture.grey);
      showBitmap(element<HTMLCanvasElement>("live-color"), picture.colored);
    }
    this.#fill(progress.fraction);
    const done = total === null ? plural(frames, "frame") : `${frames} of ${plural(total, "frame")}`;
    const left = secondsLeft === null ? "" : `about ${spanWords(secondsLeft)} left`;
    element("tally-frames").textContent = done;
    element("tally-rate").textContent = `${framesPerSecond.toFixed(framesPerSecond < 10 ? 2 : 0)} frames a second`;
    element("tally-left").textContent = left;
    this.#speak(`${done}, ${left}`);
  }

  #fill(fraction: number | null): void {
    const percent = fraction === null ? null : Math.round(100 * fraction);
    this.#bar.classList.toggle("unknown", percent === null);
    this.#bar.style.setProperty("--done", String(fraction ?? 0));
    this.#bar.ariaValueNow = percent === null ? null : String(percent);
    document.title = percent ? `${percent} % · Chromaflow` : "Chromaflow";
  }

  #speak(text: string): void {
    const now = performance.now();
    if (now - this.#spokenAt < SPOKEN_EVERY_MS) return;
    this.#spokenAt = now;
    element("spoken-progress").textContent = text;
  }
}
