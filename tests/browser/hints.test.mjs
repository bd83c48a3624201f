/** Colours that are given by hand: by mouse, by finger, by keyboard, in the picture and in the finished file. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ffmpeg } from "./clips.mjs";
import { BLUE, correcting, makeMoving, middle, near, placeOf, RED } from "./correcting.mjs";
import { putOnDesk, sharedVisit } from "./shared-visit.mjs";

const FRAMES = 6;
/** In this one a colour is given that is to be seen in all others. */
const GIVEN = 3;

const { visitor, folder } = await sharedVisit({ run: { size: "64", passes: "0" } });
const { page } = visitor;
const { dialog, dots, surface, status, palette, swatches, button, colored, open, lookAt, inWindow, click, drag, pick, bluer, bluerIn, run, followed } = correcting(visitor, folder);
/** @type {string} */
let moving;
/** @type {string} */
let brief;

before(async () => {
  moving = await makeMoving(folder.path("moving.mp4"), FRAMES);
  brief = await makeMoving(folder.path("brief.mp4"), 2);
});

/** What the picture shows around a place: the mean of blue less that of red. @param {import("./correcting.mjs").Place} place */
const bluerAt = (place) => dialog().locator(".correcting-window .corrected > canvas").first().evaluate((canvas, { x, y }) => {
  const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
  const context = /** @type {CanvasRenderingContext2D} */ (/** @type {HTMLCanvasElement} */ (canvas).getContext("2d"));
  const { data } = context.getImageData(x * width - 3, y * height - 3, 6, 6);
  return data.reduce((sum, value, at) => sum + (at % 4 === 2 ? value : at % 4 === 0 ? -value : 0), 0) / 36;
}, place);

test("a click, a colour: the picture has it, it goes with the object in both directions, and the finished file has the preview's colours", { timeout: 600_000 }, async () => {
  const last = FRAMES - 1;
  await open(moving, last);
  const plain = [await bluer(last)];
  await lookAt(0);
  plain.unshift(await bluer(0));
  await lookAt(GIVEN);
  await click(middle(GIVEN));
  await palette().getByText("Looking for likely colours").waitFor({ state: "hidden" });
  assert.ok((await dialog().getByRole("group", { name: "Likely here" }).locator(".swatch").count()) >= 3, "hardly a likely colour");
  await pick(BLUE);
  await followed();
  await lookAt(0);
  const seen = [await bluer(0)];
  near(await placeOf(dots().first()), middle(0), 0.03);
  await lookAt(last);
  seen.push(await bluer(last));
  near(await placeOf(dots().first()), middle(last), 0.03);
  for (const [at, value] of seen.entries()) assert.ok(value > plain[at] + 5, `frame ${at * last}: blue less red went from ${plain[at]} to ${value}`);
  const file = await run("corrected.mp4");
  for (const [at, value] of seen.entries()) {
    const written = await bluerIn(file, at * last);
    assert.ok(Math.abs(written - value) < 2, `frame ${at * last}: ${value} in the picture, ${written} in the file`);
  }
});

test("the previews of the four show what was corrected, and the desk says how much that is", { timeout: 300_000 }, async () => {
  await open(brief);
  const look = () => page.locator(".candidate .moments canvas:first-child").evaluateAll((all) => all.reduce((bluer, canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    const { data } = /** @type {CanvasRenderingContext2D} */ (/** @type {HTMLCanvasElement} */ (canvas).getContext("2d")).getImageData(0, 0, width, height);
    return bluer + data.reduce((sum, value, at) => sum + (at % 4 === 2 ? value : at % 4 === 0 ? -value : 0), 0) / (width * height);
  }, 0));
  const plain = await look();
  await click(middle(0));
  await pick(BLUE);
  await button("Done").click();
  await page.locator("#candidates[aria-busy=true]").waitFor();
  await page.locator("#candidates[aria-busy=false]").waitFor();
  assert.ok((await look()) > plain + 2, `${plain}, then ${await look()}`);
  assert.match(await page.locator("#summary").innerText(), /with 1 colour of yours/);
});

