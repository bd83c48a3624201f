/**
 * Two encoders may describe the same picture with other parameter sets, and a file names one description for all of its
 * packets. H.264 and HEVC then carry the others in the packets themselves: this puts those of a description (an
 * AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord, ISO/IEC 14496-15) before a key packet.
 */
export function withParameterSets(packet: Uint8Array, codec: "avc" | "hevc", description: Uint8Array): Uint8Array {
  const sets = codec === "avc" ? setsOfAvc(description) : setsOfHevc(description);
  const lengthBytes = (description[codec === "avc" ? 4 : 21]! & 3) + 1;
  const parts = [...sets.flatMap((set) => [lengthOf(set, lengthBytes), set]), packet];
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function setsOfAvc(record: Uint8Array): Uint8Array[] {
  const sequences = take(record, 6, record[5]! & 31);
  return [...sequences.sets, ...take(record, sequences.end + 1, record[sequences.end]!).sets];
}

function setsOfHevc(record: Uint8Array): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (let array = 0, at = 23; array < record[22]!; array++) {
    const { sets, end } = take(record, at + 3, (record[at + 1]! << 8) | record[at + 2]!);
    all.push(...sets);
    at = end;
  }
  return all;
}

/** Sets one behind the other, each after its length in two bytes. */
function take(record: Uint8Array, from: number, count: number): { sets: Uint8Array[]; end: number } {
  const sets: Uint8Array[] = [];
  let at = from;
  for (let set = 0; set < count; set++) {
    const length = (record[at]! << 8) | record[at + 1]!;
    sets.push(record.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return { sets, end: at };
}

function lengthOf(set: Uint8Array, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => (set.length >> (8 * (bytes - 1 - at))) & 255);
}
