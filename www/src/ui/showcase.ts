import { words } from "../words/page";
import { Compare } from "./compare";
import { element } from "./element";
import { GreyTwin } from "./grey-twin";

/** Coloured by the published weights: `make samples`. */
const COLORED = "samples/trucks-colored.mp4";

/** Real film on the start page: a clip as this page colours it, its source under a slider, and samples to try. */
export class Showcase {
  readonly #video = element<HTMLVideoElement>("showcase-color");
  readonly #play = element<HTMLButtonElement>("showcase-play");
  readonly #compare = new Compare("showcase-compare", "showcase-split");
  /** What the visitor asked for, or what the system asks for on their behalf. */
  #playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  #seen = false;

  constructor(onSample: (address: string) => void) {
    new GreyTwin(this.#video, element<HTMLCanvasElement>("showcase-grey"));
    this.#video.addEventListener("loadeddata", () => this.#ready());
    this.#video.addEventListener("error", () => (element("showcase-compare").closest("figure")!.hidden = true));
    this.#play.addEventListener("click", () => this.#toggle());
    new IntersectionObserver(([entry]) => this.#show(entry?.isIntersecting ?? false)).observe(this.#video);
    for (const sample of document.querySelectorAll<HTMLElement>("[data-sample]")) {
      sample.addEventListener("click", () => onSample(`samples/${sample.dataset["sample"]}`));
    }
  }

  /** Fetches the film, once the page can be used without it. */
  load(): void {
    if (this.#video.src) return;
    this.#video.preload = "auto";
    this.#video.src = COLORED;
  }

  #ready(): void {
    const { videoWidth: width, videoHeight: height } = this.#video;
    this.#compare.shape({ width, height });
    this.#play.hidden = false;
    this.#run();
  }

  #toggle(): void {
    this.#playing = !this.#playing;
    this.#run();
  }

  #show(seen: boolean): void {
    this.#seen = seen;
    this.#run();
  }

  /** Plays while it is seen, unless the visitor has stopped it. */
  #run(): void {
    this.#play.textContent = this.#playing ? words.pause : words.play;
    if (this.#playing && this.#seen) void this.#video.play().catch(() => undefined); // where playing needs a click, it stands still
    else this.#video.pause();
  }
}
