/** The list of a clip's shots. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { keepsOwn, Shots } = await loaded("shots.ts");

/** @param {number[]} starts */
function shots(...starts) {
  const all = new Shots();
  for (const start of starts) all.add(start, null);
  return all;
}

const starts = (/** @type {any} */ { list }) => list.map((/** @type {any} */ { start }) => start);

test("shots are in their order, and no frame begins two of them", () => {
  assert.deepEqual(starts(shots(2, 0, 1, 1.0003)), [0, 1, 2]);
});

test("a cut within a locked shot gives two that are locked alike", () => {
  const all = shots(0, 4);
  all.at(0).candidate = 3;
  assert.equal(all.add(2, null).candidate, 3);
  assert.equal(all.at(5).candidate, null);
  assert.equal(all.locked, 2);
});

test("joining removes the cut before a shot; the first has none", () => {
  const all = shots(0, 1, 2);
  assert.equal(all.join(all.at(1)).start, 0);
  assert.deepEqual(starts(all), [0, 2]);
  assert.equal(all.join(all.at(0)).start, 0);
  assert.deepEqual(starts(all), [0, 2]);
});

test("a shot reaches to the next one, the last to the clip's end", () => {
  const all = shots(0, 1.5);
  assert.deepEqual(all.span(all.at(0), 9), { start: 0, end: 1.5 });
  assert.deepEqual(all.span(all.at(8), 9), { start: 1.5, end: 9 });
});

test("a shot that is mostly in colour keeps its own, unless the visitor says otherwise", () => {
  const all = shots(0);
  for (const inColor of [true, false, true]) all.look(0.1, inColor);
  const [shot] = all.list;
  assert.ok(keepsOwn(shot));
  shot.own = false;
  assert.ok(!keepsOwn(shot));
});

test("a run's plan names each shot's colouring, and how far was looked", () => {
  const all = shots(0, 1);
  all.at(1).candidate = 2;
  all.scannedUntil = 1.8;
  assert.deepEqual(all.plan(0), { starts: [{ time: 0, candidate: 0, own: false }, { time: 1, candidate: 2, own: false }], scannedUntil: 1.8, candidate: 0 });
  all.complete = true;
  assert.equal(all.plan(0).scannedUntil, Infinity);
});
