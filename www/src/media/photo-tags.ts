import { uprightExif } from "./exif";

/** What a photo's file says of it: when it was taken, by whom, whose it is. */
export interface PhotoTags {
  exif: Uint8Array | null;
  /** What only JPEG has: XMP, IPTC and comments, as whole segments. */
  segments: Uint8Array[];
}

type Bytes = Uint8Array<ArrayBuffer>;

const EXIF = "Exif\0\0";
/** JPEG's segments that say something of the picture: XMP, IPTC, comments. */
const KEPT: [marker: number, begin: string][] = [[0xe1, "http://ns.adobe.com/xap/"], [0xed, "Photoshop 3.0"], [0xfe, ""]];

/** Reads what a file in one of these formats says; of others nothing is known. */
export function readPhotoTags(bytes: Bytes, format: string): PhotoTags {
  const tags: PhotoTags = { exif: null, segments: [] };
  if (format === "JPEG") readJpeg(bytes, tags);
  if (format === "PNG") tags.exif = chunkOf(pngChunks(bytes), "eXIf");
  if (format === "WebP") tags.exif = chunkOf(webpChunks(bytes), "EXIF");
  if (tags.exif) tags.exif = uprightExif(text(tags.exif, 0, 6) === EXIF ? tags.exif.subarray(6) : tags.exif);
  return tags;
}

/** A written photo that says the same. */
export function withPhotoTags(bytes: Bytes, format: "png" | "jpeg" | "webp", { exif, segments }: PhotoTags): BlobPart[] {
  if (format === "jpeg") {
    const ownExif = exif && exif.length < 65_000 ? [Uint8Array.from([0xff, 0xe1, ...u16(exif.length + 8), ...codes(EXIF)]), exif] : [];
    return [bytes.subarray(0, 2), ...ownExif, ...segments, bytes.subarray(2)] as BlobPart[];
  }
  if (!exif) return [bytes];
  return (format === "png" ? pngWith(bytes, exif) : webpWith(bytes, exif)) as BlobPart[];
}

function readJpeg(bytes: Bytes, tags: PhotoTags): void {
  const view = new DataView(bytes.buffer);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
    const [marker, end] = [bytes[at + 1]!, at + 2 + view.getUint16(at + 2)];
    if (end > bytes.length) return;
    const begins = (words: string) => text(bytes, at + 4, words.length) === words;
    if (marker === 0xe1 && begins(EXIF)) tags.exif ??= bytes.subarray(at + 4, end);
    if (KEPT.some(([kept, begin]) => kept === marker && begins(begin))) tags.segments.push(bytes.subarray(at, end));
    at = end;
  }
}

interface Chunk {
  name: string;
  data: Bytes;
}

function chunkOf(chunks: Chunk[], name: string): Bytes | null {
  return chunks.find((chunk) => chunk.name === name)?.data ?? null;
}

function pngChunks(bytes: Bytes): Chunk[] {
  const view = new DataView(bytes.buffer);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    chunks.push({ name: text(bytes, at + 4, 4), data: bytes.subarray(at + 8, at + 8 + view.getUint32(at)) });
  }
  return chunks;
}

/** Behind the head, which always is 25 bytes long. */
function pngWith(bytes: Bytes, exif: Uint8Array): Uint8Array[] {
  const chunk = Uint8Array.from([...codes("eXIf"), ...exif]);
  return [bytes.subarray(0, 33), u32(exif.length), chunk, u32(crc32(chunk)), bytes.subarray(33)];
}

function webpChunks(bytes: Bytes): Chunk[] {
  const view = new DataView(bytes.buffer);
  const chunks: Chunk[] = [];
  for (let at = 12; at + 8 <= bytes.length; at += 8 + 2 * Math.ceil(view.getUint32(at + 4, true) / 2)) {
    chunks.push({ name: text(bytes, at, 4), data: bytes.subarray(at + 8, at + 8 + view.getUint32(at + 4, true)) });
  }
  return chunks;
}

/** Only an extended file, whose head names its parts, has room for more than the picture. */
function webpWith(bytes: Bytes, exif: Uint8Array): Uint8Array[] {
  const chunks = webpChunks(bytes);
  const [first] = chunks;
  if (!first || first.name === "VP8X") return webpOf([...chunks.map((chunk) => (chunk === first ? marked(first) : chunk)), { name: "EXIF", data: exif.slice() }]);
  const size = first.name === "VP8L" ? losslessSize(first.data) : lossySize(first.data);
  const head = Uint8Array.from([8 | (size.alpha ? 16 : 0), 0, 0, 0, ...u24(size.width - 1), ...u24(size.height - 1)]);
  return webpOf([{ name: "VP8X", data: head }, ...chunks, { name: "EXIF", data: exif.slice() }]);
}

function marked({ name, data }: Chunk): Chunk {
  const copy = data.slice();
  copy[0]! |= 8;
  return { name, data: copy };
}

function lossySize(data: Bytes) {
  const view = new DataView(data.buffer, data.byteOffset);
  return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff, alpha: false };
}

function losslessSize(data: Bytes) {
  const bits = new DataView(data.buffer, data.byteOffset).getUint32(1, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1, alpha: (bits & (1 << 28)) !== 0 };
}

function webpOf(chunks: Chunk[]): Uint8Array[] {
  const parts = chunks.flatMap(({ name, data }) => [Uint8Array.from([...codes(name), ...u32(data.length).toReversed()]), data, new Uint8Array(data.length % 2)]);
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return [Uint8Array.from([...codes("RIFF"), ...u32(length).toReversed(), ...codes("WEBP")]), ...parts];
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

const codes = (words: string) => [...words].map((letter) => letter.charCodeAt(0));
const u16 = (value: number) => [value >> 8, value & 255];
const u24 = (value: number) => [value & 255, (value >> 8) & 255, value >> 16];
const u32 = (value: number) => Uint8Array.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]);
