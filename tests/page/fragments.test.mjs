/** How much of a file that was broken off is whole. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { wholeFragments } = await loaded("media/fragments.ts");

/** A box of MP4. @param {string} type @param {number} content its bytes */
function box(type, content) {
  const bytes = Buffer.alloc(8 + content);
  bytes.writeUInt32BE(bytes.length);
  bytes.write(type, 4, "latin1");
  return bytes;
}

/** The same with its length in 64 bits. @param {string} type @param {number} content */
function longBox(type, content) {
  const bytes = Buffer.alloc(16 + content);
  bytes.writeUInt32BE(1);
  bytes.write(type, 4, "latin1");
  bytes.writeBigUInt64BE(BigInt(bytes.length), 8);
  return bytes;
}

/** Bytes that are read as a file is. @param {Buffer[]} parts */
function file(...parts) {
  const bytes = Buffer.concat(parts);
  return {
    getSize: () => bytes.length,
    read: (/** @type {Uint8Array} */ into, /** @type {{ at: number }} */ { at }) => bytes.copy(into, 0, at),
  };
}

const HEAD = [box("ftyp", 16), box("moov", 100)];
const FRAGMENT = [box("moof", 40), box("mdat", 300)];

test("all of a whole file, be its boxes' lengths in 32 bits or in 64", () => {
  assert.equal(wholeFragments(file(...HEAD, ...FRAGMENT)), 24 + 108 + 48 + 308);
  assert.equal(wholeFragments(file(...HEAD, box("moof", 40), longBox("mdat", 300))), 24 + 108 + 48 + 316);
});

test("up to the end of the last fragment whose content is whole", () => {
  const whole = 24 + 108 + 48 + 308;
  assert.equal(wholeFragments(file(...HEAD, ...FRAGMENT, box("moof", 40))), whole);
  assert.equal(wholeFragments(file(...HEAD, ...FRAGMENT, box("moof", 40), box("mdat", 300).subarray(0, 299))), whole);
  assert.equal(wholeFragments(file(...HEAD, ...FRAGMENT, Buffer.from([0, 0, 0]))), whole);
});

test("nothing where there is no fragment, or what is no box", () => {
  assert.equal(wholeFragments(file()), 0);
  assert.equal(wholeFragments(file(...HEAD)), 0);
  assert.equal(wholeFragments(file(...HEAD, Buffer.alloc(64), ...FRAGMENT)), 0);
});
