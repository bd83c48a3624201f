/** Streams of packets that get out of step, and those that end within one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { inStep, isTransportStream } = await loaded("media/transport-stream.ts");
const { endsWithinPacket } = await loaded("media/foreign/program-stream.ts");

/** A packet that is known by its number. @param {number} number @param {number} lead bytes before it */
function packet(number, lead = 0) {
  const bytes = Buffer.alloc(lead + 188, 0xff);
  bytes[lead] = 0x47;
  bytes.writeUInt16BE(number, lead + 1);
  return bytes;
}

const packets = (/** @type {number} */ from, /** @type {number} */ to, lead = 0) => Array.from({ length: to - from }, (_, at) => packet(from + at, lead));

/** The numbers of the packets that are left, which have to be in step. @param {Buffer[]} parts @param {number} lead */
async function left(parts, lead = 0) {
  const bytes = Buffer.from(await (await inStep(new Blob(parts))).arrayBuffer());
  assert.equal(bytes.length % (lead + 188), 0);
  return Array.from({ length: bytes.length / (lead + 188) }, (_, at) => bytes.readUInt16BE(at * (lead + 188) + lead + 1));
}

const range = (/** @type {number} */ from, /** @type {number} */ to) => Array.from({ length: to - from }, (_, at) => from + at);

test("a stream in step is given as it is, and so is a file of another kind", async () => {
  const stream = new Blob(packets(0, 20));
  assert.equal(await inStep(stream), stream);
  const other = new Blob([Buffer.alloc(4000, 7)]);
  assert.equal(await inStep(other), other);
});

test("bytes between packets go", async () => {
  assert.deepEqual(await left([...packets(0, 10), Buffer.from([1, 2, 3]), ...packets(10, 20)]), range(0, 20));
  assert.deepEqual(await left([...packets(0, 10), packet(99).subarray(0, 90), ...packets(10, 20)]), range(0, 20));
});

test("overwritten packets go, and no others", async () => {
  const all = packets(0, 20);
  for (const at of [7, 8, 9]) all[at].fill(0);
  assert.deepEqual(await left(all), [...range(0, 7), ...range(10, 20)]);
});

test("packets of camcorders, with four bytes before each", async () => {
  assert.deepEqual(await left([...packets(0, 10, 4), Buffer.from([1, 2, 3, 4, 5]), ...packets(10, 20, 4)], 4), range(0, 20));
});

test("five packets are a transport stream, four might be anything", async () => {
  assert.ok(await isTransportStream(new Blob(packets(0, 5))));
  assert.ok(!(await isTransportStream(new Blob(packets(0, 4)))));
});

/** A pack of a program stream with one packet. @param {number} content bytes of it @param {number} stuffing */
function pack(content, stuffing = 0) {
  const head = Buffer.alloc(14 + stuffing, 0xff);
  head.set([0, 0, 1, 0xba, 0x44]);
  head[13] = 0xf8 | stuffing;
  const body = Buffer.alloc(6 + content, 0x5a);
  body.set([0, 0, 1, 0xe0, content >> 8, content & 255]);
  return Buffer.concat([head, body]);
}

test("a program stream that ends within a packet is told from a whole one", async () => {
  const whole = Buffer.concat([pack(300), pack(2000, 3), pack(40)]);
  const ends = (/** @type {Buffer[]} */ ...parts) => endsWithinPacket(new Blob(parts));
  assert.ok(!(await ends(whole)));
  assert.ok(!(await ends(whole, Buffer.from([0, 0, 1, 0xb9]))));
  assert.ok(!(await ends(whole, Buffer.alloc(500))));
  for (const less of [1, 20, 40]) assert.ok(await ends(whole.subarray(0, whole.length - less)), `${less} bytes less`);
  assert.ok(!(await ends(Buffer.alloc(5000, 1))));
});
