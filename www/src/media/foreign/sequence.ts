import { Fault } from "../../fault";
import { notes } from "../../words/notes";
import { isTransparent } from "../photo";
import { numberIn, readPack, type Pack } from "./pack";
import { readImage } from "./images";
import type { Pictures } from "./pictures";

/** The pictures of a film that lies in numbered files; null where a file is no pack of them. */
export async function readSequence(file: Blob): Promise<Pictures | null> {
  const pack = await readPack(file);
  if (!pack) return null;
  const { rate, names } = pack.contents;
  const pictureFile = pack.contents.zip ? await zipped(pack) : sliced(pack);
  const missing = numberIn(names.at(-1)!) - numberIn(names[0]!) + 1 - names.length;
  const transparent = await isTransparentFile(await pictureFile(0));
  const kind = /[^.]*$/.exec(names[0]!)![0].toUpperCase();
  return {
    container: kind, codec: kind,
    times: names.map((_, at) => at / rate),
    end: names.length / rate,
    clock: Number.isInteger(rate) ? rate : 90_000,
    notes: [notes.sequence(names.length, rate), ...(transparent ? [notes.transparent] : []), ...(missing > 0 ? [notes.numbersMissing(missing)] : [])],
    picture: async (at) => readImage(await pictureFile(at), names[at]!),
    close: () => {},
  };
}

/** Of those that the browser reads; scans have no transparency. The first picture stands for all. */
async function isTransparentFile(picture: Blob): Promise<boolean> {
  const bitmap = await createImageBitmap(picture).catch(() => null);
  if (!bitmap) return false;
  const transparent = isTransparent(bitmap);
  bitmap.close();
  return transparent;
}

/** Files that lie one behind the other. */
function sliced({ contents: { sizes }, content }: Pack): (at: number) => Promise<Blob> {
  let end = 0;
  const ends = sizes.map((size) => (end += size));
  return (at) => Promise.resolve(content.slice(ends[at]! - sizes[at]!, ends[at]));
}

/** Files in a ZIP, each of which is unpacked when it is wanted. */
async function zipped({ contents: { names }, content }: Pack): Promise<(at: number) => Promise<Blob>> {
  const { unzip } = await import("./zip");
  const files = await unzip(content);
  return (at) => {
    const file = files.get(names[at]!);
    if (!file) throw new Fault("file-damaged", `${names[at]} is not in the ZIP`);
    return file();
  };
}
