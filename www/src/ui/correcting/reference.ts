import { colorAt } from "../../picture/chroma";
import type { Rgb } from "../../picture/oklch";
import type { PhotoPixels } from "../../protocol";
import { correctingWords as words } from "../../words/correcting";
import { made } from "../element";
import { Picture } from "./picture";

/** Longer side of the photo beside the picture, in pixels. */
const LONGEST = 640;

/** A photo that colors are taken from. */
export class Reference {
  readonly box = made("aside", { className: "reference", hidden: true });
  readonly #picture: Picture;

  /** `onMatch`: all that it surely shows of the picture is to be taken over. */
  constructor(onColor: (color: Rgb) => void, onMatch: (photo: PhotoPixels) => void, onAway: () => void) {
    this.#picture = new Picture(words.reference, { onPoint: ({ x, y }) => onColor(colorAt(this.#image, x, y)) });
    const match = made("button", { type: "button", className: "quiet small", textContent: words.match });
    match.addEventListener("click", () => onMatch(this.#pixels()));
    const away = made("button", { type: "button", className: "quiet small", textContent: words.noPhoto });
    away.addEventListener("click", () => {
      this.box.hidden = true;
      onAway();
    });
    this.box.append(this.#picture.box, made("p", { className: "actions" }, match, away));
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

  #pixels(): PhotoPixels {
    const { data, width, height } = this.#image;
    return { width, height, rgb: new Uint8Array(data.filter((_, at) => at % 4 !== 3)) };
  }

  get #image(): ImageData {
    const { canvas } = this.#picture;
    return canvas.getContext("2d", { willReadFrequently: true })!.getImageData(0, 0, canvas.width, canvas.height);
  }
}
