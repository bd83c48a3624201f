/** The page before somebody with a box of old films: plain words, the time it takes, and what looks alike shown once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ffmpeg, makeClip } from "./clips.mjs";
import { addressOf } from "./colorize.mjs";
import { give, launch, settled } from "./page.mjs";
import { serve } from "./serve.mjs";
import { putOnDesk, sharedVisit } from "./shared-visit.mjs";
import { dist } from "./visit.mjs";

/** What nobody has to know who does not open “More” or “Details”. */
const JARGON = /candidate|\bchroma\b|\bflow\b|\bpass(es)?\b|refine|network|saturation|working size|confidence|colorize|weights/i;

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });

/** @param {string} file */
async function onTheDesk(file) {
  await putOnDesk(visitor, file);
  await visitor.page.locator("#candidates[aria-busy=false]").waitFor();
}

const names = () => visitor.page.locator(".candidate:not([hidden]) .name").allInnerTexts();

/** The text that is seen. */
const seen = () => visitor.page.locator("body").innerText();

test("each colouring has a name of its own for how it looks, the likeliest is chosen, and one shot makes no list", async () => {
  const { page } = visitor;
  await onTheDesk(await makeClip(folder.path("plain.mp4"), { frames: 6 }));
  const said = await names();
  assert.ok(said.length > 1 && new Set(said).size === said.length && said.every(Boolean), `${said}`);
  const warmth = await page.locator(".candidate:not([hidden])").evaluateAll((cards) => cards.map((card) => {
    const canvas = /** @type {HTMLCanvasElement} */ (card.querySelector(".moments canvas"));
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((sum, value, at) => (at % 4 === 0 ? sum + value - data[at + 2] : sum), 0);
  }));
  if (said.includes("Warmer")) assert.equal(warmth.indexOf(Math.max(...warmth)), said.indexOf("Warmer"), `${said}: ${warmth}`);
  if (said.includes("Cooler")) assert.equal(warmth.indexOf(Math.min(...warmth)), said.indexOf("Cooler"), `${said}: ${warmth}`);
  assert.ok(await page.locator(".candidate:has(:checked) .badge").isVisible());
  assert.ok(!(await page.locator("#shots").isVisible()));
  await page.getByRole("button", { name: "Add a cut by hand" }).click();
  const here = page.getByRole("button", { name: "Cut before this frame" });
  await page.getByRole("dialog").locator("input").press("ArrowRight");
  await here.click();
  assert.equal(await page.locator("#shots canvas:visible").count(), 2);
  await page.getByRole("button", { name: "Remove the cut" }).click();
  assert.ok(!(await page.locator("#shots").isVisible()));
});

test("colourings that look alike are shown once, and that is said", async () => {
  const { page } = visitor;
  // Of black nothing can be coloured: all four are black.
  await onTheDesk(await makeClip(folder.path("black.mp4"), { frames: 4, filter: "lutyuv=y=16" }));
  assert.equal((await names()).length, 1);
  assert.match(await page.locator("#alike").innerText(), /^All four look alike/);
  assert.equal(await page.locator("#choosing-title").innerText(), "How it could have looked");
  await page.keyboard.press("3");
  assert.ok(await page.getByRole("radio", { name: /^Colouring 3/ }).isChecked());
  assert.equal((await names()).length, 1);
});

/** Seconds, of “About 2 minutes on this device”. @param {string} summary */
function secondsIn(summary) {
  const [, count, unit, minutes = 0] = summary.match(/[Aa]bout (\d+) (second|minute|hour)s?(?: (\d+) minute)?/) ?? [];
  return Number(count) * { second: 1, minute: 60, hour: 3600 }[/** @type {"second" | "minute" | "hour"} */ (unit)] + 60 * Number(minutes);
}

