import { clockWords } from "../words/measure";
import { words } from "../words/page";
import { element } from "./element";
import { GreyTwin } from "./grey-twin";

/** Safari on a phone gives only a video the whole screen. */
interface PhoneVideo extends HTMLVideoElement {
  webkitEnterFullscreen?(): void;
}

/** Plays the coloured clip over its grey source: the slider between them lies over the video's own controls, so the page has its own. */
export class Player {
  readonly #box = element("player");
  readonly #video = element<PhoneVideo>("result");
  readonly #play = element<HTMLButtonElement>("result-play");
  readonly #time = element<HTMLInputElement>("result-time");
  readonly #sound = element<HTMLButtonElement>("result-sound");
  readonly #full = element<HTMLButtonElement>("result-full");

  constructor() {
    new GreyTwin(this.#video, element<HTMLCanvasElement>("result-grey"));
    for (const event of ["play", "pause", "timeupdate", "durationchange", "volumechange"]) this.#video.addEventListener(event, () => this.#say());
    this.#play.addEventListener("click", () => void (this.#video.paused ? this.#video.play().catch(() => undefined) : this.#video.pause()));
    this.#time.addEventListener("input", () => (this.#video.currentTime = Number(this.#time.value)));
    this.#sound.addEventListener("click", () => (this.#video.muted = !this.#video.muted));
    this.#full.addEventListener("click", () => void this.#fill());
    document.addEventListener("fullscreenchange", () => this.#say());
  }

  /** Shows a coloured clip; null is a photo, which is looked at only. */
  show(address: string | null, sound: boolean): void {
    for (const part of [this.#play, this.#time, element("result-clock")]) part.hidden = address === null;
    this.#sound.hidden = !sound;
    if (address) this.#video.src = address;
    this.#say();
  }

  /** Lets go of the video. */
  clear(): void {
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  async #fill(): Promise<void> {
    if (document.fullscreenElement) return document.exitFullscreen();
    if (document.fullscreenEnabled) return this.#box.requestFullscreen().catch(() => undefined);
    this.#video.webkitEnterFullscreen?.();
  }

  #say(): void {
    const { paused, currentTime, duration, muted } = this.#video;
    const length = Number.isFinite(duration) ? duration : 0;
    this.#play.textContent = paused ? words.play : words.pause;
    this.#time.max = String(length);
    this.#time.value = String(currentTime);
    this.#time.ariaValueText = clockWords(currentTime);
    element("result-clock").textContent = `${clockWords(currentTime)} / ${clockWords(length)}`;
    this.#sound.textContent = muted ? words.soundOn : words.soundOff;
    this.#full.textContent = document.fullscreenElement ? words.leaveFullScreen : words.fullScreen;
  }
}
