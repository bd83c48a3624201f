import type { ChromaPlanes, LumaFrame } from "../../wasm/chromaflow.js";
import type { Pose } from "../picture/still";
import { toRgb } from "../picture/rgb";

const plate = new OffscreenCanvas(1, 1);

/** Paints a small frame, in colour or in grey, upright and in its proportions; the canvas takes its size. */
export function paint(canvas: HTMLCanvasElement, frame: LumaFrame, chroma: ChromaPlanes | null, pose: Pose): void {
  const image = toRgb(frame, chroma);
  [plate.width, plate.height] = [image.width, image.height];
  plate.getContext("2d", { alpha: false })!.putImageData(image, 0, 0);
  const scale = Math.max(image.width, image.height) / Math.max(pose.width, pose.height);
  const [width, height] = [pose.width, pose.height].map((side) => Math.max(1, Math.round(side * scale))) as [number, number];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false })!;
  const [across, down] = pose.rotation % 180 === 0 ? [width, height] : [height, width];
  context.setTransform(1, 0, 0, 1, width / 2, height / 2);
  if (pose.flip) context.scale(-1, 1);
  context.rotate((pose.rotation * Math.PI) / 180);
  context.drawImage(plate, -across / 2, -down / 2, across, down);
  context.resetTransform();
}

/** Makes a canvas blank. */
export function blank(canvas: HTMLCanvasElement): void {
  canvas.getContext("2d", { alpha: false })!.clearRect(0, 0, canvas.width, canvas.height);
}
