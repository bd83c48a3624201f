import { storedSize, type Element, type Elements } from "./matroska-elements";

export const [CLUSTER, CUES, SEEK_HEAD, VOID, CHECKSUM] = [0x1f43b675, 0x1c53bb6b, 0x114d9b74, 0xec, 0xbf];
/** What a segment holds: the way to its parts, its description, tracks, clusters, index, attachments, chapters and tags. */
const PARTS = [SEEK_HEAD, 0x1549a966, 0x1654ae6b, CLUSTER, CUES, 0x1941a469, 0x1043a770, 0x1254c367];
const [BLOCK_GROUP, BLOCK, SIMPLE_BLOCK] = [0xa0, 0xa1, 0xa3];
/** What a cluster holds: its time, its place and its size, and blocks. */
const IN_CLUSTER = [0xe7, 0x5854, 0xa7, 0xab, BLOCK_GROUP, SIMPLE_BLOCK, 0xaf, VOID, CHECKSUM];

/** So many blocks that follow each other are no chance. */
const IN_STEP = 3;
/** Clusters of larger files are not looked into: that would read all of it before anything is shown. */
const LOOKED_INTO_BYTES = 256 * 1024 * 1024;

/** Bytes in place of others. */
export interface Patch {
  at: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What has to be written over a segment's bytes, in their order, for a reader to pass over its damage. */
export interface Repair {
  patches: Patch[];
  /** Whether something is damaged, and whether that is the end: what comes last is not whole. */
  damaged: boolean;
  cutOff: boolean;
  /** Where the segment's parts end. */
  end: number;
}

/**
 * Looks for damage in a segment. What is no element is covered by a void one, up to where blocks or parts follow each other again; a
 * cluster gets the size that it has. Nothing moves. An index does not hold for what was damaged: it goes.
 */
export async function repair(elements: Elements, segment: Element): Promise<Repair> {
  const walk = new Walk(elements, segment.content);
  while (walk.at < elements.file.size && walk.at !== segment.end) await walk.step();
  return walk.end();
}

/** The way through a segment, element by element. */
class Walk {
  readonly #patches: Patch[] = [];
  readonly #index: Element[] = [];
  #damaged = false;
  #cutOff = false;
  /** The cluster that it is in. */
  #cluster: Element | null = null;
  /** Where that ends, unless damage makes it uncertain. */
  #clusterEnd: number | null = null;

  constructor(private readonly elements: Elements, public at: number) {}

