import { Mp4OutputFormat } from "mediabunny";
import type { AccessHandle } from "./storage";

/**
 * What a run's tracks are written as until they are joined: MP4 in fragments, whose every fragment is whole as soon as it
 * is written. It takes any codec and keeps exact time stamps. A fragment ends before a key frame, `seconds` long at least.
 */
export function fragmented(seconds: number): Mp4OutputFormat {
  return new Mp4OutputFormat({ fastStart: "fragmented", minimumFragmentDuration: seconds });
}

/** How many bytes of a fragmented MP4 are whole: up to the end of its last complete `mdat` box. */
export function wholeFragments(file: AccessHandle): number {
  const [size, head] = [file.getSize(), new Uint8Array(16)];
  const view = new DataView(head.buffer);
  let whole = 0;
  for (let at = 0; at + 8 <= size; ) {
    head.fill(0);
    file.read(head, { at });
    const short = view.getUint32(0);
    const length = short === 1 ? Number(view.getBigUint64(8)) : short;
    const end = at + length;
    if (length < 8 || end > size) break;
    if (String.fromCharCode(...head.subarray(4, 8)) === "mdat") whole = end;
    at = end;
  }
  return whole;
}
