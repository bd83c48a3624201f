/** The first bytes of the image formats that visitors have lying about. */
const SIGNATURES: [string, RegExp][] = [
  ["JPEG", /^\xff\xd8\xff/],
  ["PNG", /^\x89PNG\r\n/],
  ["GIF", /^GIF8/],
  ["WebP", /^RIFF[^]{4}WEBP/],
  ["BMP", /^BM[^]{4}\0\0\0\0/],
  ["TIFF", /^(II\*\0|MM\0\*)/],
  ["JPEG XL", /^(\xff\x0a|\0\0\0\x0cJXL )/],
  ["HEIC or AVIF", /^[^]{4}ftyp(heic|heix|mif1|avif)/],
];

/** The name of the image format if a file is a photo, whatever its extension says; null otherwise. */
export async function photoFormat(file: Blob): Promise<string | null> {
  const head = new Uint8Array(await file.slice(0, 16).arrayBuffer());
  const text = String.fromCharCode(...head);
  return SIGNATURES.find(([, signature]) => signature.test(text))?.[0] ?? null;
}
