/** Colours as they are picked, and points of pictures that are stored turned. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded } from "./loaded.mjs";

const { lumaOf, oklchOf, rgbWithLuma } = await loaded("picture/oklch.ts");
const { chromaOf, colorAt, distinct, rgbOfChroma } = await loaded("picture/chroma.ts");
const { shownAt, storedAt } = await loaded("picture/pose.ts");

/** @param {number[]} one @param {number[]} other @param {number} tolerance */
const near = (one, other, tolerance) => assert.ok(one.every((value, at) => Math.abs(value - other[at]) <= tolerance), `${one} is not ${other}`);

test("Oklch has the numbers of its author", () => {
  const { lightness, chroma, hue } = oklchOf([1, 0, 0]);
  near([lightness, chroma, hue], [0.62796, 0.25768, 29.234], 0.001);
  near([oklchOf([1, 1, 1]).lightness, oklchOf([1, 1, 1]).chroma], [1, 0], 0.001);
});

test("a colour that is picked has the luma of the picture, and its hue", () => {
  for (const luma of [0.1, 0.35, 0.6, 0.9]) {
    for (const hue of [10, 95, 150, 230, 300]) {
      const rgb = rgbWithLuma(luma, 0.05, hue);
      near([lumaOf(rgb)], [luma], 0.01);
      const found = oklchOf(rgb);
      if (found.chroma > 0.02) near([found.hue], [hue], 4);
      assert.ok(rgbWithLuma(luma, 0.4, hue).every((/** @type {number} */ value) => value >= 0 && value <= 1));
    }
  }
});

test("a colour goes to its chroma and back, and grey has none", () => {
  near(chromaOf([0.5, 0.5, 0.5]), [0, 0], 1e-9);
  near(chromaOf([1, 0, 0]), [-0.16874, 0.5], 1e-4);
  const rgb = [0.6, 0.4, 0.3];
  near(rgbOfChroma(lumaOf(rgb), chromaOf(rgb)), rgb, 1e-9);
  near(rgbOfChroma(0.9, [0.5, 0.5]), [1, 0.371, 1], 0.001);
});

test("colours that look alike are offered once", () => {
  assert.deepEqual(distinct([[0, 0], [0.01, 0], [0.1, 0], [0.2, 0.2]], [[0.2, 0.21]]), [[0, 0], [0.1, 0]]);
});

test("a point's colour is the mean of what lies around it", () => {
  const data = new Uint8ClampedArray(4 * 9).map((_, at) => (at % 4 === 0 ? 9 * Math.floor(at / 4) : at % 4 === 3 ? 255 : 100));
  const picture = { data, width: 3, height: 3 };
  near(colorAt(picture, 0.5, 0.5), [36 / 255, 100 / 255, 100 / 255], 1e-9);
  near(colorAt(picture, 0, 0), [(0 + 9 + 27 + 36) / 4 / 255, 100 / 255, 100 / 255], 1e-9);
  near(colorAt(picture, 1, 1), [(36 + 45 + 63 + 72) / 4 / 255, 100 / 255, 100 / 255], 1e-9);
});

test("a point of a frame that is stored turned or mirrored is seen where it belongs, and found again", () => {
  const corner = { x: 0.1, y: 0.2 };
  const turned = { 0: [0.1, 0.2], 90: [0.8, 0.1], 180: [0.9, 0.8], 270: [0.2, 0.9] };
  for (const [rotation, [x, y]] of Object.entries(turned)) {
    for (const flip of [false, true]) {
      const pose = { rotation: Number(rotation), flip };
      const seen = shownAt(corner, pose);
      near([seen.x, seen.y], [flip ? 1 - x : x, y], 1e-9);
      const stored = storedAt(seen, pose);
      near([stored.x, stored.y], [0.1, 0.2], 1e-9);
    }
  }
});
