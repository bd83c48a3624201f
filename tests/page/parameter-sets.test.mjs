/** Parameter sets of H.264 and HEVC that travel in front of a key packet. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { withParameterSets } = await loaded("media/parameter-sets.ts");

const PACKET = Uint8Array.of(9, 9, 9);

/** Sets, each behind its length in two bytes. @param {number[][]} sets */
const counted = (...sets) => sets.flatMap((set) => [0, set.length, ...set]);

test("H.264: sequence sets, picture sets and the packet, behind lengths as long as the record says", () => {
  const record = (/** @type {number} */ lengthBytes) =>
    Uint8Array.of(1, 100, 0, 40, 0xfc | (lengthBytes - 1), 0xe0 | 2, ...counted([1, 2], [3]), 1, ...counted([4, 5, 6]));
  assert.deepEqual([...withParameterSets(PACKET, "avc", record(4))], [0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 3, 0, 0, 0, 3, 4, 5, 6, 9, 9, 9]);
  assert.deepEqual([...withParameterSets(PACKET, "avc", record(1))], [2, 1, 2, 1, 3, 3, 4, 5, 6, 9, 9, 9]);
});

test("HEVC: the sets of every array", () => {
  const head = new Uint8Array(23);
  head[21] = 0xfc | 1;
  head[22] = 2;
  const record = Uint8Array.of(...head, 32, 0, 1, ...counted([1]), 33, 0, 2, ...counted([2, 2], [3]));
  assert.deepEqual([...withParameterSets(PACKET, "hevc", record)], [0, 1, 1, 0, 2, 2, 2, 0, 1, 3, 9, 9, 9]);
});

test("a record without sets leaves the packet as it is", () => {
  assert.deepEqual([...withParameterSets(PACKET, "avc", Uint8Array.of(1, 100, 0, 40, 0xff, 0xe0, 0))], [9, 9, 9]);
});
