import { IsobmffInputFormat, type InputFormat, type InputVideoTrack } from "mediabunny";
import { movieBox } from "./movie-box";

/** A pixel's width to its height. */
export interface PixelAspect {
  num: number;
  den: number;
}

/**
 * The shape of a track's pixels as the file has it. mediabunny rounds it to a size in whole square pixels, so in MP4 and MOV the
 * `pasp` boxes are looked at: the one that the rounded size comes from is the track's.
 */
export async function pixelAspect(file: Blob, format: InputFormat, video: InputVideoTrack): Promise<PixelAspect> {
  const rounded = await video.getPixelAspectRatio();
  if (!(format instanceof IsobmffInputFormat)) return rounded;
  const [width, height] = [await video.getCodedWidth(), await video.getCodedHeight()];
  const square = [await video.getSquarePixelWidth(), await video.getSquarePixelHeight()];
  const comesFrom = ({ num, den }: PixelAspect) =>
    (num > den ? Math.round((width * num) / den) : width) === square[0] && (num > den ? height : Math.round((height * den) / num)) === square[1];
  return aspectsIn(await movieBox(file)).find(comesFrom) ?? rounded;
}

function aspectsIn(movie: string): PixelAspect[] {
  const number = (text: string) => [...text].reduce((value, byte) => value * 256 + byte.charCodeAt(0), 0);
  return [...movie.matchAll(/pasp([^]{4})([^]{4})/g)].map(([, num, den]) => ({ num: number(num!), den: number(den!) }));
}
