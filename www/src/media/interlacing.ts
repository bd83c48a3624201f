import { EncodedPacketSink, type InputVideoTrack } from "mediabunny";

/** The profiles whose parameter set says more of the samples. */
const HIGH = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** Whether a track is H.264 that may hold the lines of two moments in one frame: its sequence parameter set says so (ITU-T H.264, 7.3.2.1.1). */
export async function isInterlaced(track: InputVideoTrack): Promise<boolean> {
  if ((await track.getCodec()) !== "avc") return false;
  const description = (await track.getDecoderConfig())?.description;
  const packet = description ? null : await new EncodedPacketSink(track).getFirstPacket();
  const bytes = description ? bytesOf(description).subarray(8) : (packet && setIn(packet.data));
  return bytes ? !hasFramesOnly(bytes) : false;
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}

/** The first sequence parameter set between start codes. */
function setIn(data: Uint8Array): Uint8Array | null {
  for (let at = 0; at + 4 < data.length; at++) {
    if (data[at] === 0 && data[at + 1] === 0 && data[at + 2] === 1 && (data[at + 3]! & 31) === 7) return data.subarray(at + 3);
  }
  return null;
}

function hasFramesOnly(set: Uint8Array): boolean {
  const bits = new Bits(set);
  bits.skip(8);
  const profile = bits.read(8);
  bits.skip(16);
  bits.golomb(); // its number
  if (HIGH.includes(profile)) skipSamples(bits);
  bits.golomb(); // bits of frame numbers
  const order = bits.golomb();
  if (order === 0) bits.golomb();
  if (order === 1) {
    bits.skip(1);
    bits.golomb();
    bits.golomb();
    for (let frames = bits.golomb(); frames > 0; frames--) bits.golomb();
  }
  bits.golomb(); // reference frames
  bits.skip(1);
  bits.golomb(); // width
  bits.golomb(); // height
  return bits.read(1) === 1;
}

function skipSamples(bits: Bits): void {
  const chroma = bits.golomb();
  if (chroma === 3) bits.skip(1);
  bits.golomb();
  bits.golomb();
  bits.skip(1);
  if (bits.read(1) === 0) return;
  for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) {
    if (bits.read(1) === 1) skipScaling(bits, list < 6 ? 16 : 64);
  }
}

function skipScaling(bits: Bits, length: number): void {
  for (let at = 0, last = 8, next = 8; at < length && next !== 0; at++) {
    next = (last + bits.signed() + 256) % 256;
    last = next || last;
  }
}

/** Bits of a parameter set, without the bytes that keep start codes out of it. Beyond its end there are zeros. */
class Bits {
  readonly #bytes: number[] = [];
  #at = 0;

  constructor(set: Uint8Array) {
    for (let at = 0; at < Math.min(set.length, 1024); at++) {
      if (!(set[at] === 3 && at >= 2 && set[at - 1] === 0 && set[at - 2] === 0)) this.#bytes.push(set[at]!);
    }
  }

  skip(count: number): void {
    this.#at += count;
  }

  read(count: number): number {
    let value = 0;
    for (; count > 0; count--, this.#at++) value = value * 2 + (((this.#bytes[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    return value;
  }

  /** An unsigned exponential Golomb code. */
  golomb(): number {
    let zeros = 0;
    while (zeros < 32 && this.read(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.read(zeros);
  }

  signed(): number {
    const code = this.golomb();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