test("the time it will take is said beforehand, and moves with the quality and the part", { timeout: 600_000 }, async () => {
  const server = await serve({ dist });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(addressOf(server.address, { device: "cpu" }));
    const [once, long] = [await makeClip(folder.path("once.mp4"), { frames: 200 }), folder.path("long.mp4")];
    await ffmpeg(["-stream_loop", "99", "-i", once, "-c", "copy", long]);
    await give(page, long);
    assert.equal(await settled(page, "choosing"), null);
    await page.locator("#candidates[aria-busy=false]").waitFor();
    const quality = (/** @type {string} */ name) => page.locator("#levels").getByRole("radio", { name });
    assert.ok(await quality("Quick").isChecked(), "hours of work are preset");
    assert.match(await page.locator("#level-words").innerText(), /the best that is done within 10 minutes/);
    const words = () => page.locator("#summary").innerText();
    await page.getByRole("slider", { name: /^To/ }).fill("4000");
    const half = secondsIn(await words());
    await page.getByRole("slider", { name: /^To/ }).fill("8000");
    const whole = secondsIn(await words());
    assert.ok(half > 0 && Math.abs(whole / half - 2) < 0.35, `${half} s for 4000 frames, ${whole} s for 8000`);
    await quality("Better").check({ force: true }); // at once, from what was measured so far
    assert.ok(secondsIn(await words()) > 3 * whole, `${whole} s, better: ${await words()}`);
    await page.locator("#candidates[aria-busy=false]").waitFor();
    assert.ok(await quality("Better").isChecked());
  } finally {
    await browser.close();
    await server.close();
  }
});

test("a clip that is soon done is preset to the best quality", { timeout: 600_000 }, async () => {
  const server = await serve({ dist });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(addressOf(server.address, { device: "cpu" }));
    await give(page, await makeClip(folder.path("soon.mp4"), { frames: 2 }));
    assert.equal(await settled(page, "choosing"), null);
    await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector("[name=level][value=best]")).checked);
    assert.ok(await page.locator("#colorize").isEnabled(), "the choice has to wait for the finer pictures");
  } finally {
    await browser.close();
    await server.close();
  }
});

test("no word on the page needs a paper, outside “More” and “Details”", async () => {
  const { page } = visitor;
  await page.goto(visitor.address);
  await page.locator("#device[data-kind=cpu]").waitFor();
  const free = async (/** @type {string} */ where) => assert.equal((await seen()).match(JARGON)?.[0], undefined, where);
  await free("welcome");
  await onTheDesk(await makeClip(folder.path("words.mp4"), { frames: 60, filter: "negate=enable='gte(n,30)'" }));
  await free("choosing");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await page.waitForFunction(() => /^[2-9]\d* of/.test(document.getElementById("tally-frames")?.textContent ?? ""));
  await free("coloring");
  assert.equal(await settled(page, "finished"), null);
  await free("finished");
});

test("a clip of any shape keeps the page within bounds in every state", async () => {
  const { page } = visitor;
  for (const size of ["16x1080", "1080x16"]) {
    await onTheDesk(await makeClip(folder.path(`${size}.mp4`), { frames: 4, size }));
    const tall = async (/** @type {string} */ where) => {
      for (const [width, height] of [[1280, 720], [390, 844]]) {
        await page.setViewportSize({ width, height });
        const whole = await page.evaluate(() => document.documentElement.scrollHeight);
        assert.ok(whole < 2.6 * height, `${size}, ${where}: ${whole} pixels high at ${width}x${height}`);
        const highest = await page.evaluate(() => Math.max(...[...document.querySelectorAll("canvas, video, img")].map((each) => each.getBoundingClientRect().height)));
        assert.ok(highest <= height, `${size}, ${where}: a picture of ${highest} pixels at ${width}x${height}`);
      }
    };
    await tall("choosing");
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    await page.locator("main[data-state=coloring]").waitFor();
    await tall("coloring");
    assert.equal(await settled(page, "finished"), null);
    await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById("result")).readyState > 1);
    await tall("finished");
  }
});
