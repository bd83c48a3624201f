import type { Motion } from "../../wasm/chromaflow.js";
import { confidentShare } from "../picture/motion";
import type { Pose, Still } from "../picture/still";
import type { Progress } from "../protocol";
import { plural } from "../words/measure";
import { words } from "../words/page";
import { Compare } from "./compare";
import { element } from "./element";
import { paintOverlay, type Overlay } from "./overlay";
import { blank, paint } from "./paint";

/** A screen reader hears the progress this often, in milliseconds. */
const SPOKEN_EVERY_MS = 10_000;

/** The view of a run: the latest finished frame over its source, how far it is, and how long it will take. */
export class Live {
  readonly #bar = element("bar");
  readonly #grey = element<HTMLCanvasElement>("live-grey");
  readonly #color = element<HTMLCanvasElement>("live-color");
  readonly #overlay = element<HTMLCanvasElement>("live-overlay");
  readonly #pause = element<HTMLButtonElement>("pause");
  readonly #compare = new Compare("live", "live-split");
  #paused = false;
  #spokenAt = 0;
  #view: Overlay | "color" = "color";
  /** Of the frame that is shown; null at the beginning of a shot. */
  #motion: Motion | null = null;

  constructor(onPause: (paused: boolean) => void) {
    this.#pause.addEventListener("click", () => {
      this.#showPaused(!this.#paused);
      onPause(this.#paused);
    });
    element("views").addEventListener("change", (event) => {
      this.#view = (event.target as HTMLInputElement).value as Overlay | "color";
      this.#showView();
    });
  }

  /** Clears what an earlier run has left; `opening` is shown until the first frame is finished. */
  reset(pose: Pose, opening: Still | null): void {
    this.#compare.shape(pose);
    if (opening) this.#paint(opening, pose);
    else [this.#grey, this.#color].forEach(blank);
    this.#motion = null;
    this.#showView();
    this.#fill(0);
    this.#showPaused(false);
    element("tally-frames").textContent = words.firstFrame;
    element("tally-rate").textContent = "";
    element("tally-left").textContent = "";
    element("spoken-progress").textContent = "";
    this.#spokenAt = performance.now();
  }

  show(progress: Progress, pose: Pose): void {
    const { frames, total, framesPerSecond, secondsLeft, picture } = progress;
    if (picture) {
      this.#paint(picture, pose);
      this.#motion = progress.motion;
      this.#showView();
    }
    this.#fill(progress.fraction);
    const done = total === null ? plural(frames, "frame") : `${frames} of ${plural(total, "frame")}`;
    // A frame that was in hand still comes after the run was paused.
    const left = this.#paused ? words.paused : progress.writing ? words.writing : secondsLeft === null ? "" : words.left(secondsLeft);
    element("tally-frames").textContent = progress.following === null ? done : words.following(progress.following);
    element("tally-rate").textContent = words.framesASecond(framesPerSecond);
    element("tally-left").textContent = left;
    this.#speak(`${done}, ${left}`);
  }

  #paint({ luma, colors }: Still, pose: Pose): void {
    paint(this.#grey, luma, null, pose);
    paint(this.#color, luma, colors[0]!, pose);
  }

  #showView(): void {
    const view = this.#view;
    element("view-words").textContent = words.views[view](this.#motion && confidentShare(this.#motion));
    this.#overlay.hidden = view === "color" || this.#motion === null;
    if (view !== "color" && this.#motion) paintOverlay(this.#overlay, this.#motion, view);
  }

  #showPaused(paused: boolean): void {
    this.#paused = paused;
    this.#pause.textContent = paused ? words.resume : words.pause;
    this.#pause.className = paused ? "primary" : "quiet";
    element("coloring-title").textContent = paused ? words.paused : words.running;
    if (paused) element("tally-left").textContent = words.paused;
  }

  #fill(fraction: number | null): void {
    const percent = fraction === null ? null : Math.round(100 * fraction);
    this.#bar.classList.toggle("unknown", percent === null);
    this.#bar.style.setProperty("--done", String(fraction ?? 0));
    this.#bar.ariaValueNow = percent === null ? null : String(percent);
    document.title = percent ? words.percentTitle(percent) : words.title;
  }

  #speak(text: string): void {
    const now = performance.now();
    if (now - this.#spokenAt < SPOKEN_EVERY_MS) return;
    this.#spokenAt = now;
    element("spoken-progress").textContent = text;
  }
}
