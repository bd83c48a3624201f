#!/usr/bin/env node
/**
 * Pictures of every state of the page, in four widths, light and dark, for somebody to look at:
 *
 *   node tests/browser/screenshots.mjs [FOLDER]
 *
 * They are written to target/screenshots, or to the folder that is named. The exit status is 1 where the page is wider than its window.
 */
import { mkdir, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { fileURLToPath, pathToFileURL } from "node:url";
import { clipFolder, ffmpeg } from "./clips.mjs";
import { addressOf } from "./colorize.mjs";
import { give, launch, settled } from "./page.mjs";
import { serve } from "./serve.mjs";
import { dist } from "./visit.mjs";
import { walkClip, walkQueue, walkStudy } from "./walk.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./walk.mjs").Stop} Stop */

const FOLDER = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));
const SAMPLES = fileURLToPath(new URL("../../www/public/samples/", import.meta.url));
const WINDOWS = [[1440, 900], [1280, 720], [390, 844], [320, 568]];
const SCHEMES = /** @type {const} */ (["light", "dark"]);

/** What is wider than its window. @type {string[]} */
const tooWide = [];

/** Takes pictures wherever the walk stops. @param {Page} page @param {string} folder @returns {Stop} */
function photographer(page, folder) {
  return async (state) => {
    for (const [width, height] of WINDOWS) {
      await page.setViewportSize({ width, height });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) tooWide.push(`${state} at ${width}: by ${over} pixels`);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const name = `${state.replaceAll(" ", "-")}-${width}-${colorScheme}`;
        await page.screenshot({ path: `${folder}/${name}.png` });
      }
    }
    await page.setViewportSize({ width: WINDOWS[0][0], height: WINDOWS[0][1] });
    console.log(state);
  };
}

/** Two shots of the samples, in a file for the page and in an old one. @param {(name: string) => string} path */
async function makeInputs(path) {
  const shot = (/** @type {number} */ input) => `[${input}:v]trim=end_frame=32,scale=192:144,setsar=1,fps=15,format=gray[${input}]`;
  const cut = ["-i", `${SAMPLES}office.mp4`, "-i", `${SAMPLES}street.mp4`, "-lavfi", `${shot(0)};${shot(1)};[0][1]concat=n=2,format=yuv420p`];
  const [clip, old, photo] = [path("Great-aunt's wedding, first reel.mp4"), path("1987 holiday.avi"), path("portrait.png")];
  await ffmpeg([...cut, "-c:v", "libx264", clip]);
  await ffmpeg(["-i", clip, "-c:v", "mjpeg", "-q:v", "3", old]);
  await ffmpeg(["-i", clip, "-frames:v", "1", photo]);
  return { clip, old, photo };
}

/** A page whose weights do not come: what it shows while a file waits for them. @param {import("playwright-core").Browser} browser @param {string} clip @param {string} into */
async function stopReading(browser, clip, into) {
  const server = await serve({ dist, instead: (path) => (path.endsWith("trunk.bpk") ? { body: new Readable({ read() {} }) } : null) });
  const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
  try {
    await page.goto(addressOf(server.address, { device: "cpu", size: "64" }));
    await give(page, clip);
    await page.locator("main[data-state=reading]").waitFor();
    await photographer(page, into)("reading");
  } finally {
    await page.context().close();
    await server.close();
  }
}

/** The states that the walks do not come through. @param {Page} page @param {string} address @param {{ clip: string, old: string, photo: string }} inputs @param {Stop} stop */
async function walkRest(page, address, { clip, old, photo }, stop) {
  await page.goto(address.replace("device=cpu", "device=auto"));
  await page.locator("#device[data-kind=cpu]").waitFor();
  await page.getByText("Why not on the graphics card?").click();
  await stop("no WebGPU");
  await page.goto(address);
  await give(page, old);
  await settled(page, "choosing");
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await stop("old format");
  await page.locator("#more > summary").click();
  await page.locator("#settings").scrollIntoViewIfNeeded();
  await stop("settings open");
  await page.goto(address);
  await give(page, clip);
  await settled(page, "choosing");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await page.waitForFunction(() => /^1\d of/.test(document.getElementById("tally-frames")?.textContent ?? ""));
  await stop("running");
  await page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();
  await page.locator("#unfinished li").waitFor();
  await page.goto(address);
  await page.locator("#unfinished li").waitFor();
  await stop("unfinished run");
  await page.locator("#unfinished").getByRole("button", { name: "Forget it" }).click();
  await stop("forgotten");
  await give(page, photo);
  await settled(page, "choosing");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await settled(page, "finished");
  await stop("photo result");
}

/** The study's folder: two methods, one clip. @param {ReturnType<typeof clipFolder> extends Promise<infer T> ? T : never} folder @param {string} clip */
async function studyFolder(folder, clip) {
  for (const method of ["one", "other"]) {
    await mkdir(folder.path(`study/${method}`), { recursive: true });
    await ffmpeg(["-i", clip, "-frames:v", "8", folder.path(`study/${method}/reel.webm`)]);
  }
  return folder.path("study");
}

/** @param {string} into */
async function takeAll(into) {
  await rm(into, { recursive: true, force: true });
  await mkdir(into, { recursive: true });
  const folder = await clipFolder();
  const server = await serve({ dist });
  const browser = await launch();
  try {
    const inputs = await makeInputs(folder.path);
    const address = addressOf(server.address, { device: "cpu", size: "64", passes: "1" });
    const study = await studyFolder(folder, inputs.clip);
    /** @type {[string, (page: Page, stop: Stop) => Promise<unknown>][]} */
    const walks = [
      [address, (page, stop) => walkClip(page, inputs.clip, async (state) => state !== "reading" && stop(state))],
      [address, (page, stop) => walkQueue(page, [inputs.photo, inputs.clip], async (state) => {
        if (state === "queue") await page.locator("#batch").scrollIntoViewIfNeeded();
        await stop(state);
      })],
      [address, (page, stop) => walkRest(page, address, inputs, stop)],
      [`${server.address}study.html`, (page, stop) => walkStudy(page, study, stop)],
    ];
    await stopReading(browser, inputs.clip, into);
    for (const [address, walk] of walks) {
      // Each with a disk of its own: what one leaves is not to be offered in the next.
      const context = await browser.newContext({ serviceWorkers: "block" });
      const page = await context.newPage();
      page.setDefaultTimeout(240_000);
      await page.goto(address);
      await walk(page, photographer(page, into));
      await context.close();
    }
  } finally {
    await browser.close();
    await server.close();
    await folder.remove();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await takeAll(process.argv[2] ?? FOLDER);
  for (const each of tooWide) console.error(`wider than its window: ${each}`);
  process.exitCode = tooWide.length === 0 ? 0 : 1;
}
