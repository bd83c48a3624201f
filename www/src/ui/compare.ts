import { element } from "./element";

/** Two pictures, one over the other, and a slider over both that parts them: by mouse, touch and keyboard alike. */
export class Compare {
  readonly #box: HTMLElement;

  constructor(boxId: string, sliderId: string) {
    this.#box = element(boxId);
    const slider = element<HTMLInputElement>(sliderId);
    slider.addEventListener("input", () => this.#box.style.setProperty("--split", `${slider.value}%`));
  }

  /** The proportions of the pictures; what is very thin or flat stands in the middle of a box of a shape that can be handled. */
  shape({ width, height }: { width: number; height: number }): void {
    this.#box.style.setProperty("--aspect", String(Math.min(4, Math.max(0.4, width / height))));
  }
}
