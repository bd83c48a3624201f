import { Compare } from "./compare";
import { element } from "./element";
import { Film } from "./film";
import { GreyTwin } from "./grey-twin";

/** Coloured by the published weights: `make samples`. */
const COLORED = "samples/trucks-colored.mp4";
/** Recorded from the page: `make demonstration`; and the second of it in which two colours are corrected. */
const [CORRECTING, CORRECTED] = ["samples/correcting.mp4", 12];

/** Real film on the start page: a clip as this page colours it, its source under a slider, samples to try, and how colours are corrected. */
export class Showcase {
  readonly #films: Film[];

  constructor(onSample: (address: string) => void) {
    const colored = element<HTMLVideoElement>("showcase-color");
    const compare = new Compare("showcase-compare", "showcase-split");
    new GreyTwin(colored, element<HTMLCanvasElement>("showcase-grey"));
    colored.addEventListener("loadeddata", () => compare.shape({ width: colored.videoWidth, height: colored.videoHeight }));
    this.#films = [
      new Film(colored, element<HTMLButtonElement>("showcase-play"), COLORED),
      new Film(element<HTMLVideoElement>("correcting-film"), element<HTMLButtonElement>("correcting-play"), CORRECTING, CORRECTED),
    ];
    for (const sample of document.querySelectorAll<HTMLElement>("[data-sample]")) {
      sample.addEventListener("click", () => onSample(`samples/${sample.dataset["sample"]}`));
    }
  }

  /** Fetches the films as they are seen, once the page can be used without them. */
  load(): void {
    for (const film of this.#films) film.load();
  }
}
