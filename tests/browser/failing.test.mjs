/**
 * Files that have once come out wrong, kept beside the repository in `shared/failing`, each with what is right by the list there. Where that
 * folder is absent there is nothing to test; the other tests make such files themselves.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ffmpeg, lumaPsnr, measure } from "./clips.mjs";
import { give, save, settled } from "./page.mjs";
import { putOnDesk, sharedVisit } from "./shared-visit.mjs";

const FAILING = fileURLToPath(new URL("../../../shared/failing/", import.meta.url));
const skip = existsSync(FAILING) ? false : "there is no folder of them";

const { visitor, folder } = skip ? /** @type {any} */ ({}) : await sharedVisit({ run: { size: "32" } });
const { page } = visitor ?? {};

beforeEach(async () => {
  if (!skip) await page.goto(visitor.address);
});

/** @param {string} name @param {string} right @param {(file: string) => Promise<void>} body */
function failing(name, right, body) {
  test(`${name}: ${right}`, { skip, timeout: 300_000 }, () => body(`${FAILING}${name}`));
}

/** What is said of a file before the run. @param {string} file */
async function told(file) {
  await give(page, file);
  assert.equal(await settled(page, "choosing"), null);
  return page.locator("section.choosing [data-clip-notes]").innerText();
}

/** Colours a file; gives what was said before and after, and what came of it. @param {string} file */
async function coloured(file) {
  const before = await told(file);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished", 240_000), null);
  const output = folder.path(`out-${file.replace(/.*\//, "")}`);
  await save(page, output);
  assert.deepEqual(visitor.uncaught, []);
  const { times, ...measured } = await measure(output);
  return { ...measured, before, output, frames: times.length, notes: await page.locator("#result-notes").innerText() };
}

for (const name of ["cuts_crop.mp4", "cuts_pad.mp4"]) {
  failing(name, "three shots, with black bars or without", async (file) => {
    await putOnDesk(visitor, file);
    assert.equal(await page.locator("#scan").innerText(), "3 shots.");
  });
}

failing("live_gop.mkv", "all 200 frames", async (file) => {
  const { frames, notes } = await coloured(file);
  assert.deepEqual([frames, notes], [200, ""]);
});

failing("cut_gop.mkv", "what is there, and that it breaks off", async (file) => {
  const { frames, notes } = await coloured(file);
  assert.ok(frames >= 135, `${frames} frames`);
  assert.match(notes, /breaks off/);
});

failing("tsunaligned.ts", "its 100 frames", async (file) => {
  const { frames, notes } = await coloured(file);
  assert.ok(frames >= 98, `${frames} frames`);
  if (frames < 100) assert.match(notes, /damaged/);
});

failing("mpeg2.ts", "picture and sound, by the added decoder", async (file) => {
  const { before, frames, sound } = await coloured(file);
  assert.match(before, /MPEG-2/);
  assert.deepEqual([frames, sound?.codec], [12, "aac"]);
});

failing("alac.mov", "the lost sound is named before the run", async (file) => {
  assert.match(await told(file), /ALAC/);
});

failing("anim.gif", "12 pictures, as a film", async (file) => {
  assert.equal((await coloured(file)).frames, 12);
});

failing("alpha.png", "its transparency is kept", async (file) => {
  const { output } = await coloured(file);
  const alphaOf = async (/** @type {string} */ path) => (await ffmpeg(["-i", path, "-vf", "alphaextract", "-f", "framemd5", "-"])).stdout.split(",").at(-1);
  assert.equal(await alphaOf(output), await alphaOf(file));
});

failing("negstart.mkv", "12 frames, those before zero too", async (file) => {
  assert.equal((await coloured(file)).frames, 12);
});

failing("sizechange.ts", "all frames, in the first size, though the clock begins again with the second", async (file) => {
  const { frames, width, height } = await coloured(file);
  assert.deepEqual([frames, width, height], [24, 128, 96]);
});

failing("interlaced.mp4", "said before the run", async (file) => {
  assert.match(await told(file), /interlaced/);
});

failing("exifmeta.jpg", "its date is kept", async (file) => {
  assert.ok((await readFile((await coloured(file)).output)).includes("1938:06:01 12:00:00"));
});

failing("chapters_meta.mp4", "its title, artist and date are kept", async (file) => {
  const { stdout } = await ffmpeg(["-i", (await coloured(file)).output, "-f", "ffmetadata", "-"]);
  for (const line of ["title=Omas Film", "artist=Oma", "date=1938"]) assert.match(stdout, new RegExp(`^${line}`, "m"));
});

failing("h264.avi", "first of several, it is coloured, and so is the next", async (file) => {
  await page.locator("#clip-file").setInputFiles([file, `${FAILING}negstart.mkv`]);
  assert.equal(await settled(page, "choosing"), null);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await page.locator("#batch-list a").nth(1).waitFor({ timeout: 240_000 });
});

failing("ac3.mp4", "the sound is in the file, and that this browser cannot play it is said", async (file) => {
  const { before, sound, output } = await coloured(file);
  assert.match(before, /AC-3\) is kept as it is, but this browser cannot play it/);
  assert.equal(sound?.codec, "ac3");
  assert.ok((await lumaPsnr(file, output)).worst > 34);
});
