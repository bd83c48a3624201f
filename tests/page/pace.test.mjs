/** How fast a run is, and how long it still takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { loaded } from "./loaded.mjs";

const { Pace } = await loaded("engine/pace.ts");
const { Gate } = await loaded("engine/gate.ts");
const { secondsOfFrame } = await loaded("estimate.ts");

/** A clip of 40 frames in 4 seconds, or of who knows how many. @param {number | null} frames @param {number | null} seconds */
const clip = (frames = 40, seconds = 4) => ({ report: { start: 1, seconds, frames } });

test("the share that is done counts frames, and those of earlier attempts", () => {
  const pace = new Pace(clip(), null, new Gate(), 20);
  assert.equal(pace.progress(null, null).fraction, 0.5);
  for (let frame = 1; frame <= 10; frame++) pace.count(1 + frame / 10);
  const { frames, total, fraction } = pace.progress(null, null);
  assert.deepEqual([frames, total, fraction], [30, 40, 0.75]);
});

test("where frames are not counted time is, and of a part only the part's", () => {
  const whole = new Pace(clip(null), null, new Gate(), 0);
  whole.count(3);
  assert.equal(whole.progress(null, null).fraction, 0.5);
  const part = new Pace(clip(), { start: 2, end: 4 }, new Gate(), 0);
  part.count(2.5);
  assert.equal(part.progress(null, null).fraction, 0.25);
});

test("nothing is promised of a clip without an end, nor before the first frame", () => {
  const endless = new Pace(clip(null, null), null, new Gate(), 0);
  endless.count(2);
  assert.equal(endless.progress(null, null).secondsLeft, null);
  assert.equal(new Pace(clip(), null, new Gate(), 0).progress(null, null).secondsLeft, null);
});

test("the time left is that of the latest frames, and a pause is none of it", async () => {
  const gate = new Gate();
  const pace = new Pace(clip(), null, gate, 0);
  const begun = performance.now();
  for (let frame = 1; frame <= 10; frame++) {
    await wait(10);
    if (frame === 5) {
      gate.pause();
      setTimeout(() => gate.resume(), 400);
      await gate.pass();
    }
    pace.count(1 + frame / 10);
  }
  const { secondsLeft, framesPerSecond } = pace.progress(null, null);
  assert.ok(Math.abs(secondsLeft * framesPerSecond - 30) < 0.01);
  const passed = (performance.now() - begun) / 1000;
  assert.ok(pace.seconds < passed - 0.38, `${pace.seconds} s of ${passed} s`);
});

test("the estimate before a run grows with the working size and the passes", () => {
  const measured = { seconds: 1, size: 128 };
  const seconds = (/** @type {number} */ size, /** @type {number} */ passes) => secondsOfFrame(measured, { size, passes });
  assert.ok(Math.abs(seconds(256, 1) / seconds(128, 1) - 4) < 1e-9);
  assert.ok(seconds(128, 0) < seconds(128, 1) && seconds(128, 1) < seconds(128, 2));
});
