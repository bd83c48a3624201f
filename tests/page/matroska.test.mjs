/** Matroska that is damaged becomes what can be read to its end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { readableMatroska } = await loaded("media/matroska.ts");
const { matroskaHead } = await loaded("media/matroska-head.ts");

/** An element with its size in eight bytes. @param {number[]} id @param {Buffer[]} content */
function element(id, ...content) {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE((1n << 56n) | BigInt(Buffer.concat(content).length));
  return Buffer.concat([Buffer.from(id), size, ...content]);
}

const [EBML, SEGMENT, CLUSTER] = [[0x1a, 0x45, 0xdf, 0xa3], [0x18, 0x53, 0x80, 0x67], [0x1f, 0x43, 0xb6, 0x75]];
const block = (/** @type {number} */ number) => element([0xa3], Buffer.from([0x81, 0, number, 0x80]), Buffer.alloc(40, number));
const cluster = (/** @type {number[]} */ ...numbers) => element(CLUSTER, element([0xe7], Buffer.from([0])), ...numbers.map(block));
const film = (/** @type {Buffer[]} */ ...parts) => Buffer.concat([element(EBML, Buffer.from([0x42, 0x86, 0x81, 1])), element(SEGMENT, ...parts)]);

/** The numbers of the blocks that a reader finds who trusts every size. @param {Blob} file */
async function blocksIn(file) {
  const bytes = Buffer.from(await file.arrayBuffer());
  /** @type {number[]} */
  const found = [];
  const walk = (/** @type {number} */ from, /** @type {number} */ to) => {
    for (let at = from; at < to;) {
      const idBytes = Math.clz32(bytes[at]) - 23;
      const sizeBytes = Math.clz32(bytes[at + idBytes]) - 23;
      const sized = bytes.subarray(at + idBytes, at + idBytes + sizeBytes);
      const isOpen = sized[0] === 0xff >> (sizeBytes - 1) && sized.subarray(1).every((byte) => byte === 255);
      const size = sized.subarray(1).reduce((value, byte) => value * 256 + byte, sized[0] & (0xff >> sizeBytes));
      const content = at + idBytes + sizeBytes;
      const end = isOpen ? to : content + size;
      assert.ok(idBytes <= 4 && end <= to, `no element at ${at}`);
      if (bytes[at] === 0xa3) found.push(bytes[content + 2]);
      if ([SEGMENT[0], CLUSTER[0]].includes(bytes[at]) && idBytes === 4) walk(content, end);
      at = end;
    }
  };
  walk(0, bytes.length);
  return found;
}

const whole = film(cluster(1, 2, 3, 4, 5, 6), cluster(7, 8, 9));
/** Where the third block begins. */
const third = whole.indexOf(block(3));

test("a whole file is given as it is", async () => {
  const file = new Blob([whole]);
  assert.deepEqual(await readableMatroska(file), { source: file, cutOff: false, damaged: false });
});

for (const [kind, damaged, right] of /** @type {[string, Buffer, number[]][]} */ ([
  ["overwritten", Buffer.concat([whole.subarray(0, third), Buffer.alloc(50, 0x5a), whole.subarray(third + 50)]), [1, 2, 4, 5, 6, 7, 8, 9]],
  ["inserted", Buffer.concat([whole.subarray(0, third), Buffer.alloc(50, 0x5a), whole.subarray(third)]), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ["lost", Buffer.concat([whole.subarray(0, third), whole.subarray(third + 30)]), [1, 2, 4, 5, 6, 7, 8, 9]],
])) {
  test(`bytes that are ${kind} within a cluster cost no more than their own block`, async () => {
    const { source, damaged: said, cutOff } = await readableMatroska(new Blob([damaged]));
    assert.deepEqual([said, cutOff], [true, false]);
    assert.deepEqual(await blocksIn(source), right);
  });
}

test("of a file that is cut off everything that is whole is left, be it cut by a byte or by a block", async () => {
  for (const [less, right] of /** @type {[number, number[]][]} */ ([[1, [1, 2, 3, 4, 5, 6, 7, 8]], [53, [1, 2, 3, 4, 5, 6, 7, 8]], [60, [1, 2, 3, 4, 5, 6, 7]]])) {
    const { source, cutOff } = await readableMatroska(new Blob([whole.subarray(0, whole.length - less)]));
    assert.equal(cutOff, true, `${less} bytes less`);
    assert.deepEqual(await blocksIn(source), right, `${less} bytes less`);
  }
});

test("the title, and whether there are chapters", async () => {
  const info = element([0x15, 0x49, 0xa9, 0x66], element([0x7b, 0xa9], Buffer.from("Omas Film")));
  assert.deepEqual(await matroskaHead(new Blob([film(info, cluster(1))])), { title: "Omas Film", chapters: false });
  assert.deepEqual(await matroskaHead(new Blob([film(element([0x10, 0x43, 0xa7, 0x70]), cluster(1))])), { title: null, chapters: true });
});