test("a mark is dragged, opened by a click, given another colour, and removed; every step is taken back and done again", { timeout: 300_000 }, async () => {
  await open(brief);
  await click({ x: 0.3, y: 0.4 });
  await swatches().nth(1).click();
  assert.equal(await dots().count(), 1);
  await page.keyboard.press("Escape");
  await drag({ x: 0.3, y: 0.4 }, { x: 0.7, y: 0.6 });
  near(await placeOf(dots().first()), { x: 0.7, y: 0.6 });
  assert.ok(!(await palette().isVisible()), "a drag is no click");
  const before = await dots().first().getAttribute("aria-label");
  await dots().first().click();
  await palette().waitFor();
  await pick(RED);
  assert.notEqual(await dots().first().getAttribute("aria-label"), before);
  await page.keyboard.press("Delete");
  assert.equal(await dots().count(), 0);
  assert.match(await status().innerText(), /removed/);
  await page.keyboard.press("Control+z");
  assert.equal(await dots().count(), 1);
  for (let presses = 0; presses < 2; presses++) await button("Undo").click();
  near(await placeOf(dots().first()), { x: 0.3, y: 0.4 });
  await page.keyboard.press("Control+z");
  assert.equal(await dots().count(), 0);
  await page.keyboard.press("Control+z");
  assert.match(await status().innerText(), /nothing to take back/);
  for (let presses = 0; presses < 2; presses++) await page.keyboard.press("Control+Shift+z");
  near(await placeOf(dots().first()), { x: 0.7, y: 0.6 });
  await button("Redo").click();
  await page.keyboard.press("Control+y");
  assert.equal(await dots().count(), 0);
});

test("the keyboard alone sets marks, goes from one to the next, nudges, opens and removes them, and hears of it", { timeout: 300_000 }, async () => {
  await putOnDesk(visitor, brief);
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await page.getByRole("button", { name: "Correct colours" }).focus();
  await page.keyboard.press("Enter");
  await colored();
  assert.ok(await surface().evaluate((surface) => surface === document.activeElement), "the picture has no focus");
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("ArrowUp");
  assert.match(await status().innerText(), /40 % across, 49 % down/);
  await page.keyboard.press("Enter");
  assert.match(await status().innerText(), /New mark at 40 % across, 49 % down/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.match(await status().innerText(), /^(Now|The picture)/);
  await page.keyboard.press("Escape");
  assert.ok(await dots().first().evaluate((dot) => dot === document.activeElement), "the mark has no focus");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press(" ");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.equal(await dots().count(), 2);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  await surface().focus();
  await page.keyboard.press("Tab");
  assert.match(await focused(), /^Mark 1, .*, at 40 % across, 49 % down/);
  await page.keyboard.press("Tab");
  assert.match(await focused(), /^Mark 2/);
  for (let presses = 0; presses < 3; presses++) await page.keyboard.press("ArrowRight");
  near(await placeOf(dots().nth(1)), { x: 0.415, y: 0.59 }, 0.002);
  assert.match(await status().innerText(), /Moved to 4[12] % across/);
  await page.keyboard.press("Control+z");
  near(await placeOf(dots().nth(1)), { x: 0.4, y: 0.59 }, 0.002);
  await dots().nth(1).focus();
  await page.keyboard.press("Enter");
  await palette().waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Delete");
  assert.equal(await dots().count(), 1);
  assert.match(await focused(), /^Mark 1/, "the focus goes to the mark before");
  await page.keyboard.press("Escape");
  assert.ok(!(await dialog().isVisible()));
  assert.equal(await page.evaluate(() => document.activeElement?.id), "correct");
});

/** Puts a finger on a place, moves it along others, and lifts it. @param {{ x: number, y: number }[]} places */
async function finger(...places) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  for (const [at, place] of places.entries()) {
    await session.send("Input.dispatchTouchEvent", { type: at === 0 ? "touchStart" : "touchMove", touchPoints: [await inWindow(place)] });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: false });
  await session.detach();
}

