import { words } from "../words/page";

/** So much of it is seen at least where it is looked at. */
const SEEN = 0.5;

/** A silent film on the start page. It plays while it is seen, unless the visitor, or the system on their behalf, wants nothing to move. */
export class Film {
  #playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  #seen = false;
  #usable = false;

  /** `play` stops the film and lets it go on; it is there once the film is. `still` is the second that is seen where nothing moves. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly play: HTMLButtonElement,
    private readonly address: string,
    private readonly still = 0,
  ) {
    video.addEventListener("loadeddata", () => {
      play.hidden = false;
      this.#run();
    });
    video.addEventListener("error", () => (video.closest("figure")!.hidden = true));
    play.addEventListener("click", () => {
      this.#playing = !this.#playing;
      this.#run();
    });
    new IntersectionObserver((entries) => this.#show(entries.at(-1)!.intersectionRatio >= SEEN), { threshold: SEEN }).observe(video);
  }

  /** The page can be used without it: it is fetched as soon as it is seen. */
  load(): void {
    this.#usable = true;
    this.#fetch();
  }

  #show(seen: boolean): void {
    this.#seen = seen;
    this.#fetch();
    this.#run();
  }

  #fetch(): void {
    if (!this.#usable || !this.#seen || this.video.src) return;
    this.video.preload = "auto";
    this.video.src = this.#playing ? this.address : `${this.address}#t=${this.still}`;
  }

  #run(): void {
    this.play.textContent = this.#playing ? words.pause : words.play;
    if (this.#playing && this.#seen) void this.video.play().catch(() => undefined); // where playing needs a click, it stands still
    else this.video.pause();
  }
}
