/** An element's identifier and size take no more. */
const HEADER_BYTES = 12;
/** So much of a file is read at once. */
const WINDOW_BYTES = 1024 * 1024;

export interface Element {
  id: number;
  /** Where it begins, and where its content does. */
  begin: number;
  content: number;
  /** Behind it; null where it does not say. */
  end: number | null;
  /** How many bytes name its size. */
  sizeBytes: number;
}

/** The elements of a Matroska file, wherever one is asked for. */
export class Elements {
  #base = 0;
  #bytes = new Uint8Array(0);

  constructor(readonly file: Blob) {}

  /** The element that begins somewhere; null where none does. */
  async at(begin: number): Promise<Element | null> {
    const bytes = await this.bytes(begin, HEADER_BYTES);
    const idBytes = Math.clz32(bytes[0] ?? 0) - 23;
    const sizeBytes = Math.clz32(bytes[idBytes] ?? 0) - 23;
    if (idBytes > 4 || sizeBytes > 8 || idBytes + sizeBytes > bytes.length) return null;
    const id = numberIn(bytes, 0, idBytes, bytes[0]!);
    const first = bytes[idBytes]! & (0xff >> sizeBytes);
    const isOpen = first === 0xff >> sizeBytes && bytes.subarray(idBytes + 1, idBytes + sizeBytes).every((byte) => byte === 255);
    const content = begin + idBytes + sizeBytes;
    return { id, begin, content, sizeBytes, end: isOpen ? null : content + numberIn(bytes, idBytes, sizeBytes, first) };
  }

  /** Some bytes, as far as the file has them. */
  async bytes(from: number, count: number): Promise<Uint8Array> {
    const end = Math.min(this.file.size, from + count);
    if (from < this.#base || end > this.#base + this.#bytes.length) {
      this.#base = from;
      this.#bytes = new Uint8Array(await this.file.slice(from, from + WINDOW_BYTES).arrayBuffer());
    }
    return this.#bytes.subarray(from - this.#base, end - this.#base);
  }
}

function numberIn(bytes: Uint8Array, at: number, count: number, first: number): number {
  let value = first;
  for (let byte = 1; byte < count; byte++) value = value * 256 + bytes[at + byte]!;
  return value;
}

/** An element's size as it is stored, in so many bytes. */
export function storedSize(size: number, count: number): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from({ length: count }, (_, byte) => Math.floor(size / 256 ** (count - 1 - byte)) & 255);
  bytes[0]! |= 0x80 >> (count - 1);
  return bytes;
}
