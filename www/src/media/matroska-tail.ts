const [EBML, SEGMENT, CLUSTER] = [0x1a45dfa3, 0x18538067, 0x1f43b675];
/** An element's identifier and size take no more. */
const HEADER_BYTES = 12;

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
 * A Matroska or WebM file that was cut off within a cluster, with that cluster's size as it is: mediabunny 1.61 reads clusters as a whole
 * or not at all (`readCluster`), and may lose seconds. Once it reads what is there of the last one this can go. Any other file is given
 * as it is.
 */
export async function withWholeTail(file: Blob): Promise<Blob> {
  const head = await elementAt(file, 0);
  if (head?.id !== EBML || head.end === null) return file;
  const segment = await elementAt(file, head.end);
  if (segment?.id !== SEGMENT || (segment.end !== null && segment.end <= file.size)) return file;
  let element = await elementAt(file, segment.content);
  while (element?.end && element.end <= file.size) element = await elementAt(file, element.end);
  return element?.id === CLUSTER && element.end !== null ? withSize(file, element, await endOfWhole(file, element.content)) : file;
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
