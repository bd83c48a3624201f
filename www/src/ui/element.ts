/** An element of index.html by its id; the page and its script are built together, so a miss is a mistake in either. */
export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found as E;
}

/** Shows an image bitmap on a canvas, which takes its size, and lets the bitmap go. */
export function showBitmap(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  if (canvas.width !== bitmap.width) canvas.width = bitmap.width;
  if (canvas.height !== bitmap.height) canvas.height = bitmap.height;
  canvas.getContext("2d", { alpha: false })!.drawImage(bitmap, 0, 0);
  bitmap.close();
}

/** Shows what one canvas shows on another. */
export function copyCanvas(from: HTMLCanvasElement, to: HTMLCanvasElement): void {
  to.width = from.width;
  to.height = from.height;
  to.getContext("2d", { alpha: false })!.drawImage(from, 0, 0);
}
