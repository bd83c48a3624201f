import type { Clip } from "./clip";
import type { Planes } from "./planes";
import { toRgb } from "./rgb";

/** Longer side, in pixels, of the pictures that the page shows while it works. */
const LONGEST = 720;

const plate = new OffscreenCanvas(1, 1);
const upright = new OffscreenCanvas(1, 1);

/** A frame, in its colours or in grey, small and upright, for the page to show. */
export function picture(planes: Planes, clip: Clip, color: "color" | "grey"): ImageBitmap {
  const shrink = Math.ceil(Math.max(planes.width, planes.height) / LONGEST);
  const image = toRgb(planes, color === "color", shrink);
  plate.width = image.width;
  plate.height = image.height;
  plate.getContext("2d", { alpha: false })!.putImageData(image, 0, 0);
  return turn(clip);
}

/** Brings the plate into the size and position in which the clip is shown. */
function turn(clip: Clip): ImageBitmap {
  const { width, height } = clip.report;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  upright.width = Math.max(1, Math.round(width * scale));
  upright.height = Math.max(1, Math.round(height * scale));
  const across = clip.rotation % 180 === 0;
  const [w, h] = across ? [upright.width, upright.height] : [upright.height, upright.width];
  const context = upright.getContext("2d", { alpha: false })!;
  context.translate(upright.width / 2, upright.height / 2);
  if (clip.flip) context.scale(-1, 1);
  context.rotate((clip.rotation * Math.PI) / 180);
  context.drawImage(plate, -w / 2, -h / 2, w, h);
  return upright.transferToImageBitmap();
}
