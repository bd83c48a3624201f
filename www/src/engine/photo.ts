import type { Hint } from "../../wasm/chromaflow.js";
import { Fault } from "../fault";
import { hintsAt } from "../marks/hints";
import type { Mark } from "../marks/mark";
import { Tracks } from "../marks/tracks";
import type { Photo } from "../media/photo";
import { withPhotoTags } from "../media/photo-tags";
import { graded } from "../picture/grade";
import { toRgb } from "../picture/rgb";
import { buffersOf, stillOf } from "../picture/still";
import type { Colored, Give, Glimpse, RunOptions, Take } from "../protocol";
import { notes } from "../words/notes";
import { coloredName } from "./name";
import type { Session } from "./session";

/** How much a written photo may lose, from 0 (much) to 1 (nothing to be seen). */
const QUALITY = { small: 0.75, normal: 0.92, best: 1 };

/** Longer side of the preview, in pixels. */
const LONGEST = 960;

/** Shows a photo in every colouring. */
export async function previewPhoto(
  { planes }: Photo, session: Session, { size, shots }: Take<"preview">, tell: (value: Glimpse, transfer: ArrayBuffer[]) => void,
): Promise<Give<"preview">> {
  const { width, height } = planes;
  // Small, but not so small that the networks would see less than in the run.
  const longest = Math.max(LONGEST, Math.ceil((size * Math.max(width, height)) / Math.min(width, height)));
  const { luma } = stillOf(planes.frame, [], longest);
  const begun = performance.now();
  const candidates = await session.preview(luma, size, hintsOfPhoto(shots.flatMap(({ marks }) => marks)));
  const seconds = (performance.now() - begun) / 1000;
  const still = { luma, colors: candidates.map(({ u, v }) => ({ u, v })) };
  const standings = candidates.map(({ standing }) => standing);
  const likeliest = await session.likeliest([standings]);
  tell({ moment: 0, time: 0, still, saturations: standings.map(({ saturation }) => saturation), likeliest, seconds }, buffersOf(still));
  return {};
}

/** A photo's marks lie where they were given. */
function hintsOfPhoto(marks: readonly Mark[]): Hint[] {
  return hintsAt(new Tracks(), marks, 0);
}

/** Colours a photo at its full size. */
export async function colorizePhoto({ planes, alpha, tags, report }: Photo, session: Session, options: RunOptions): Promise<Colored> {
  const begun = performance.now();
  await session.start({ size: options.size, passes: 0 });
  await session.beginShot(options.plan.candidate);
  const [chroma] = [...(await session.push(planes.frame, false, hintsOfPhoto(options.marks))), ...(await session.finish())];
  if (!chroma) throw new Fault("engine", "the photo did not come out");
  const image = toRgb(planes.frame, graded(planes.frame, chroma, options.grade));
  const format = options.output.format ?? report.outputs[0]!;
  const opaque = !alpha || format === "jpeg"; // which has no transparency: it stays in front of white
  if (!opaque) takeOffWhite(image.data, alpha);
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d", { alpha: !opaque })!.putImageData(image, 0, 0);
  const blob = await canvas.convertToBlob({ type: `image/${format}`, quality: QUALITY[options.output.quality] });
  if (blob.type !== `image/${format}`) throw new Fault("encoder-missing", `${format}: the browser wrote ${blob.type}`);
  const extension = format === "jpeg" ? "jpg" : format;
  const seconds = (performance.now() - begun) / 1000;
  const parts = withPhotoTags(new Uint8Array(await blob.arrayBuffer()), format as "jpeg" | "png" | "webp", tags);
  const file = new File(parts, coloredName(report, extension), { type: blob.type });
  return {
    file, options, seconds,
    name: file.name,
    notes: alpha && opaque ? [...report.notes, notes.noTransparency] : report.notes,
    frames: 1,
    framesPerSecond: 1 / seconds,
    shots: 1,
    confidence: null,
    width: image.width,
    height: image.height,
    container: extension,
    videoCodec: format,
    sound: [],
  };
}

/** What was seen in front of white becomes as transparent again as it was. */
function takeOffWhite(pixels: Uint8ClampedArray, alpha: Uint8Array): void {
  for (const [at, opacity] of alpha.entries()) {
    for (let channel = 4 * at; opacity > 0 && channel < 4 * at + 3; channel++) {
      pixels[channel] = 255 - ((255 - pixels[channel]!) * 255) / opacity;
    }
    pixels[4 * at + 3] = opacity;
  }
}
