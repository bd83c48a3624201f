/** What a transport stream's packets begin with, how long they are, and with how many bytes before it they are stored. */
const SYNC = 0x47;
const PACKET = 188;
const STORED = [{ stride: PACKET, lead: 0 }, { stride: PACKET + 4, lead: 4 }, { stride: PACKET + 16, lead: 0 }];

/** So many packets in step are no chance. */
const IN_STEP = 5;
/** A stream begins within so many bytes, or it is none. */
const HEAD_BYTES = 64 * 1024;
const WINDOW_BYTES = 4 * 1024 * 1024;

/**
 * A transport stream without what is not in step with its packets: bytes that were lost, added or overwritten. mediabunny reads a
 * stream only as long as every packet is where the first one lets expect it. Any other file is given as it is.
 */
export async function inStep(file: Blob): Promise<Blob> {
  const begin = beginOf(await bytesOf(file, 0, HEAD_BYTES));
  if (!begin) return file;
  const { stride, lead } = begin;
  const parts: Blob[] = [];
  for await (const [from, to] of stretches(file, begin.at, stride)) parts.push(file.slice(from - lead, to - lead));
  return parts.length === 1 && parts[0]!.size > file.size - stride ? file : new Blob(parts);
}

/** Whether a file is a transport stream, whatever a short one looks like otherwise. */
export async function isTransportStream(file: Blob): Promise<boolean> {
  return beginOf(await bytesOf(file, 0, HEAD_BYTES)) !== null;
}

/** Where the packets begin, and how they are stored; null in a file that is no transport stream. */
function beginOf(head: Uint8Array) {
  for (let at = 0; at + IN_STEP * PACKET <= head.length; at++) {
    const stored = head[at] === SYNC && STORED.find(({ stride, lead }) => at >= lead && packetsInStep(head, at, stride, IN_STEP) === IN_STEP);
    if (stored) return { ...stored, at };
  }
  return null;
}

/** How many packets follow each other from here on, up to so many. */
function packetsInStep(bytes: Uint8Array, from: number, stride: number, most = Infinity): number {
  let packets = 0;
  for (let at = from; packets < most && bytes[at] === SYNC; at += stride) packets++;
  return packets;
}

/** The stretches of a file whose packets are in step. */
async function* stretches(file: Blob, begin: number, stride: number): AsyncGenerator<[from: number, to: number], void, unknown> {
  let [from, at, base] = [begin, begin, 0];
  let bytes = new Uint8Array(0);
  while (at < file.size) {
    const isLast = base + bytes.length === file.size;
    if (!isLast && base + bytes.length - at < IN_STEP * stride) [base, bytes] = [at, await bytesOf(file, at, at + WINDOW_BYTES)];
    const end = base + bytes.length;
    const lost = at + packetsInStep(bytes, at - base, stride) * stride;
    if (lost >= end) {
      at = end === file.size ? lost : lost - stride;
      continue;
    }
    // The packet before may itself be too short: then the next one begins within it.
    const found = nextInStep(bytes, Math.max(at, lost - stride + 1) - base, stride);
    const next = found === null ? end : base + found;
    const to = next < lost ? lost - stride : lost;
    if (to > from) yield [from, to];
    from = at = found === null && end < file.size ? end - 2 * stride : next;
  }
  if (at > from) yield [from, at];
}

/** Where packets are in step again; null where they are not up to the end. */
function nextInStep(bytes: Uint8Array, from: number, stride: number): number | null {
  for (let at = from; at + 2 * stride < bytes.length; at++) if (packetsInStep(bytes, at, stride, 3) === 3) return at;
  return null;
}

async function bytesOf(file: Blob, from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(from, to).arrayBuffer());
}
