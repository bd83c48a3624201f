/** What the page shows of a clip before it is coloured: moving colourings, shots, and the look of the colours. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { chromaOf, makeClip, saturation } from "./clips.mjs";
import { details, save, settled, shownError, touch } from "./page.mjs";
import { putOnDesk, sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });
/** Twelve frames in three shots: the middle one is a negative. @type {string} */
let cut;

before(async () => {
  cut = await makeClip(folder.path("cut.mp4"), { frames: 12, filter: "negate=enable='between(n,4,7)'" });
});

/** Colours what is on the desk. @param {string} name @returns {Promise<Record<string, string> & { file: string }>} */
async function colored(name) {
  const { page } = visitor;
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  const file = folder.path(name);
  await save(page, file);
  return { ...(await details(page)), file };
}

/**
 * What a canvas shows: a number that hardly two pictures share, and how far it is from grey, as the mean of the largest
 * less the smallest of R, G and B.
 * @param {string} selector @returns {Promise<{ picture: number, colorfulness: number }>}
 */
function look(selector) {
  return visitor.page.locator(selector).evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    const rgba = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d").getImageData(0, 0, width, height).data;
    let [picture, sum] = [0, 0];
    for (let at = 0; at < rgba.length; at += 4) {
      const [red, green, blue] = rgba.subarray(at, at + 3);
      picture = (31 * picture + red + 7 * green + 17 * blue) % 1e9;
      sum += Math.max(red, green, blue) - Math.min(red, green, blue);
    }
    return { picture, colorfulness: (4 * sum) / rgba.length };
  });
}

const shotNumber = (/** @type {number} */ number) => visitor.page.locator("#shots label").nth(number);

test("several moments in every colouring, moving, and a pause", async () => {
  const { page } = visitor;
  await putOnDesk(visitor, cut);
  assert.equal(await page.locator(".candidate:first-child .moments canvas").count(), 3);
  const first = ".candidate:first-child .color";
  const seen = new Set();
  for (let tries = 0; tries < 200 && seen.size < 3; tries++) seen.add((await look(first)).picture);
  assert.equal(seen.size, 3, "the preview does not move");
  await page.getByRole("button", { name: "Pause" }).click();
  const still = await look(first);
  await page.waitForTimeout(400);
  assert.deepEqual(await look(first), still);
  const heights = await page.locator(".candidate:first-child .frame, .candidate:first-child .color").evaluateAll((all) => all.map((each) => each.clientHeight));
  assert.equal(heights[0], heights[1], "the picture does not fill its frame");
  const all = await Promise.all([1, 2, 3, 4].map((each) => look(`.candidate:nth-child(${each}) .color`)));
  assert.equal(new Set(all.map(({ picture }) => picture)).size, 4, "the colourings are not four");
  assert.ok(all.every(({ colorfulness }) => colorfulness > 1), "a colouring is grey");
  await page.locator("#moments label").nth(1).click();
  const opening = await look(first);
  await page.locator("#moments label").nth(3).click();
  assert.notEqual((await look(first)).picture, opening.picture);
});

test("a picture is compared with its source: by pointing, by a finger, by a key, by a button", async () => {
  const { page } = visitor;
  await putOnDesk(visitor, cut);
  const grey = page.locator(".candidate:first-child .grey");
  assert.ok(!(await grey.isVisible()));
  await page.locator(".candidate:first-child .frame").hover();
  assert.ok(await grey.isVisible());
  assert.equal((await look(".candidate:first-child .grey")).colorfulness, 0);
  await page.mouse.move(0, 0);
  assert.ok(!(await grey.isVisible()));
  const lift = await touch(page, ".candidate:first-child .frame");
  await grey.waitFor();
  await lift();
  await grey.waitFor({ state: "hidden" });
  await page.keyboard.down("g");
  assert.ok(await grey.isVisible());
  await page.keyboard.up("g");
  assert.ok(!(await grey.isVisible()));
  await page.getByRole("button", { name: "Compare with grey" }).click();
  assert.ok(await page.locator(".candidate:last-child .grey").isVisible());
});

