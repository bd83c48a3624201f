/** Colours that are given by hand: by mouse, by finger, by keyboard, in the picture and in the finished file. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { before, test } from "node:test";
import { ffmpeg, makePhoto } from "./clips.mjs";
import { give, save, settled, shownError } from "./page.mjs";
import { putOnDesk, sharedVisit } from "./shared-visit.mjs";

const WIDTH = 160;
const HEIGHT = 96;
const FRAMES = 6;
/** The object goes so many pixels to the right from frame to frame; its middle in the first one. */
const STEP = 2;
const MIDDLE = { x: 42, y: 48 };

const { visitor, folder } = await sharedVisit({ run: { size: "64", passes: "0" } });
const { page } = visitor;
/** A piece of a fractal that moves over bars, in one shot: rough enough to be followed. @type {string} */
let moving;

before(async () => {
  moving = folder.path("moving.mp4");
  const graph = [
    `[1:v]trim=end_frame=1,loop=-1:1,crop=64:64:20:20,setpts=N/10/TB[object]`,
    `[0:v][object]overlay=x='${MIDDLE.x - 32}+${STEP}*n':y=${MIDDLE.y - 32}:shortest=1,format=gray,format=yuv420p`,
  ].join(";");
  await ffmpeg(["-f", "lavfi", "-i", `smptebars=s=${WIDTH}x${HEIGHT}:r=10`, "-f", "lavfi", "-i", "mandelbrot=s=128x96:r=10",
    "-filter_complex", graph, "-frames:v", String(FRAMES), "-c:v", "libx264", "-crf", "8", moving]);
});

/** Where the object's middle is in a frame, as shares of the picture. @param {number} frame */
const middle = (frame) => ({ x: (MIDDLE.x + STEP * frame) / WIDTH, y: MIDDLE.y / HEIGHT });

const dialog = () => page.getByRole("dialog", { name: "Correct colours" });
const dots = () => dialog().locator(".dot");
const surface = () => dialog().locator(".correcting-window .surface");
const status = () => dialog().locator(".correcting-status");
const swatches = () => dialog().locator(".palette .swatch[aria-label]");

/** Waits until the picture is as it was asked for. */
const colored = () => dialog().locator(".correcting-window .corrected[aria-busy=false]").waitFor();

/** Puts a file on the desk and opens the picture in which its colours are corrected. @param {string} file @param {number} frame */
async function open(file, frame = 0) {
  await putOnDesk(visitor, file);
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await page.getByRole("button", { name: "Correct colours" }).click();
  await colored();
  await lookAt(frame);
}

/** Goes to a frame of the clip. @param {number} frame */
async function lookAt(frame) {
  const slider = dialog().getByRole("slider", { name: "Moment" });
  if (!(await slider.isVisible())) return;
  await slider.fill(String((frame + 0.5) / 10));
  await page.waitForFunction((time) => document.querySelector(".moment-clock")?.textContent === time, `0:0${(frame / 10).toFixed(2)}`);
  await colored();
}

/** Where a place of the picture is in the window. @param {{ x: number, y: number }} place */
async function inWindow({ x, y }) {
  const box = await surface().boundingBox();
  if (!box) throw new Error("there is no picture");
  return { x: box.x + x * box.width, y: box.y + y * box.height };
}

/** @param {{ x: number, y: number }} place */
async function click(place) {
  const { x, y } = await inWindow(place);
  await page.mouse.click(x, y);
}

/** Gives the place that the palette is open for a strong colour. @param {number} hue in degrees */
async function pick(hue) {
  await dialog().getByRole("slider", { name: "Hue" }).fill(String(hue));
  await dialog().getByRole("slider", { name: "Strength" }).fill("100");
  await colored();
}

const BLUE = 264;
const RED = 29;

/** The mean of blue less red around a place of the picture. @param {{ x: number, y: number }} place */
function bluer(place) {
  return dialog().locator(".correcting-window .corrected > canvas").first().evaluate((canvas, { x, y }) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    const context = /** @type {CanvasRenderingContext2D} */ (/** @type {HTMLCanvasElement} */ (canvas).getContext("2d"));
    const { data } = context.getImageData(Math.round(x * width) - 4, Math.round(y * height) - 4, 8, 8);
    return data.reduce((sum, value, at) => sum + (at % 4 === 2 ? value : at % 4 === 0 ? -value : 0), 0) / 64;
  }, place);
}

/** Of a frame of a file: its red, green and blue. @param {string} file @param {number} frame @returns {Promise<Buffer>} */
async function pixels(file, frame) {
  const raw = folder.path("frame.rgb");
  await ffmpeg(["-i", file, "-vf", `select=eq(n\\,${frame})`, "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", raw]);
  return readFile(raw);
}

/** The mean of blue less red around a place of a file's frame. @param {string} file @param {number} frame @param {{ x: number, y: number }} place */
async function bluerIn(file, frame, { x, y }) {
  const data = await pixels(file, frame);
  let sum = 0;
  for (let row = Math.round(y * HEIGHT) - 4; row < Math.round(y * HEIGHT) + 4; row++) {
    for (let column = Math.round(x * WIDTH) - 4; column < Math.round(x * WIDTH) + 4; column++) sum += data[3 * (row * WIDTH + column) + 2] - data[3 * (row * WIDTH + column)];
  }
  return sum / 64;
}

/** Closes the dialog, colours what is on the desk, and saves it. @param {string} name */
async function run(name) {
  if (await dialog().isVisible()) await dialog().getByRole("button", { name: "Done" }).click();
  await page.getByLabel("File size").selectOption("best");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  const file = folder.path(name);
  await save(page, file);
  return file;
}

/** Waits until all marks are followed to the ends of the shot. */
const followed = () => page.waitForFunction(() => {
  const share = document.querySelector(".following");
  return share?.getAttribute("data-share") === "1";
});

test("a click, a colour: the picture has it at once, it goes with the object, and the finished file has the preview's colours", { timeout: 300_000 }, async () => {
  await open(moving);
  const plain = [await bluer(middle(0))];
  await lookAt(FRAMES - 1);
  plain.push(await bluer(middle(FRAMES - 1)));
  await lookAt(0);
  await click(middle(0));
  await dialog().getByText("Looking for likely colours").waitFor({ state: "hidden" });
  assert.ok((await dialog().getByRole("group", { name: "Likely here" }).locator(".swatch").count()) >= 3, "hardly a likely colour");
  await pick(BLUE);
  await followed();
  assert.equal(await dots().count(), 1);
  const given = [await bluer(middle(0))];
  await lookAt(FRAMES - 1);
  given.push(await bluer(middle(FRAMES - 1)));
  const seen = await dots().first().evaluate((dot) => [Number(dot.style.getPropertyValue("--x")), Number(dot.style.getPropertyValue("--y"))]);
  assert.ok(Math.abs(seen[0] - middle(FRAMES - 1).x) < 0.04 && Math.abs(seen[1] - middle(0).y) < 0.04, `the mark went to ${seen}`);
  console.log({ plain, given });
  const file = await run("corrected.mp4");
  const written = [await bluerIn(file, 0, middle(0)), await bluerIn(file, FRAMES - 1, middle(FRAMES - 1))];
  console.log({ written });
});
