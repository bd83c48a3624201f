import { words } from "../words/page";
import { Compare } from "./compare";
import { element } from "./element";

/** Coloured by the published weights: `make samples`. */
const COLORED = "samples/trucks-colored.mp4";

/** Real film on the start page: a clip as this page colours it, its source under a slider, and samples to try. */
export class Showcase {
  readonly #video = element<HTMLVideoElement>("showcase-color");
  readonly #grey = element<HTMLCanvasElement>("showcase-grey");
  readonly #play = element<HTMLButtonElement>("showcase-play");
  readonly #compare = new Compare("showcase-compare", "showcase-split");
  /** What the visitor asked for, or what the system asks for on their behalf. */
  #playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  #seen = false;

  constructor(onSample: (address: string) => void) {
    this.#video.addEventListener("loadeddata", () => this.#ready());
    this.#video.addEventListener("error", () => (element("showcase-compare").closest("figure")!.hidden = true));
    this.#video.addEventListener("seeked", () => this.#draw());
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
    [this.#grey.width, this.#grey.height] = [width, height];
    this.#play.hidden = false;
    this.#draw();
    this.#follow();
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
    this.#play.textContent = words.showcasePlays(this.#playing);
    if (this.#playing && this.#seen) void this.#video.play().catch(() => undefined); // where playing needs a click, it stands still
    else this.#video.pause();
  }

  #follow(): void {
    this.#video.requestVideoFrameCallback(() => {
      this.#draw();
      this.#follow();
    });
  }

  /** Colouring leaves luma as it was, so the source is the picture without its colours: blended with black, a color keeps its luma alone. */
  #draw(): void {
    const drawing = this.#grey.getContext("2d");
    if (!drawing) return;
    const { width, height } = this.#grey;
    drawing.globalCompositeOperation = "copy";
    drawing.drawImage(this.#video, 0, 0, width, height);
    drawing.globalCompositeOperation = "saturation";
    drawing.fillStyle = "black";
    drawing.fillRect(0, 0, width, height);
  }
}
