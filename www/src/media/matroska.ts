const [EBML, SEGMENT, CLUSTER, VOID, CHECKSUM] = [0x1a45dfa3, 0x18538067, 0x1f43b675, 0xec, 0xbf];
/** What a segment holds: the way to its parts, its description, tracks, clusters, index, attachments, chapters and tags. */
const PARTS = [0x114d9b74, 0x1549a966, 0x1654ae6b, CLUSTER, 0x1c53bb6b, 0x1941a469, 0x1043a770, 0x1254c367, VOID, CHECKSUM];
/** An element's identifier and size take no more. */
const HEADER_BYTES = 12;
/** Tags without a word, and room behind them. */
const LAST_PART = Uint8Array.from([0x12, 0x54, 0xc3, 0x67, 0x8b, VOID, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

interface Element {
  id: number;
  /** Where its content begins. */
  content: number;
  /** Behind it; null where it does not say. */
  end: number | null;
  /** How many bytes name its size. */
  sizeBytes: number;
}

/**
 * A Matroska or WebM file in the form in which mediabunny 1.61 reads all of it; any other file as it is. `cutOff`: it ends within a
 * cluster; `damaged`: something in it is no part of it, or is missing.
 *
 * mediabunny reads a cluster as a whole or not at all (`readCluster`), and may lose seconds of a file that was cut off: its last cluster
 * gets the size that it has. And where no part of the segment comes behind damage, it looks for one for ever (`resync`, once eight bytes are
 * left): a damaged segment goes on to the file's end, where one waits. With both mended there, this can go.
 */
export async function readableMatroska(file: Blob): Promise<{ source: Blob; cutOff: boolean; damaged: boolean }> {
  const head = await elementAt(file, 0);
  const segment = head?.id === EBML && head.end !== null ? await elementAt(file, head.end) : null;
  if (segment?.id !== SEGMENT) return { source: file, cutOff: false, damaged: false };
  let [at, part] = [segment.content, await elementAt(file, segment.content)];
  while (part && PARTS.includes(part.id) && part.end !== null && part.end <= file.size) [at, part] = [part.end, await elementAt(file, part.end)];
  const isWhole = at === file.size && segment.end !== null && segment.end <= file.size;
  if (isWhole || segment.end === at) return { source: file, cutOff: false, damaged: false };
  const cutOff = part?.id === CLUSTER && part.end !== null && part.end > file.size;
  const whole = cutOff ? withSize(file, part!, await endOfWhole(file, part!.content)) : file;
  const damaged = segment.end !== null || (part !== null && !PARTS.includes(part.id));
  return { source: toItsEnd(whole, segment), cutOff, damaged };
}

/** A segment that says nothing of its size goes on to the end. */
function toItsEnd(file: Blob, { content, sizeBytes }: Element): Blob {
  const open = Uint8Array.from({ length: sizeBytes }, (_, byte) => (byte === 0 ? 0xff >> (sizeBytes - 1) : 0xff));
  return new Blob([file.slice(0, content - sizeBytes), open, file.slice(content), LAST_PART]);
}

/** Where the last element ends that is whole. */
async function endOfWhole(file: Blob, from: number): Promise<number> {
  let end = from;
  for (let child = await elementAt(file, end); child?.end && child.end <= file.size; child = await elementAt(file, end)) end = child.end;
  return end;
}

function withSize(file: Blob, { content, sizeBytes }: Element, end: number): Blob {
  const size = Uint8Array.from({ length: sizeBytes }, (_, byte) => Math.floor((end - content) / 256 ** (sizeBytes - 1 - byte)) & 255);
  size[0]! |= 0x80 >> (sizeBytes - 1);
  return new Blob([file.slice(0, content - sizeBytes), size, file.slice(content, end)]);
}

/** The element that begins somewhere; null where none does. */
async function elementAt(file: Blob, at: number): Promise<Element | null> {
  const bytes = new Uint8Array(await file.slice(at, at + HEADER_BYTES).arrayBuffer());
  const idBytes = Math.clz32(bytes[0] ?? 0) - 23;
  const sizeBytes = Math.clz32(bytes[idBytes] ?? 0) - 23;
  if (idBytes > 4 || sizeBytes > 8 || idBytes + sizeBytes > bytes.length) return null;
  const id = bytes.subarray(0, idBytes).reduce((value, byte) => value * 256 + byte, 0);
  const first = bytes[idBytes]! & (0xff >> sizeBytes);
  const rest = bytes.subarray(idBytes + 1, idBytes + sizeBytes);
  const isOpen = first === 0xff >> sizeBytes && rest.every((byte) => byte === 255);
  const size = rest.reduce((value, byte) => value * 256 + byte, first);
  const content = at + idBytes + sizeBytes;
  return { id, content, sizeBytes, end: isOpen ? null : content + size };
}
