import inflating from "pako/dist/pako_inflate.min.js?url";
import reading from "utif2/UTIF.js?url";
import { Fault, named } from "../../fault";
import { JPEG_COLOR, planesOf, planesOfPixels } from "../photo";
import type { Planes } from "../planes";
import { isDpx, readDpx } from "./dpx";

/** One picture of a film: TIFF and DPX, which browsers do not read, and whatever they do. */
export async function readImage(file: Blob, name: string): Promise<Planes> {
  try {
    const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
    if (isDpx(head)) return readDpx(new Uint8Array(await file.arrayBuffer()), JPEG_COLOR);
    if (/^(II\*\0|MM\0\*)$/.test(String.fromCharCode(...head))) return await readTiff(await file.arrayBuffer());
    const bitmap = await createImageBitmap(file);
    try {
      return planesOf(bitmap, bitmap.width, bitmap.height);
    } finally {
      bitmap.close();
    }
  } catch (error) {
    const fault = named(error, "decode-failed");
    throw new Fault(fault.code, `${name}: ${fault.message}`, error);
  }
}

/** Loads what reads TIFF: two scripts of the time before modules, which leave themselves in the worker's global scope. */
async function loadReader(): Promise<typeof import("utif2")> {
  for (const script of [inflating, reading]) await import(/* @vite-ignore */ new URL(script, import.meta.url).href);
  return (globalThis as unknown as { UTIF: typeof import("utif2") }).UTIF;
}

async function readTiff(bytes: ArrayBuffer): Promise<Planes> {
  const UTIF = await loadReader();
  const [first] = UTIF.decode(bytes);
  if (!first) throw new Fault("decode-failed", "TIFF without a picture");
  UTIF.decodeImage(bytes, first);
  return planesOfPixels(UTIF.toRGBA8(first), first.width, first.height);
}
