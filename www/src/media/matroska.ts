import { VOID, repair, type Patch } from "./matroska-damage";
import { Elements, type Element } from "./matroska-elements";

const [EBML, SEGMENT] = [0x1a45dfa3, 0x18538067];
/** Tags without a word, and room behind them. */
const LAST_PART = Uint8Array.from([0x12, 0x54, 0xc3, 0x67, 0x8b, VOID, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

/**
 * A Matroska or WebM file in the form in which mediabunny 1.61 reads all of it; any other file as it is. `cutOff`: it ends within a
 * cluster; `damaged`: something in it is no part of it, or is missing.
 *
 * mediabunny reads a cluster as a whole or not at all (`readCluster`), and may lose seconds of a file that is cut off or damaged. And where no
 * part of the segment comes behind damage, it looks for one for ever (`resync`, once eight bytes are left): such a segment goes on to the
 * file's end, where one waits. With both mended there, this can go.
 */
export async function readableMatroska(file: Blob): Promise<{ source: Blob; cutOff: boolean; damaged: boolean }> {
  const elements = new Elements(file);
  const head = await elements.at(0);
  const segment = head?.id === EBML && head.end !== null ? await elements.at(head.end) : null;
  if (segment?.id !== SEGMENT) return { source: file, cutOff: false, damaged: false };
  const { patches, damaged, cutOff, end } = await repair(elements, segment);
  const isShort = segment.end !== null && segment.end > file.size;
  const isWhole = patches.length === 0 && segment.end === end;
  if (isWhole) return { source: file, cutOff: false, damaged: false };
  return { source: toItsEnd(file, segment, patches), cutOff: cutOff || (isShort && !damaged), damaged };
}

/** A segment that says nothing of its size goes on to the end. */
function toItsEnd(file: Blob, { content, sizeBytes }: Element, patches: Patch[]): Blob {
  const open = Uint8Array.from({ length: sizeBytes }, (_, byte) => (byte === 0 ? 0xff >> (sizeBytes - 1) : 0xff));
  const parts: BlobPart[] = [];
  let copied = 0;
  for (const { at, bytes } of [{ at: content - sizeBytes, bytes: open }, ...patches]) {
    parts.push(file.slice(copied, at), bytes);
    copied = at + bytes.length;
  }
  return new Blob([...parts, file.slice(copied), LAST_PART]);
}
