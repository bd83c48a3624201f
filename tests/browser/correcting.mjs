/** A visitor who corrects colours, and a clip to do it in. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { ffmpeg } from "./clips.mjs";
import { save, settled } from "./page.mjs";
import { putOnDesk } from "./shared-visit.mjs";

const WIDTH = 160;
const HEIGHT = 96;
/** The object goes so many pixels to the right from frame to frame; its middle in the first one. */
const STEP = 2;
const MIDDLE = { x: 42, y: 48 };

export const BLUE = 264;
export const RED = 29;

/** Makes a clip of one shot: a piece of a fractal, rough enough to be followed, that moves over bars. @param {string} file @param {number} frames */
export async function makeMoving(file, frames) {
  const graph = [
    "[1:v]trim=end_frame=1,loop=-1:1,crop=64:64:20:20,setpts=N/10/TB[object]",
    `[0:v][object]overlay=x='${MIDDLE.x - 32}+${STEP}*n':y=${MIDDLE.y - 32}:shortest=1,format=gray,format=yuv420p`,
  ].join(";");
  await ffmpeg(["-f", "lavfi", "-i", `smptebars=s=${WIDTH}x${HEIGHT}:r=10`, "-f", "lavfi", "-i", "mandelbrot=s=128x96:r=10",
    "-filter_complex", graph, "-frames:v", String(frames), "-c:v", "libx264", "-crf", "8", file]);
  return file;
}

/** Where the object's middle is in a frame, as shares of the picture. @param {number} frame */
export const middle = (frame) => ({ x: (MIDDLE.x + STEP * frame) / WIDTH, y: MIDDLE.y / HEIGHT });

/** @typedef {{ x: number, y: number }} Place shares of the picture */

/** @param {Pick<Awaited<ReturnType<typeof import("./visit.mjs").visit>>, "page" | "address">} visitor @param {{ path: (name: string) => string }} folder */
export function correcting(visitor, folder) {
  const { page } = visitor;
  const dialog = () => page.getByRole("dialog", { name: "Correct colours" });
  const dots = () => dialog().locator(".dot");
  const surface = () => dialog().locator(".correcting-window .surface");
  const status = () => dialog().locator(".correcting-status");
  const palette = () => dialog().getByRole("group", { name: "Colours for this place" });
  const swatches = () => palette().locator("button.swatch");
  const button = (/** @type {string} */ name) => dialog().getByRole("button", { name, exact: true });

  /** Waits until the picture is as it was asked for. */
  const colored = () => dialog().locator(".correcting-window .corrected[aria-busy=false]").waitFor();

  /** Opens the picture in which the colours of what is on the desk are corrected. @param {number} frame */
  async function openDialog(frame = 0) {
    await page.locator("#candidates[aria-busy=false]").waitFor();
    await page.getByRole("button", { name: "Correct colours" }).click();
    await colored();
    await lookAt(frame);
  }

  /** Puts a file on the desk, and opens the picture. @param {string} file @param {number} frame */
  async function open(file, frame = 0) {
    await putOnDesk(visitor, file);
    await openDialog(frame);
  }

  /** Goes to a frame of the clip. @param {number} frame */
  async function lookAt(frame) {
    await dialog().getByRole("slider", { name: "Moment" }).fill(String((frame + 0.5) / 10));
    await page.waitForFunction((time) => document.querySelector(".moment-clock")?.textContent === time, `0:0${(frame / 10).toFixed(2)}`);
    await colored();
  }

  /** Where a place of the picture is in the window. @param {Place} place */
  async function inWindow({ x, y }) {
    const box = await surface().boundingBox();
    if (!box) throw new Error("there is no picture");
    return { x: box.x + x * box.width, y: box.y + y * box.height };
  }

  /** @param {Place} place */
  async function click(place) {
    const { x, y } = await inWindow(place);
    await page.mouse.click(x, y);
  }

  /** Presses the pointer at a place and lets it go at another. @param {Place} one @param {Place} other */
  async function drag(one, other) {
    const [from, to] = [await inWindow(one), await inWindow(other)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 6 });
    await page.mouse.up();
  }

  /** Gives the place that the palette is open for a colour. @param {number} hue in degrees @param {number} strength up to 100 */
  async function pick(hue, strength = 100) {
    await palette().getByRole("slider", { name: "Hue" }).fill(String(hue));
    await palette().getByRole("slider", { name: "Strength" }).fill(String(strength));
    await colored();
  }

  /** What the picture shows of the object in a frame: the mean of blue less that of red. @param {number} frame */
  async function bluer(frame) {
    const canvas = dialog().locator(".correcting-window .corrected > canvas").first();
    const rgba = await canvas.evaluate((canvas) => {
      const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
      const context = /** @type {CanvasRenderingContext2D} */ (/** @type {HTMLCanvasElement} */ (canvas).getContext("2d"));
      return [...context.getImageData(0, 0, width, height).data];
    });
    return ofObject(rgba, 4, frame);
  }

  /** The same of a file's frame. @param {string} file @param {number} frame */
  async function bluerIn(file, frame) {
    const raw = folder.path("frame.rgb");
    await ffmpeg(["-i", file, "-vf", `select=eq(n\\,${frame})`, "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", raw]);
    return ofObject([...(await readFile(raw))], 3, frame);
  }

  /** Closes the dialog, colours what is on the desk, and saves it. @param {string} name */
  async function run(name) {
    if (await dialog().isVisible()) await button("Done").click();
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    assert.equal(await settled(page, "finished"), null);
    const file = folder.path(name);
    await save(page, file);
    return file;
  }

  /** Waits until the marks are followed to the ends of the shot. */
  const followed = () => dialog().locator(".following[data-share='1']").waitFor({ state: "attached" });

  return { dialog, dots, surface, status, palette, swatches, button, colored, open, openDialog, lookAt, inWindow, click, drag, pick, bluer, bluerIn, run, followed };
}

/** @param {number[]} data @param {number} channels @param {number} frame */
function ofObject(data, channels, frame) {
  let sum = 0;
  for (let row = MIDDLE.y - 20; row < MIDDLE.y + 20; row++) {
    for (let column = MIDDLE.x + STEP * frame - 20; column < MIDDLE.x + STEP * frame + 20; column++) {
      const at = channels * (row * WIDTH + column);
      sum += data[at + 2] - data[at];
    }
  }
  return sum / 40 ** 2;
}

/** Where a dot stands, as shares of the picture. @param {import("playwright-core").Locator} dot @returns {Promise<Place>} */
export const placeOf = (dot) => dot.evaluate((dot) => ({ x: Number(dot.style.getPropertyValue("--x")), y: Number(dot.style.getPropertyValue("--y")) }));

/** @param {Place} one @param {Place} other @param {number} tolerance */
export const near = (one, other, tolerance = 0.02) =>
  assert.ok(Math.abs(one.x - other.x) < tolerance && Math.abs(one.y - other.y) < tolerance, `${JSON.stringify(one)} is not ${JSON.stringify(other)}`);
