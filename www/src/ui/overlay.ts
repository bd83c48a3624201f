import type { Motion } from "../../wasm/chromaflow.js";

/** What may lie over the live view. */
export type Overlay = "confidence" | "flow";

/** A flow of this length, as a share of the picture's width, has its colour in full. */
const FULL_FLOW = 0.05;

/** Paints what the networks know of a frame's motion, at their own size; the canvas is stretched over the picture. */
export function paintOverlay(canvas: HTMLCanvasElement, motion: Motion, overlay: Overlay): void {
  const { width, height, confidence, flow } = motion;
  const image = new ImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    const color = overlay === "confidence"
      ? confidenceColor(confidence[at]!)
      : flowColor(flow[at]! / (FULL_FLOW * width), flow[width * height + at]! / (FULL_FLOW * width));
    image.data.set([...color, 255], 4 * at);
  }
  [canvas.width, canvas.height] = [width, height];
  canvas.getContext("2d", { alpha: false })!.putImageData(image, 0, 0);
}

/** From black, where a pixel was not found again, to a light blue where it surely was. */
function confidenceColor(confidence: number): [number, number, number] {
  return [120 * confidence, 210 * confidence, 255 * confidence];
}

/** The usual wheel: the hue is the direction, the saturation the length. */
function flowColor(x: number, y: number): [number, number, number] {
  const [angle, length] = [Math.atan2(y, x), Math.min(1, Math.hypot(x, y))];
  const channel = (turn: number) => 255 * (1 - length * (0.5 - 0.5 * Math.cos(angle + turn)));
  return [channel(0), channel((-2 * Math.PI) / 3), channel((2 * Math.PI) / 3)];
}
