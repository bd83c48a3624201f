/** What is known of the colours that a visitor gives by hand: steps back, files, strokes, and where places have come to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { History } = await loaded("marks/history.ts");
const { readMarks, writeMarks } = await loaded("marks/file.ts");
const { discsOf } = await loaded("marks/stroke.ts");
const { marksIn, movedBy, nextId, withMark } = await loaded("marks/mark.ts");
const { Tracks } = await loaded("marks/tracks.ts");
const { hintsAt } = await loaded("marks/hints.ts");

/** A mark of one point. @param {number} id @param {number} time @param {object} other */
const mark = (id, time, other = {}) => ({ id, time, color: [-0.1, 0.2], strength: 1, places: [{ x: 0.5, y: 0.25, radius: 0 }], ...other });

test("120 steps are taken back and taken again, one by one", () => {
  const history = new History([]);
  for (let step = 1; step <= 120; step++) history.change([...history.present, step]);
  for (let step = 119; step >= 0; step--) {
    history.undo();
    assert.equal(history.present.length, step);
  }
  assert.ok(!history.canUndo);
  history.undo();
  for (let step = 1; step <= 120; step++) {
    history.redo();
    assert.equal(history.present.at(-1), step);
  }
  assert.ok(!history.canRedo);
});

test("steps of one gesture go back at once, and a new step ends what could be taken again", () => {
  const history = new History(0);
  for (const value of [1, 2, 3]) history.change(value, "nudge 1");
  history.change(4, "nudge 2");
  history.undo();
  assert.equal(history.present, 3);
  history.undo();
  assert.equal(history.present, 0);
  history.redo();
  history.change(9, "nudge 1");
  assert.ok(!history.canRedo);
  history.undo();
  assert.equal(history.present, 3, "what was taken back ended the gesture");
});

test("a file of marks is read as it was written, with times from the clip's first frame on", () => {
  const marks = [mark(1, 10.25), mark(2, 11, { color: [0.123456, -0.5], strength: 0.5, places: [{ x: 0, y: 1, radius: 0.02 }, { x: 1, y: 0, radius: 0 }] })];
  const text = writeMarks(marks, 10);
  assert.deepEqual(JSON.parse(text).marks[0], { time: 0.25, color: [-0.1, 0.2], strength: 1, places: [{ x: 0.5, y: 0.25, radius: 0 }] });
  assert.deepEqual(JSON.parse(text), { ...JSON.parse(text), format: "chromaflow-hints", version: 1 });
  assert.deepEqual(readMarks(text, 10, 7), marks.map((each, at) => ({ ...each, id: 7 + at })));
});

test("what is no file of marks is called what it is", () => {
  const file = (/** @type {object[]} */ marks, other = {}) => JSON.stringify({ format: "chromaflow-hints", version: 1, marks, ...other });
  const good = { time: 1, color: [0, 0], strength: 1, places: [{ x: 0, y: 0, radius: 0 }] };
  assert.deepEqual(readMarks("{", 0, 1), { what: "not-json" });
  for (const other of ["3", "null", "[]", "{}", '{"format":"chromaflow-hints","version":1}']) assert.deepEqual(readMarks(other, 0, 1), { what: "not-marks" });
  assert.deepEqual(readMarks(file([], { version: 2 }), 0, 1), { what: "newer" });
  assert.deepEqual(readMarks(file(Array(5001).fill(good)), 0, 1), { what: "too-many" });
  const wrong = [
    { ...good, time: -1 }, { ...good, time: "1" }, { ...good, color: [0] }, { ...good, color: [0, 0.6] }, { ...good, strength: 0 }, { ...good, strength: 2 },
    { ...good, places: [] }, { ...good, places: [{ x: 1.1, y: 0, radius: 0 }] }, { ...good, places: [null] }, null, 7,
  ];
  for (const each of wrong) assert.deepEqual(readMarks(file([good, each]), 0, 1), { what: "wrong-mark", number: 2 }, JSON.stringify(each));
});

test("a stroke is covered by discs that reach each other's middle, and a long one by no more than 48", () => {
  const short = discsOf([{ x: 0.1, y: 0.5 }, { x: 0.3, y: 0.5 }, { x: 0.3, y: 0.9 }], 0.05, 2);
  assert.equal(short.length, 1 + 16, "0.8 of the shorter side in steps of 0.05");
  assert.ok(short.every(({ radius }) => radius === 0.05));
  assert.ok(Math.abs(short.at(-1).x - 0.3) < 1e-9 && Math.abs(short.at(-1).y - 0.9) < 1e-9);
  assert.ok(Math.abs(short[8].x - 0.3) < 1e-9 && Math.abs(short[8].y - 0.5) < 1e-9, "the corner");
  assert.deepEqual(discsOf([{ x: 0.2, y: 0.3 }], 0.1, 1), [{ x: 0.2, y: 0.3, radius: 0.1 }]);
  const long = discsOf(Array.from({ length: 500 }, (_, at) => ({ x: (at % 100) / 100, y: at / 500 })), 0.01, 1);
  assert.ok(long.length > 40 && long.length <= 48, `${long.length}`);
});

