import { element } from "./element";

/** Two pictures, one over the other, and a slider over both that parts them: by mouse, touch and keyboard alike. */
export class Compare {
  readonly #box: HTMLElement;

  constructor(boxId: string, sliderId: string) {
    this.#box = element(boxId);
    const slider = element<HTMLInputElement>(sliderId);
    slider.addEventListener("input", () => this.#box.style.setProperty("--split", `${slider.value}%`));
  }

  /** The proportions of the pictures. */
  shape({ width, height }: { width: number; height: number }): void {
    this.#box.style.setProperty("--aspect", String(width / height));
  }
}
