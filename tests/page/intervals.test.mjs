/** The study's preference rates and their intervals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { preferences, wilsonInterval } = await loaded("study/preference.ts");

test("Wilson's 95 % interval, as textbooks have it", () => {
  const close = (/** @type {number[]} */ interval, /** @type {number[]} */ right) =>
    interval.forEach((value, at) => assert.ok(Math.abs(value - right[at]) < 5e-5, `${interval}, and not ${right}`));
  close(wilsonInterval(5, 10), [0.23659, 0.76341]);
  close(wilsonInterval(0, 10), [0, 0.27753]);
  close(wilsonInterval(10, 10), [0.72247, 1]);
  close(wilsonInterval(81, 263), [0.25529, 0.36621]);
});

test("a row for each pair that has answers, the preferred method first", () => {
  const answer = (/** @type {string} */ left, /** @type {string} */ right, /** @type {string} */ chosen) => ({ left, right, chosen });
  const answers = [answer("a", "b", "b"), answer("b", "a", "b"), answer("a", "b", "a"), answer("c", "a", "c")];
  const rows = preferences([{ answers: answers.slice(0, 2) }, { answers: answers.slice(2) }], ["a", "b", "c"]);
  assert.deepEqual(rows.map((/** @type {any} */ { method, other, chosen, trials }) => [method, other, chosen, trials]), [["b", "a", 2, 3], ["c", "a", 1, 1]]);
  assert.equal(rows[0].rate, 2 / 3);
});