test("cuts are found, and a shot that is locked gets its own colouring", async () => {
  const { page } = visitor;
  await putOnDesk(visitor, cut);
  assert.equal(await page.locator("#shots canvas").count(), 3);
  await page.keyboard.press("1");
  await shotNumber(2).click();
  await page.keyboard.press("4");
  assert.equal(await shotNumber(2).locator(".lock").innerText(), "4");
  assert.match(await page.locator("#shot-words").innerText(), /Shot 2 is locked to colouring 4/);
  const mixed = await colored("mixed.mp4");
  assert.equal(mixed.shots, "3");
  await putOnDesk(visitor, cut);
  await page.keyboard.press("1");
  const first = await chromaOf((await colored("first.mp4")).file);
  await putOnDesk(visitor, cut);
  await page.keyboard.press("4");
  const fourth = await chromaOf((await colored("fourth.mp4")).file);
  const both = await chromaOf(mixed.file);
  const apart = (/** @type {number[][]} */ other, /** @type {number} */ frame) => Math.hypot(...both[frame].map((mean, at) => mean - other[frame][at]));
  for (const frame of [1, 2, 5, 6, 9, 10]) {
    const [own, others] = frame >= 4 && frame < 8 ? [fourth, first] : [first, fourth];
    assert.ok(apart(own, frame) < 0.5 && apart(own, frame) < apart(others, frame), `frame ${frame}: ${apart(own, frame)}, ${apart(others, frame)}`);
  }
});

test("a cut is taken away and another made by hand", async () => {
  const { page } = visitor;
  await putOnDesk(visitor, cut);
  await shotNumber(3).click();
  await page.getByRole("button", { name: "Remove the cut" }).click();
  assert.equal(await page.locator("#shots canvas").count(), 2);
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await page.getByRole("button", { name: "Add a cut" }).click();
  const here = page.getByRole("button", { name: "Cut before this frame" });
  await page.getByRole("dialog").locator("input").press("ArrowRight");
  await here.click();
  assert.equal(await page.locator("#shots canvas").count(), 3);
  assert.equal((await colored("by-hand.mp4")).shots, "3");
  await page.getByRole("button", { name: "Another colouring" }).click();
  await shotNumber(1).click();
  assert.ok(await page.getByRole("button", { name: "Remove the cut" }).isDisabled(), "the first shot has no cut before it");
  assert.equal(await shownError(page), null);
});

test("strength and warmth are seen at once and written", async () => {
  const { page } = visitor;
  await putOnDesk(visitor, cut);
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  const plain = await look(".candidate:first-child .color");
  await page.evaluate(() => {
    Object.assign(window, { asked: [] });
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      // @ts-ignore made just above
      window.asked.push(message.kind);
      return postMessage.call(this, message, ...rest);
    };
  });
  await page.getByRole("slider", { name: "Strength" }).fill("150");
  const strong = await look(".candidate:first-child .color");
  assert.ok(strong.colorfulness > 1.2 * plain.colorfulness, "no stronger");
  await page.getByRole("slider", { name: "Strength" }).fill("0");
  assert.equal((await look(".candidate:first-child .color")).colorfulness, 0);
  // @ts-ignore made above
  assert.deepEqual(await page.evaluate(() => window.asked), [], "the networks were asked again");
  assert.ok((await saturation((await colored("grey.mp4")).file)) < 1);
  await page.getByRole("button", { name: "Another colouring" }).click();
  await page.getByRole("slider", { name: "Warmth" }).fill("100");
  const warm = await chromaOf((await colored("warm.mp4")).file);
  assert.ok(warm.every(([blue, red]) => blue < 126 && red > 130), `${warm}`);
  await page.getByRole("button", { name: "Another colouring" }).click();
  await page.getByRole("button", { name: "As they came" }).click();
  assert.equal(await page.getByRole("slider", { name: "Strength" }).inputValue(), "100");
});
