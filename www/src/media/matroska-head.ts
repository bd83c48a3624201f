import { Elements, type Element } from "./matroska-elements";

const [EBML, SEGMENT, SEEK_HEAD, SEEK, INFO, TITLE, CHAPTERS, CLUSTER] = [0x1a45dfa3, 0x18538067, 0x114d9b74, 0x4dbb, 0x1549a966, 0x7ba9, 0x1043a770, 0x1f43b675];
/** Nobody names a film at greater length. */
const LONGEST_TITLE = 4096;

/** What a Matroska file says of itself before its pictures, where mediabunny 1.61 does not look. */
export async function matroskaHead(file: Blob): Promise<{ title: string | null; chapters: boolean }> {
  const elements = new Elements(file);
  const found: { title: string | null; chapters: boolean } = { title: null, chapters: false };
  for await (const part of partsOf(elements)) {
    if (part.id === CHAPTERS) found.chapters = true;
    for await (const child of part.id === INFO || part.id === SEEK_HEAD ? childrenOf(elements, part) : []) {
      if (child.id === TITLE) found.title = await textOf(elements, child);
      if (child.id === SEEK) found.chapters ||= await pointsToChapters(elements, child);
    }
  }
  return found;
}

/** A segment's parts up to the first pictures. */
async function* partsOf(elements: Elements): AsyncGenerator<Element, void, unknown> {
  const head = await elements.at(0);
  const segment = head?.id === EBML && head.end !== null ? await elements.at(head.end) : null;
  if (segment?.id !== SEGMENT) return;
  for await (const part of childrenOf(elements, { ...segment, end: segment.end ?? elements.file.size })) {
    if (part.id === CLUSTER) return;
    yield part;
  }
}

async function* childrenOf(elements: Elements, { content, end }: Element): AsyncGenerator<Element, void, unknown> {
  for (let at = content; at < Math.min(end ?? 0, elements.file.size); ) {
    const child = await elements.at(at);
    if (child) yield child;
    if (!child?.end) return;
    at = child.end;
  }
}

async function textOf(elements: Elements, { content, end }: Element): Promise<string | null> {
  const bytes = await elements.bytes(content, Math.min(end! - content, LONGEST_TITLE));
  return new TextDecoder().decode(bytes).replace(/\0.*/s, "") || null;
}

/** An entry of the way to the parts holds the identifier of the part that it leads to. */
async function pointsToChapters(elements: Elements, { content, end }: Element): Promise<boolean> {
  const bytes = await elements.bytes(content, end! - content);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("").includes("53ab841043a770");
}
