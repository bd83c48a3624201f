/** Where containers name their tracks. */
const HEAD_BYTES = 256 * 1024;

/** Streams of a transport stream that are pictures (ISO/IEC 13818-1, 2.4.4.10), in codecs that mediabunny passes over. */
const STREAM_TYPES = new Map([[0x01, "MPEG-1"], [0x02, "MPEG-2"], [0x10, "MPEG-4"], [0x20, "H.264"], [0x21, "JPEG 2000"], [0x42, "AVS"], [0xd1, "Dirac"], [0xea, "VC-1"]]);

/** What the first packets of pictures in Ogg begin with; the last one is any codec of Windows, as the files called OGM have it. */
const OGG_MARKS = [["\u20actheora", "Theora"], ["BBCD\0", "Dirac"], ["OVP80", "VP8"], ["\x01video\0\0\0", "OGM"]] as const;

/** The codec of the picture in an Ogg file or a transport stream of which mediabunny lists no picture; null where there is none. */
export async function unlistedPicture(file: Blob): Promise<string | null> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const text = new TextDecoder("latin1").decode(head); // a browser's Latin 1 has the euro at 0x80
  if (text.startsWith("OggS")) return OGG_MARKS.find(([mark]) => text.includes(mark))?.[1] ?? null;
  // A program map: pointer, table 2, length and numbers; then each stream's type, identifier and description.
  for (const { index } of text.matchAll(/G[\x40-\x5f][^]{2}\0\x02[\xb0-\xbf]/g)) {
    const codec = pictureOf(head.subarray(index + 5));
    if (codec) return codec;
  }
  return null;
}

function pictureOf(map: Uint8Array): string | null {
  const lengthAt = (at: number) => ((map[at]! & 15) << 8) | map[at + 1]!;
  const end = Math.min(map.length, lengthAt(1) - 1);
  for (let at = 12 + lengthAt(10); at + 5 <= end; at += 5 + lengthAt(at + 3)) {
    const codec = STREAM_TYPES.get(map[at]!);
    if (codec) return codec;
  }
  return null;
}
