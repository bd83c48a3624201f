import { notes } from "../../words/notes";
import { isTransparent, planesOf } from "../photo";
import type { Pictures } from "./pictures";

/** What browsers count as no time at all, and show for a tenth of a second; in microseconds. */
const [TOO_SHORT, INSTEAD] = [10_000, 100_000];

/**
 * The pictures of an animated GIF, PNG or WebP; null where the file is a still, where it breaks off within its first pictures, or where
 * the browser has no decoder that tells them apart.
 */
export async function readAnimation(file: Blob, format: string): Promise<Pictures | null> {
  const type = `image/${format.toLowerCase()}`;
  if (!("ImageDecoder" in globalThis) || !(await ImageDecoder.isTypeSupported(type))) return null;
  const decoder = new ImageDecoder({ type, data: await file.arrayBuffer() });
  const isWhole = await Promise.all([decoder.completed, decoder.tracks.ready]).then(() => true, () => false);
  const { frameCount = 1 } = decoder.tracks.selectedTrack ?? {};
  const { durations, transparent } = frameCount > 1 ? await lookThrough(decoder, frameCount) : { durations: [], transparent: false };
  const found = [...(transparent ? [notes.transparent] : []), ...(isWhole && durations.length === frameCount ? [] : [notes.breaksOff])];
  if (durations.length > 1) return picturesOf(decoder, durations, format, found);
  decoder.close();
  return null;
}

/** How long each picture is shown, in microseconds, up to the first that cannot be decoded, and whether one shows what is behind it. */
async function lookThrough(decoder: ImageDecoder, count: number): Promise<{ durations: number[]; transparent: boolean }> {
  const durations: number[] = [];
  let transparent = false;
  for (let frameIndex = 0; frameIndex < count; frameIndex++) {
    const image = await decoder.decode({ frameIndex }).then(({ image }) => image, () => null);
    if (!image) break;
    const duration = image.duration ?? 0;
    durations.push(duration > TOO_SHORT ? duration : INSTEAD);
    transparent ||= isTransparent(image);
    image.close();
  }
  return { durations, transparent };
}

function picturesOf(decoder: ImageDecoder, durations: number[], format: string, found: string[]): Pictures {
  let end = 0;
  const times = durations.map((duration) => ((end += duration) - duration) / 1e6);
  return {
    container: format, codec: format, times, end: end / 1e6, clock: 1000,
    notes: [notes.animation(format), ...found],
    picture: async (at) => {
      const { image } = await decoder.decode({ frameIndex: at });
      try {
        return planesOf(image, image.displayWidth, image.displayHeight);
      } finally {
        image.close();
      }
    },
    close: () => decoder.close(),
  };
}