test("marks belong to the shot that their time lies in, are changed in place, and never leave the picture", () => {
  const marks = [mark(1, 0), mark(2, 0.9999), mark(3, 1), mark(4, 1.5)];
  const ids = (/** @type {{ start: number, end: number }} */ span) => marksIn(marks, span).map((/** @type {{ id: number }} */ { id }) => id);
  assert.deepEqual(ids({ start: 0, end: 1 }), [1]); // 0.9999 is the time stamp of the next shot's first frame, rounded
  assert.deepEqual(ids({ start: 1, end: Infinity }), [2, 3, 4]);
  assert.equal(nextId(marks), 5);
  assert.equal(nextId([]), 1);
  assert.deepEqual(withMark(marks, mark(2, 0.5)).map(({ time }) => time), [0, 0.5, 1, 1.5]);
  assert.equal(withMark(marks, mark(5, 3)).length, 5);
  assert.deepEqual(movedBy([{ x: 0.9, y: 0.1, radius: 0.3 }], 0.2, -0.2), [{ x: 1, y: 0, radius: 0.3 }]);
});

/** Follows a place to the right, a tenth a frame, along frames a second apart. @param {any} tracks @param {object} followed @param {"forwards" | "backwards"} way @param {number[]} times */
function follow(tracks, followed, way, times, hidden = NaN) {
  const line = [times[0]];
  const leg = tracks.begin(followed, way, line);
  for (const [at, time] of times.slice(1).entries()) {
    line.push(time);
    leg.points.push(time === hidden ? NaN : 0.5 + 0.1 * (at + 1), time === hidden ? NaN : 0.25);
  }
}

test("a followed place is found in every frame of its shot, at its distance, and where it is hidden there is no hint", () => {
  const tracks = new Tracks();
  const marks = [mark(1, 5)];
  const span = { start: 3, end: 9 };
  const [followed, ...others] = tracks.missing(marks, span);
  assert.equal(others.length, 0);
  assert.deepEqual(hintsAt(tracks, marks, 6), [], "not followed yet");
  assert.deepEqual(hintsAt(tracks, marks, 5), [{ x: 0.5, y: 0.25, radius: 0, color: [-0.1, 0.2], strength: 1, distance: 0 }], "its own frame needs no following");
  follow(tracks, followed, "forwards", [5, 6, 7, 8], 7);
  assert.equal(tracks.originOf(followed), 5);
  follow(tracks, followed, "backwards", [5, 4, 3]);
  assert.equal(tracks.missing(marks, span).length, 1, "not yet at its ends");
  tracks.end([followed], span);
  assert.equal(tracks.missing(marks, span).length, 0);
  assert.equal(tracks.missing(marks, { start: 3, end: 12 }).length, 1, "the shot has become longer");
  const at = (/** @type {number} */ time) => hintsAt(tracks, marks, time).map((/** @type {any} */ { x, distance }) => [Math.round(10 * x), distance]);
  assert.deepEqual([3, 4, 5, 6, 7, 8, 9].map(at), [[[7, 2]], [[6, 1]], [[5, 0]], [[6, 1]], [], [[8, 3]], []]);
  assert.deepEqual(tracks.livesOf(marks[0], 1), [{ start: 3, end: 7 }, { start: 8, end: 9 }]);
});

test("where following begins anew, what was found before is known until it comes as far", () => {
  const tracks = new Tracks();
  const marks = [mark(1, 5)];
  const [followed] = tracks.missing(marks, { start: 5, end: 9 });
  follow(tracks, followed, "forwards", [5, 6, 7]);
  follow(tracks, followed, "forwards", [5, 6]);
  assert.deepEqual([6, 7, 8].map((time) => hintsAt(tracks, marks, time).length), [1, 1, 0]);
});

test("another colour or strength needs no following anew, another place does", () => {
  const tracks = new Tracks();
  const span = { start: 0, end: 9 };
  tracks.end(tracks.missing([mark(1, 5)], span), span);
  assert.equal(tracks.missing([mark(1, 5, { color: [0, 0] }), mark(2, 5, { strength: 0.5 })], span).length, 0);
  assert.equal(tracks.missing([mark(1, 5), mark(2, 6), mark(3, 4)], span).map((/** @type {{ time: number }} */ { time }) => time).join(), "4,6");
});