  async step(): Promise<void> {
    if (this.at === this.#clusterEnd) this.#leaveCluster();
    const { size } = this.elements.file;
    const element = await this.elements.at(this.at);
    if (element && isPart(element, size, this.#cluster === null)) this.#pass(element);
    else if (element && this.#cluster && isChild(element, this.#clusterEnd ?? size) && !(await this.#swallows(element))) this.at = element.end!;
    else await this.#passDamage();
  }

  end(): Repair {
    this.#leaveCluster();
    const outdated = this.#damaged ? this.#index.map(({ begin, end }) => voidPatch(begin, end!)) : [];
    const patches = [...this.#patches, ...outdated].sort((one, other) => one.at - other.at);
    return { patches, damaged: this.#damaged, cutOff: this.#cutOff, end: this.at };
  }

  #pass(part: Element): void {
    const { size } = this.elements.file;
    this.#leaveCluster();
    if (part.id === CUES || part.id === SEEK_HEAD) this.#index.push(part);
    const isWhole = part.end !== null && part.end <= size;
    if (part.id !== CLUSTER || (isWhole && size > LOOKED_INTO_BYTES)) {
      this.at = part.end!;
      return;
    }
    [this.#cluster, this.#clusterEnd, this.at] = [part, isWhole ? part.end : null, part.content];
  }

  /** A cluster ends here, whatever it says. */
  #leaveCluster(): void {
    const { at } = this;
    if (this.#cluster && this.#cluster.end !== null && this.#cluster.end !== at) this.#patches.push(sizePatch(this.#cluster, at));
    [this.#cluster, this.#clusterEnd] = [null, null];
  }

  /** Whether an element's size is wrong: nothing known follows it, but blocks follow each other within it. */
  async #swallows({ begin, end }: Element): Promise<boolean> {
    if (end === this.#clusterEnd || end === this.elements.file.size) return false;
    const following = await this.elements.at(end!);
    if (following && (IN_CLUSTER.includes(following.id) || PARTS.includes(following.id))) return false;
    return (await nextInStep(this.elements, begin, true)) < end!;
  }

  async #passDamage(): Promise<void> {
    const next = await nextInStep(this.elements, this.at, this.#cluster !== null);
    if (next === this.elements.file.size) {
      this.#cutOff = true;
      this.#leaveCluster();
    } else this.#damaged = true;
    if (next > this.at) this.#patches.push(voidPatch(this.at, next));
    [this.at, this.#clusterEnd] = [next, null];
  }
}

/** Only a cluster may reach beyond the file, or not say where it ends. */
function isPart({ id, end }: Element, size: number, betweenClusters: boolean): boolean {
  const isOne = PARTS.includes(id) || (betweenClusters && (id === VOID || id === CHECKSUM));
  return id === CLUSTER || (isOne && end !== null && end <= size);
}

function isChild({ id, end }: Element, limit: number): boolean {
  return IN_CLUSTER.includes(id) && end !== null && end <= limit;
}

/** Where a part begins, or in a cluster where blocks follow each other again; the file's end where that is nowhere. */
async function nextInStep(elements: Elements, from: number, inCluster: boolean): Promise<number> {
  const { size } = elements.file;
  for (let at = from; at < size; at++) {
    const [first, second] = await elements.bytes(at, 2);
    // A void element takes two bytes at least.
    if (at === from + 1) continue;
    if (inCluster && (first === SIMPLE_BLOCK || first === BLOCK_GROUP) && (await areBlocks(elements, at))) return at;
    if (first === 0x1f && second === 0x43 && (await isClusterAt(elements, at))) return at;
    if (first === 0x1c && second === 0x53 && (await elements.at(at))?.id === CUES) return at;
  }
  return size;
}

async function areBlocks(elements: Elements, from: number): Promise<boolean> {
  const { size } = elements.file;
  for (let [at, blocks] = [from, 0]; blocks < IN_STEP && at < size; blocks++) {
    const element = await elements.at(at);
    if (blocks > 0 && element && PARTS.includes(element.id)) return true;
    if (!element || !isChild(element, size) || !(await isBlock(elements, element))) return false;
    at = element.end!;
  }
  return true;
}

/** A block begins with the number of its track, of which files have few; a group of them with a block. */
async function isBlock(elements: Elements, { id, content }: Element): Promise<boolean> {
  const [first = 0] = await elements.bytes(content, 1);
  return id === BLOCK_GROUP ? first === BLOCK : id === SIMPLE_BLOCK && first > 0x80 && first < 0x90;
}

async function isClusterAt(elements: Elements, at: number): Promise<boolean> {
  const element = await elements.at(at);
  return element?.id === CLUSTER && IN_CLUSTER.includes((await elements.at(element.content))?.id ?? 0);
}

function sizePatch({ content, sizeBytes }: Element, end: number): Patch {
  return { at: content - sizeBytes, bytes: storedSize(end - content, sizeBytes) };
}

/** A void element's size fits into one byte where the element has no room for eight. At the file's end one may take a byte more than there is. */
function voidPatch(from: number, to: number): Patch {
  const sizeBytes = to - from < 9 ? 1 : 8;
  return { at: from, bytes: Uint8Array.of(VOID, ...storedSize(Math.max(0, to - from - 1 - sizeBytes), sizeBytes)) };
}
