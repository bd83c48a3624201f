/** The end of a stream is looked for in so many last bytes: some hundred packs. */
const TAIL_BYTES = 256 * 1024;

/** What begins a packet (ISO/IEC 13818-1, 2.5.3): a pack of packets, the stream's end, and the lowest number of a stream. */
const [PACK, END, LOWEST_STREAM] = [0xba, 0xb9, 0xbb];

/**
 * Whether an MPEG program stream (.mpg, .vob) ends within a packet, as one does that was cut off. Such files say nothing of their length, so
 * it shows nowhere else.
 */
export async function endsWithinPacket(file: Blob): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(Math.max(0, file.size - TAIL_BYTES)).arrayBuffer());
  let at = packIn(bytes);
  if (at === null) return false;
  while (at < bytes.length) {
    const length = packetLength(bytes, at);
    // Behind the last packet some writers put zeros.
    if (length === null) return false;
    at += length;
  }
  return at > bytes.length;
}

/** Where a pack begins that another packet follows. */
function packIn(bytes: Uint8Array): number | null {
  for (let at = 0; at + 16 < bytes.length; at++) {
    if (bytes[at] !== 0 || codeAt(bytes, at) !== PACK) continue;
    const length = packetLength(bytes, at)!;
    if (codeAt(bytes, at + length) !== null) return at;
  }
  return null;
}

/** How long what begins here is; null where nothing does. */
function packetLength(bytes: Uint8Array, at: number): number | null {
  const code = codeAt(bytes, at);
  if (code === null) return isCutCode(bytes, at) ? 4 : null;
  if (code === END) return 4;
  if (code === PACK) return bytes[at + 4]! >> 6 === 1 ? 14 + ((bytes[at + 13] ?? 0) & 7) : 12;
  return code < LOWEST_STREAM ? null : 6 + ((bytes[at + 4] ?? 0) << 8 | (bytes[at + 5] ?? 0));
}

function codeAt(bytes: Uint8Array, at: number): number | null {
  return bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1 ? (bytes[at + 3] ?? null) : null;
}

/** Whether the file ends within the mark of a packet. */
function isCutCode(bytes: Uint8Array, at: number): boolean {
  return at + 4 > bytes.length && at + 2 < bytes.length && bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1;
}
