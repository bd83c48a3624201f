/** Frames in reverse, of a decoder that goes forwards. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { framesBackwards } = await loaded("media/backwards.ts");

/**
 * A clip with frames at some times, each of which has its own luma. So large as it says it is, four of them are held at once.
 * @param {number[]} times @param {(from: number) => boolean} broken whether nothing can be decoded from a time on
 */
function clipOf(times, broken = () => false) {
  const open = new Set();
  const frame = (/** @type {number} */ at) => ({
    timestamp: times[at], duration: 0.1, format: "I420", visibleRect: { width: 2, height: 2 },
    copyTo: async (/** @type {Uint8Array} */ data) => data.fill(at + 1),
    close: () => open.delete(at),
  });
  async function* samples(from = 0, to = Infinity) {
    if (broken(from)) throw new Error("damaged");
    const first = Math.max(0, times.findLastIndex((time) => time <= from));
    for (let at = first; at < times.length && times[at] < to; at++) {
      open.add(at);
      yield frame(at);
    }
  }
  const report = { stored: { width: 5000, height: 5000 }, framesPerSecond: 10, start: times[0] };
  return { clip: { report, frames: { samples }, color: { rgb: false }, damaged: false, promisedEnd: null, endTolerance: 1 }, open };
}

/** @param {ReturnType<typeof clipOf>} made @param {number} from @param {number} until */
async function backwards({ clip, open }, from, until) {
  const seen = [];
  for await (const { time, planes } of framesBackwards(clip, from, until, new AbortController().signal)) seen.push([time, planes.luma[0]]);
  assert.equal(open.size, 0, "a frame was not closed");
  return seen;
}

const tenths = (/** @type {number} */ count) => Array.from({ length: count }, (_, at) => at / 10);

test("all frames come, the latest first, each with its own picture, whatever the stretches are", async () => {
  for (const count of [1, 3, 4, 5, 23]) {
    const times = tenths(count);
    assert.deepEqual(await backwards(clipOf(times), 0, times.at(-1) + 1e-4), times.map((time, at) => [time, at + 1]).reverse(), `${count} frames`);
  }
});

test("only frames between two times come", async () => {
  const seen = await backwards(clipOf(tenths(30)), 0.5, 1.7 + 1e-4);
  assert.deepEqual(seen.map(([time]) => time), tenths(30).slice(5, 18).reverse());
});

test("a pause in the clip, and frames at uneven times, are no end", async () => {
  const times = [0, 0.1, 0.15, 7, 7.01, 7.02, 7.03, 7.04, 7.05, 7.9, 8];
  assert.deepEqual((await backwards(clipOf(times), 0, times.at(-1) + 1e-4)).map(([time]) => time), times.toReversed());
});

test("what cannot be decoded from within is decoded from before it", async () => {
  const made = clipOf(tenths(20), (from) => from > 0.95 && from < 1.65);
  const seen = (await backwards(made, 0, 1.9 + 1e-4)).map(([time]) => time);
  assert.ok(seen.includes(0) && seen.at(-1) === 0, `${seen}`);
});
