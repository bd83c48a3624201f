/** A file's description of its tracks is looked at up to this size. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The `moov` box of an MP4 as text, a character for each byte; empty where there is none. */
export async function movieBox(file: Blob): Promise<string> {
  for (let at = 0; at + 16 <= file.size; ) {
    const head = await bytesOf(file.slice(at, at + 16));
    const view = new DataView(head.buffer);
    const short = view.getUint32(0);
    const length = short === 1 ? Number(view.getBigUint64(8)) : short;
    const isMovie = new TextDecoder("latin1").decode(head.subarray(4, 8)) === "moov";
    if (isMovie) return new TextDecoder("latin1").decode(await bytesOf(file.slice(at, at + Math.min(length, MOST_BYTES))));
    if (length < 8) return "";
    at += length;
  }
  return "";
}

export async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}
