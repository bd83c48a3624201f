#!/usr/bin/env node
/**
 * The film of the README and of the start page: colours of an old film are corrected on the real page, on the processor. Waiting is left out.
 *
 *   node tests/browser/demonstration.mjs
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { clipFolder, ffmpeg } from "./clips.mjs";
import { addressOf } from "./colorize.mjs";
import { correcting } from "./correcting.mjs";
import { give, launch } from "./page.mjs";
import { serve } from "./serve.mjs";
import { dist } from "./visit.mjs";

const samples = new URL("../../www/public/samples/", import.meta.url);
const CLIP = fileURLToPath(new URL("street.mp4", samples));
/** Where it goes, and how it is encoded there. @type {[string, string[]][]} */
const FILES = [
  [fileURLToPath(new URL("../../docs/correcting.webp", import.meta.url)), ["-c:v", "libwebp_anim", "-loop", "0", "-quality", "60"]],
  [fileURLToPath(new URL("correcting.mp4", samples)),
    ["-c:v", "libx264", "-preset", "veryslow", "-crf", "28", "-g", "80", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]],
];
const WINDOW = { width: 1100, height: 800 };
/** Pictures a second of the film. */
const RATE = 8;
/** Places of the street, and the hue and strength that they get; the first keeps its colour. */
const CORRECTIONS = [
  { place: { x: 0.61, y: 0.36 } },
  { place: { x: 0.19, y: 0.42 }, hue: 255, strength: 30 },
  { place: { x: 0.35, y: 0.65 }, hue: 130, strength: 35 },
  { place: { x: 0.84, y: 0.42 }, hue: 60, strength: 14 },
];

const folder = await clipFolder();
const server = await serve({ dist });
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: WINDOW, reducedMotion: "reduce" });
  page.setDefaultTimeout(600_000);
  let pictures = 0;
  const snap = async (/** @type {number} */ times = 1) => {
    const picture = await page.screenshot();
    for (let time = 0; time < times; time++) await write(picture, pictures++);
  };
  await page.goto(addressOf(server.address, { device: "cpu", size: "144", passes: "1" }));
  await give(page, CLIP);
  await page.locator("#candidates[aria-busy=false]").waitFor();
  const { dialog, palette, button, colored, inWindow, pick, followed } = correcting({ page, address: server.address }, folder);
  await snap(RATE);
  await page.getByRole("button", { name: "Correct colours" }).click();
  await colored();
  await pointer(page);
  await snap(RATE);
  for (const { place, hue, strength } of CORRECTIONS) {
    const { x, y } = await inWindow(place);
    await page.mouse.move(x, y, { steps: 4 });
    await snap(3);
    await page.mouse.click(x, y);
    await palette().getByText("Looking for likely colours").waitFor({ state: "hidden" });
    await snap(RATE);
    if (hue === undefined) await palette().getByRole("button", { name: "Keep the colour here" }).click();
    else await pick(hue, strength);
    await colored();
    await snap(RATE);
    await page.keyboard.press("Escape");
    await snap(4);
  }
  await followed();
  const moment = dialog().getByRole("slider", { name: "Moment" });
  const last = Number(await moment.getAttribute("max"));
  for (let step = 0; step <= 10; step++) {
    await moment.fill(String((last * step) / 10));
    await colored();
    await snap(2);
  }
  await button("Done").click();
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await snap(2 * RATE);
} finally {
  await browser.close();
  server.close();
}
for (const [file, encoding] of FILES) {
  await ffmpeg(["-framerate", String(RATE), "-i", folder.path("%04d.png"), "-vf", "scale=880:-2:flags=lanczos", ...encoding, file], 600_000);
}
await folder.remove();

/** @param {Buffer} picture @param {number} number */
async function write(picture, number) {
  await writeFile(folder.path(`${String(number).padStart(4, "0")}.png`), picture);
}

/** A pointer that pictures show. @param {import("playwright-core").Page} page */
async function pointer(page) {
  await page.evaluate(() => {
    const pointer = document.createElement("div");
    pointer.style.cssText = "position:fixed;z-index:9;width:14px;height:14px;border:3px solid #b5301b;border-radius:50%;pointer-events:none;translate:-50% -50%";
    document.querySelector("dialog[open]")?.append(pointer);
    addEventListener("mousemove", ({ clientX, clientY }) => {
      pointer.style.left = `${clientX}px`;
      pointer.style.top = `${clientY}px`;
    }, true);
  });
}