test("a finger sets a mark, moves it, opens it, paints with the brush, and removes it, on a narrow phone", { timeout: 300_000 }, async () => {
  const usual = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  try {
    await open(brief);
    await finger({ x: 0.3, y: 0.5 });
    await palette().waitFor();
    await swatches().nth(1).click();
    assert.equal(await dots().count(), 1);
    await button("Close").click();
    await finger({ x: 0.3, y: 0.5 }, { x: 0.4, y: 0.5 }, { x: 0.6, y: 0.7 });
    near(await placeOf(dots().first()), { x: 0.6, y: 0.7 }, 0.03);
    await finger({ x: 0.6, y: 0.7 });
    await palette().waitFor();
    await palette().getByRole("button", { name: "Remove", exact: true }).click();
    assert.equal(await dots().count(), 0);
    await dialog().getByText("Brush", { exact: true }).click();
    await finger({ x: 0.2, y: 0.3 }, { x: 0.3, y: 0.3 }, { x: 0.5, y: 0.3 });
    await palette().waitFor();
    await pick(BLUE);
    assert.equal(await dots().count(), 1);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && (document.querySelector("dialog.correcting")?.scrollWidth ?? 0) <= innerWidth));
  } finally {
    await page.setViewportSize(usual ?? { width: 1280, height: 720 });
  }
});

test("in a clip that is stored turned, the colour is where it was clicked", { timeout: 300_000 }, async () => {
  const turned = folder.path("turned.mp4");
  await ffmpeg(["-display_rotation", "90", "-i", brief, "-c", "copy", turned]).catch(() =>
    ffmpeg(["-i", brief, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned]));
  await open(turned);
  const [here, opposite] = [{ x: 0.4, y: 0.3 }, { x: 0.6, y: 0.7 }];
  const blue = () => dialog().locator(".correcting-window .corrected > canvas").first().evaluate((canvas, places) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    if (height < width) throw new Error("it is not upright");
    const context = /** @type {CanvasRenderingContext2D} */ (/** @type {HTMLCanvasElement} */ (canvas).getContext("2d"));
    return places.map(({ x, y }) => context.getImageData(x * width - 3, y * height - 3, 6, 6).data.reduce((sum, value, at) => (at % 4 === 2 ? sum + value / 36 : sum), 0));
  }, [here, opposite]);
  const plain = await blue();
  await click(here);
  await pick(BLUE);
  near(await placeOf(dots().first()), here);
  const seen = await blue();
  assert.ok(seen[0] - plain[0] > 15 && seen[0] - plain[0] > 2 * (seen[1] - plain[1]), `blue went from ${plain} to ${seen}`);
});

test("a brush goes over a region, which takes the colour further than a point", { timeout: 300_000 }, async () => {
  await open(brief);
  const plain = await bluer(0);
  await click(middle(0));
  await pick(BLUE);
  const point = await bluer(0);
  await page.keyboard.press("Control+z");
  for (; (await dots().count()) > 0;) await page.keyboard.press("Control+z");
  await dialog().getByText("Brush", { exact: true }).click();
  await dialog().getByRole("slider", { name: "Brush size" }).fill("8");
  await drag({ x: 0.18, y: 0.35 }, { x: 0.34, y: 0.65 });
  await pick(BLUE);
  const brushed = await bluer(0);
  assert.ok(brushed > point && point > plain, `blue less red: ${plain}, with a point ${point}, with a brush ${brushed}`);
});

test("the dropper takes a colour from the picture, from another moment, and from a photo that is dropped", { timeout: 300_000 }, async () => {
  await open(brief);
  await click({ x: 0.25, y: 0.5 });
  await button("From the picture…").click();
  assert.match(await status().innerText(), /Click where the colour is/);
  await click({ x: 0.8, y: 0.3 });
  assert.match(await status().innerText(), /^Taken: /);
  assert.equal(await dots().count(), 1);
  await button("From the picture…").click();
  await lookAt(1);
  await click({ x: 0.6, y: 0.9 });
  await page.waitForFunction(() => document.querySelector(".moment-clock")?.textContent === "0:00.00");
  await colored();
  near(await placeOf(dots().first()), { x: 0.25, y: 0.5 });
  const photo = folder.path("orange.png");
  await ffmpeg(["-f", "lavfi", "-i", "color=c=orange:s=64x48", "-frames:v", "1", photo]);
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button("Colours from a photo…").click()]);
  await chooser.setFiles(photo);
  await dialog().getByRole("application", { name: /Photo/ }).click();
  assert.match(await status().innerText(), /^Taken: .*orange/);
  assert.match((await dots().first().getAttribute("aria-label")) ?? "", /orange/);
  await button("Put the photo away").click();
  await page.keyboard.press("Escape");
  assert.ok(await dialog().isVisible(), "the first Escape closes the palette");
  await click({ x: 0.5, y: 0.2 });
  assert.ok((await dialog().getByRole("group", { name: "Used before" }).locator(".swatch").count()) >= 2, "what was taken is not offered again");
});

