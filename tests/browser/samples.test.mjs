/** The film on the start page, and the samples to try. */
import assert from "node:assert/strict";
import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "./page.mjs";
import { serve } from "./serve.mjs";
import { dist, visit } from "./visit.mjs";

/** Bytes of film that may come with the page, once it can be used. */
const BUDGET = 2_000_000;

test("the start page shows film that was really coloured, under a slider that parts it from its source", async () => {
  const { page, uncaught, close } = await visit();
  try {
    await page.locator("#showcase-play:not([hidden])").waitFor();
    await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById("showcase-color")).currentTime > 0.2);
    await page.locator("#showcase-play").click();
    await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById("showcase-color")).paused);
    assert.equal(await page.locator("#showcase-play").textContent(), "Play");
    const { color, grey, luma } = await page.evaluate(() => {
      const video = /** @type {HTMLVideoElement} */ (document.getElementById("showcase-color"));
      const source = /** @type {HTMLCanvasElement} */ (document.getElementById("showcase-grey"));
      const copy = new OffscreenCanvas(source.width, source.height).getContext("2d");
      copy?.drawImage(video, 0, 0, source.width, source.height);
      const pixels = (/** @type {any} */ drawing) => drawing.getImageData(0, 0, source.width, source.height).data;
      const [ours, theirs] = [pixels(copy), pixels(source.getContext("2d"))];
      let [color, grey, luma] = [0, 0, 0];
      for (let i = 0; i < ours.length; i += 4) {
        const [r, g, b] = ours.slice(i, i + 3);
        color += Math.max(r, g, b) - Math.min(r, g, b);
        grey = Math.max(grey, Math.max(...theirs.slice(i, i + 3)) - Math.min(...theirs.slice(i, i + 3)));
        luma += Math.abs(0.299 * r + 0.587 * g + 0.114 * b - theirs[i]);
      }
      return { color: color / (ours.length / 4), grey, luma: luma / (ours.length / 4) };
    });
    assert.ok(color > 8, `the film has hardly any colour: ${color}`);
    assert.equal(grey, 0, "the source is not grey");
    assert.ok(luma < 3, `the source is another picture: ${luma}`); // the blend's weights are 0.30, 0.59 and 0.11, and the pause may come between two frames

    await page.locator("#showcase-split").press("End");
    assert.equal(await page.locator("#showcase-compare").evaluate((box) => box.style.getPropertyValue("--split")), "100%");
    assert.deepEqual(uncaught, []);
  } finally {
    await close();
  }
});

test("a sample is opened by a click, as a clip of the visitor's own is", async () => {
  const { page, uncaught, close } = await visit();
  try {
    await page.getByRole("button", { name: "A street with Chaplin" }).click();
    await page.locator('#stage[data-state="choosing"]').waitFor();
    await page.locator("#candidates[aria-busy=false]").waitFor();
    assert.match(await page.locator(".choosing [data-clip-facts]").innerText(), /street\.mp4/);
    assert.deepEqual(uncaught, []);
  } finally {
    await close();
  }
});

/** Waits for what the film of correcting does. @param {import("playwright-core").Page} page @param {(video: HTMLVideoElement) => boolean} does */
const correcting = async (page, does) => {
  const film = /** @type {import("playwright-core").ElementHandle<HTMLVideoElement>} */ (await page.locator("#correcting-film").elementHandle());
  await page.waitForFunction(/** @type {any} */ (does), film);
};

test("how colours are corrected is fetched when it is scrolled to, plays, and is paused by the keyboard", async () => {
  const { page, uncaught, close } = await visit();
  try {
    await page.locator("#showcase-play:not([hidden])").waitFor();
    assert.equal(await page.locator("#correcting-film").evaluate((video) => /** @type {HTMLVideoElement} */ (video).src), "", "it is fetched before it is seen");
    await page.locator("#correcting-film").scrollIntoViewIfNeeded();
    await correcting(page, ({ currentTime, videoWidth }) => currentTime > 0.2 && videoWidth === 880);
    const play = page.getByRole("button", { name: /^Pause Colours of a street scene/ });
    await play.press("Enter");
    await correcting(page, ({ paused }) => paused);
    await page.getByRole("button", { name: /^Play Colours of a street scene/ }).press("Enter");
    await correcting(page, ({ paused }) => !paused);
    await page.evaluate(() => scrollTo(0, 0));
    await correcting(page, ({ paused }) => paused);
    assert.deepEqual(uncaught, []);
  } finally {
    await close();
  }
});

test("who wants less motion sees the films stand still", async () => {
  const server = await serve({ dist });
  const browser = await launch();
  try {
    const page = await (await browser.newContext({ reducedMotion: "reduce", serviceWorkers: "block" })).newPage();
    await page.goto(`${server.address}?device=cpu`);
    await page.locator("#showcase-play:not([hidden])").waitFor();
    await page.waitForTimeout(500);
    assert.ok(await page.locator("#showcase-color").evaluate((video) => /** @type {HTMLVideoElement} */ (video).paused));
    await page.locator("#showcase-play").click();
    await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById("showcase-color")).currentTime > 0.2);
    await page.locator("#correcting-film").scrollIntoViewIfNeeded();
    await page.locator("#correcting-play:not([hidden])").waitFor();
    await page.waitForTimeout(500);
    await correcting(page, ({ paused, currentTime }) => paused && currentTime === 12);
    await page.locator("#correcting-play").click();
    await correcting(page, ({ currentTime }) => currentTime > 12.2);
  } finally {
    await browser.close();
    await server.close();
  }
});

test("film and samples are small, and kept for a visit without a network", async () => {
  const names = await readdir(join(dist, "samples"));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dist, "samples", name))).size));
  assert.ok(names.length === 5 && sizes.reduce((sum, size) => sum + size) < BUDGET, `${names}: ${sizes}`);
  const kept = await readFile(join(dist, "service-worker.js"), "utf8");
  for (const name of names) assert.ok(kept.includes(`"samples/${name}"`), name);
});
