/** WebGPU gives what the processor gives. Here it is Chromium's software adapter: slow, and a real one to the page. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clipFolder, ffmpeg, makeClip } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { readFile } from "node:fs/promises";
import { visit } from "./visit.mjs";

/**
 * The devices add up in different orders (1e-5 of a colour's range after all layers), which rounding to 8 bits turns
 * into a code here and there, and the encoder into one more.
 */
const MEAN_TOLERANCE = 0.5;
const MOST_TOLERANCE = 4;

/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
before(async () => {
  folder = await clipFolder();
});
after(() => folder?.remove());

test("the same clip on both devices has the same frames", { timeout: 600_000 }, async () => {
  const input = await makeClip(folder.path("clip.mp4"), { size: "64x48", frames: 4 });
  const cpu = await planesFrom("cpu", input);
  const webgpu = await planesFrom("webgpu", input);
  assert.equal(webgpu.length, cpu.length);
  const apart = cpu.map((value, at) => Math.abs(value - webgpu[at]));
  const mean = apart.reduce((sum, value) => sum + value, 0) / apart.length;
  const most = apart.reduce((larger, value) => Math.max(larger, value), 0);
  assert.ok(mean <= MEAN_TOLERANCE && most <= MOST_TOLERANCE, `apart by ${mean} on average and ${most} at most`);
});

test("software that stands in for a graphics card is passed over, unless it is asked for", async () => {
  const visitor = await visit({ run: { device: "auto" }, webgpu: true });
  try {
    const { page } = visitor;
    await page.locator("#device[data-kind]").waitFor();
    assert.equal(await page.locator("#device").getAttribute("data-kind"), "cpu");
    await page.getByText("Why not on the graphics card?").click();
    assert.match(await page.locator("#device-why").innerText(), /stand-in.*swiftshader/i);
  } finally {
    await visitor.close();
  }
});

/** The decoded planes of the coloured clip. @param {"cpu" | "webgpu"} device @param {string} input */
async function planesFrom(device, input) {
  const visitor = await visit({ run: { device, size: "32" }, webgpu: device === "webgpu" });
  const output = folder.path(`${device}.mp4`);
  try {
    const line = await colorize(visitor.page, { input, output, candidate: "1", timeout: 500 });
    assert.ok(line.ok, JSON.stringify(line));
    assert.equal(line.device, device);
  } finally {
    await visitor.close();
  }
  await ffmpeg(["-i", output, "-f", "rawvideo", "-pix_fmt", "yuv420p", `${output}.raw`]);
  return [...(await readFile(`${output}.raw`))];
}
