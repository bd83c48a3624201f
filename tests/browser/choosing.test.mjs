/** What the page shows of a clip before it is coloured: moving colourings, shots, and the look of the colours. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromaOf, clipFolder, makeClip, saturation } from "./clips.mjs";
import { details, give, save, settled, shownError } from "./page.mjs";
import { visit } from "./visit.mjs";

/** @type {Awaited<ReturnType<typeof visit>>} */
let visitor;
/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
/** Twelve frames in three shots: the middle one is a negative. @type {string} */
let cut;

before(async () => {
  folder = await clipFolder();
  visitor = await visit({ run: { size: "32" } });
  cut = await makeClip(folder.path("cut.mp4"), { frames: 12, filter: "negate=enable='between(n,4,7)'" });
});
after(async () => {
  await visitor?.close();
  await folder?.remove();
});

/** Gives the page a clip and waits until all that it looks for is found. @param {string} file */
async function onTheDesk(file) {
  const { page } = visitor;
  await page.goto(visitor.address);
  await give(page, file);
  assert.equal(await settled(page, "choosing"), null);
  await page.locator("#scan").getByText(/^(One shot|\d+ shots)/).waitFor();
}

/** Colours what is on the desk. @param {string} name @returns {Promise<Record<string, string> & { file: string }>} */
async function colored(name) {
  const { page } = visitor;
  await page.getByRole("button", { name: "Colorize" }).click();
  assert.equal(await settled(page, "finished"), null);
  const file = folder.path(name);
  await save(page, file);
  return { ...(await details(page)), file };
}

/** What a canvas shows. @param {string} selector @returns {Promise<number[]>} */
function pixels(selector) {
  return visitor.page.locator(selector).evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    return [.../** @type {HTMLCanvasElement} */ (canvas).getContext("2d").getImageData(0, 0, width, height).data];
  });
}

/** How far a picture is from grey: the mean of the largest less the smallest of R, G and B. @param {number[]} rgba */
function colorfulness(rgba) {
  let sum = 0;
  for (let at = 0; at < rgba.length; at += 4) sum += Math.max(...rgba.slice(at, at + 3)) - Math.min(...rgba.slice(at, at + 3));
  return (4 * sum) / rgba.length;
}

const shotNumber = (/** @type {number} */ number) => visitor.page.locator("#shots label").nth(number);

test("several moments in every colouring, moving, and a pause", async () => {
  const { page } = visitor;
  await onTheDesk(cut);
  assert.equal(await page.locator(".candidate:first-child .moments canvas").count(), 3);
  const seen = new Set();
  await page.waitForFunction(() => document.querySelector(".candidate .color")?.getContext("2d"));
  for (let tries = 0; tries < 100 && seen.size < 3; tries++) seen.add(String(await pixels(".candidate:first-child .color")));
  assert.equal(seen.size, 3, "the preview does not move");
  await page.getByRole("button", { name: "Pause" }).click();
  const still = String(await pixels(".candidate:first-child .color"));
  await page.waitForTimeout(400);
  assert.equal(String(await pixels(".candidate:first-child .color")), still);
  const all = await Promise.all([1, 2, 3, 4].map((each) => pixels(`.candidate:nth-child(${each}) .color`)));
  assert.equal(new Set(all.map(String)).size, 4, "the colourings are not four");
  assert.ok(all.every((rgba) => colorfulness(rgba) > 1), "a colouring is grey");
  await page.locator("#moments label").nth(2).click();
  assert.notEqual(String(await pixels(".candidate:first-child .color")), still);
});

test("a picture is compared with its source: by pointing, by a key, by a button", async () => {
  const { page } = visitor;
  await onTheDesk(cut);
  const grey = page.locator(".candidate:first-child .grey");
  assert.ok(!(await grey.isVisible()));
  await page.locator(".candidate:first-child .frame").hover();
  assert.ok(await grey.isVisible());
  assert.equal(colorfulness(await pixels(".candidate:first-child .grey")), 0);
  await page.mouse.move(0, 0);
  assert.ok(!(await grey.isVisible()));
  await page.keyboard.down("g");
  assert.ok(await grey.isVisible());
  await page.keyboard.up("g");
  assert.ok(!(await grey.isVisible()));
  await page.getByRole("button", { name: "grey source" }).click();
  assert.ok(await page.locator(".candidate:last-child .grey").isVisible());
});

test("cuts are found, and a shot that is locked gets its own colouring", async () => {
  const { page } = visitor;
  await onTheDesk(cut);
  assert.equal(await page.locator("#shots canvas").count(), 3);
  await page.keyboard.press("1");
  await shotNumber(2).click();
  await page.keyboard.press("4");
  assert.equal(await shotNumber(2).locator(".lock").innerText(), "4");
  assert.match(await page.locator("#shot-words").innerText(), /Shot 2 is locked to colouring 4/);
  const mixed = await colored("mixed.mp4");
  assert.equal(mixed.shots, "3");
  await onTheDesk(cut);
  await page.keyboard.press("1");
  const first = await chromaOf((await colored("first.mp4")).file);
  await onTheDesk(cut);
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
  await onTheDesk(cut);
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
  await onTheDesk(cut);
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  const plain = await pixels(".candidate:first-child .color");
  await page.getByRole("slider", { name: "Strength" }).fill("150");
  const strong = await pixels(".candidate:first-child .color");
  assert.ok(colorfulness(strong) > 1.2 * colorfulness(plain), "no stronger");
  await page.getByRole("slider", { name: "Strength" }).fill("0");
  assert.equal(colorfulness(await pixels(".candidate:first-child .color")), 0);
  assert.ok((await saturation((await colored("grey.mp4")).file)) < 1);
  await page.getByRole("button", { name: "Another colouring" }).click();
  await page.getByRole("slider", { name: "Warmth" }).fill("100");
  const warm = await chromaOf((await colored("warm.mp4")).file);
  assert.ok(warm.every(([blue, red]) => blue < 126 && red > 130), `${warm}`);
  await page.getByRole("button", { name: "Another colouring" }).click();
  await page.getByRole("button", { name: "As they came" }).click();
  assert.equal(await page.getByRole("slider", { name: "Strength" }).inputValue(), "100");
});
