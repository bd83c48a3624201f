/** Shots that are in colour already keep their colours, as documentaries need it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chromaOf, ffmpeg } from "./clips.mjs";
import { give, save, settled } from "./page.mjs";
import { putOnDesk, sharedVisit } from "./shared-visit.mjs";

const SEPIA = "hue=s=0,format=gbrp,colorchannelmixer=.393:.769:.189:0:.349:.686:.168:0:.272:.534:.131";

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });

/** A test picture of twelve frames, made by a filter from one in colour. @param {string} name @param {string} filter @param {string} format */
async function inColor(name, filter, format = "yuv420p") {
  const file = folder.path(name);
  await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=96x64:r=10", "-vf", `${filter},format=${format}`, "-frames:v", "12", "-c:v", "libx264", "-crf", "8", file]);
  return file;
}

/** @param {string} file */
async function onTheDesk(file) {
  await putOnDesk(visitor, file);
  await visitor.page.keyboard.press("3");
}

/** Colours what is on the desk; the mean chroma of each frame. @param {string} name */
async function colored(name) {
  const { page } = visitor;
  await page.getByRole("button", { name: "Colour it", exact: true }).and(page.locator("#colorize")).click();
  assert.equal(await settled(page, "finished"), null);
  await save(page, folder.path(name));
  return chromaOf(folder.path(name));
}

const apart = (/** @type {number[]} */ one, /** @type {number[]} */ other) => Math.hypot(one[0] - other[0], one[1] - other[1]);

test("of a clip that mixes both, the shot in colour keeps its own and the grey one is coloured; a switch changes that", async () => {
  const { page } = visitor;
  // In the middle of the colours, so that the negative is another shot.
  const source = await inColor("mixed.mp4", "hue=s=0:enable='lt(n,6)',negate=enable='gte(n,6)',hue=H=0.6:s=2");
  const own = await chromaOf(source);
  await onTheDesk(source);
  assert.match(await page.locator("#own-words").innerText(), /^One is in colour already/);
  assert.deepEqual(await page.locator("#shots .lock").allInnerTexts(), ["3", "", "own"]);
  const kept = await colored("kept.mp4");
  for (const at of [7, 9, 11]) assert.ok(apart(kept[at], own[at]) < 1, `frame ${at}: ${kept[at]} of ${own[at]}`);
  for (const at of [1, 4]) assert.ok(apart(kept[at], own[at]) > 2, `frame ${at} is grey`);
  await page.getByRole("button", { name: "Another colouring" }).click();
  await page.locator("#shots label").nth(2).click();
  assert.match(await page.locator("#shot-words").innerText(), /keeps its own colours/);
  await page.getByRole("button", { name: "Colour it all the same" }).click();
  const anew = await colored("anew.mp4");
  for (const at of [7, 9, 11]) assert.ok(apart(anew[at], own[at]) > 3, `frame ${at} keeps its colours: ${anew[at]}`);
});

for (const format of ["yuv420p", "yuv422p", "yuv444p"]) {
  test(`a clip that is in colour throughout is told so and keeps its colours, ${format}`, async () => {
    const { page } = visitor;
    const source = await inColor(`${format}.mp4`, "hue=H=0.6:s=2", format);
    await onTheDesk(source);
    assert.match(await page.locator("#own-words").innerText(), /^It is in colour already/);
    assert.ok(await page.getByRole("button", { name: "Colour it all the same" }).isVisible());
    const [kept, own] = [await colored(`${format}-kept.mp4`), await chromaOf(source)];
    for (const at of [1, 6, 11]) assert.ok(apart(kept[at], own[at]) < 1, `frame ${at}: ${kept[at]} of ${own[at]}`);
  });
}

test("toned film counts as grey", async () => {
  const source = await inColor("sepia.mp4", SEPIA);
  const own = await chromaOf(source);
  assert.ok(apart(own[5], [128, 128]) > 10, "the clip has no tone");
  await onTheDesk(source);
  assert.equal(await visitor.page.locator("#own-words").innerText(), "");
  assert.ok(apart((await colored("toned.mp4"))[5], own[5]) > 3, "the tone was left");
});

test("a shot that the search for cuts has not come to keeps its colours as well", async () => {
  const { page } = visitor;
  const source = await inColor("early.mp4", "hue=H=0.6:s=2");
  await page.goto(visitor.address);
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message.kind !== "scan") postMessage.call(this, message, ...rest);
    };
  });
  await give(page, source);
  assert.equal(await settled(page, "choosing"), null);
  await page.keyboard.press("3");
  const [kept, own] = [await colored("early-kept.mp4"), await chromaOf(source)];
  for (const at of [1, 6, 11]) assert.ok(apart(kept[at], own[at]) < 1, `frame ${at}: ${kept[at]} of ${own[at]}`);
});
