import { colorAt } from "../../picture/chroma";
import type { Rgb } from "../../picture/oklch";
import { correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { Picture } from "./picture";

/** Longer side of the photo beside the picture, in pixels. */
const LONGEST = 640;

/** A photo that colors are taken from. */
export class Reference {
  readonly box = made("aside", { className: "reference", hidden: true });
  readonly #picture: Picture;

  constructor(onColor: (color: Rgb) => void, onAway: () => void) {
    this.#picture = new Picture(words.reference, { onPoint: ({ x, y }) => onColor(this.#colorAt(x, y)) });
    const away = made("button", { type: "button", className: "quiet small", textContent: words.noPhoto });
    away.addEventListener("click", () => {
      this.box.hidden = true;
      onAway();
    });
    this.box.append(this.#picture.box, away);
  }

  /** Shows a photo; false where it cannot be read. */
  async show(file: Blob): Promise<boolean> {
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (!bitmap) return false;
    const { canvas } = this.#picture;
    const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
    canvas.getContext("2d", { willReadFrequently: true })!.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    this.#picture.shape();
    this.box.hidden = false;
    return true;
  }

  #colorAt(x: number, y: number): Rgb {
    const { canvas } = this.#picture;
    return colorAt(canvas.getContext("2d", { willReadFrequently: true })!.getImageData(0, 0, canvas.width, canvas.height), x, y);
  }
}