test("a photo in colour of the same scene gives its colours on request, in one step", { timeout: 300_000 }, async () => {
  const photo = folder.path("same.png");
  await ffmpeg(["-f", "lavfi", "-i", "mandelbrot=s=160x96:r=10", "-frames:v", "1", photo]);
  const film = folder.path("same.mp4");
  await ffmpeg(["-loop", "1", "-framerate", "10", "-i", photo, "-frames:v", "2", "-vf", "format=gray,format=yuv420p", "-c:v", "libx264", "-crf", "4", film]);
  await open(film);
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button("Colours from a photo…").click()]);
  await chooser.setFiles(photo);
  assert.equal(await dots().count(), 0, "nothing is taken over unasked");
  await button("Take over what it shows of this").click();
  await dots().first().waitFor();
  assert.ok((await dots().count()) >= 3, `${await dots().count()} colours`);
  await page.keyboard.press("Control+z");
  assert.equal(await dots().count(), 0);
});

test("the colour of a place is kept in one step, by keyboard or mouse, and stays when what looks alike is given another", { timeout: 300_000 }, async () => {
  const alike = folder.path("alike.mp4");
  await ffmpeg(["-i", await makeMoving(folder.path("one.mp4"), 2), "-vf", "crop=80:96:0:0,split[one][other];[one][other]hstack", "-c:v", "libx264", "-crf", "8", alike]);
  const beside = { x: middle(0).x + 0.5, y: middle(0).y };
  const keep = () => palette().getByRole("button", { name: "Keep the colour here" });
  await open(alike);
  const plain = await bluerAt(beside);
  await click(middle(0));
  await pick(BLUE);
  const spread = await bluerAt(beside);
  assert.ok(spread > plain + 2, `the other has taken nothing on: ${plain}, then ${spread}`);
  await open(alike);
  await click(beside);
  await palette().getByText("Looking for likely colours").waitFor({ state: "hidden" });
  assert.ok(await keep().evaluate((button) => button === document.activeElement), "it is not what the keyboard stands on");
  await page.keyboard.press("Enter");
  await colored();
  assert.equal(await keep().getAttribute("aria-pressed"), "true");
  assert.equal(await dots().count(), 1);
  await page.keyboard.press("Escape");
  await click(middle(0));
  await pick(BLUE);
  const kept = await bluerAt(beside);
  assert.ok(kept - plain < (spread - plain) / 3, `blue less red: ${plain}, without being kept ${spread}, kept ${kept}`);
  await click(beside);
  assert.ok(!(await keep().isVisible()), "a mark keeps what it has anyway");
});

test("sixty marks are taken back one by one, and done again", { timeout: 300_000 }, async () => {
  await open(brief);
  for (let mark = 0; mark < 60; mark++) {
    await click({ x: 0.03 + 0.016 * mark, y: mark % 2 ? 0.2 : 0.8 });
    await swatches().first().click();
  }
  assert.equal(await dots().count(), 60);
  for (let left = 59; left >= 0; left--) {
    await page.keyboard.press("Control+z");
    assert.equal(await dots().count(), left);
  }
  assert.equal(await button("Undo").getAttribute("aria-disabled"), "true");
  for (let done = 1; done <= 60; done++) await page.keyboard.press("Control+Shift+z");
  assert.equal(await dots().count(), 60);
  await colored();
});
