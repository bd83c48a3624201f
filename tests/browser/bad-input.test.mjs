/** Whatever is wrong with a file, the page says what in plain words, and the next clip works. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { before, test } from "node:test";
import { ffmpeg, makeClip, measure } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { give, settled, shownError, state } from "./page.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit();
/** @type {string} */
let good;

before(async () => {
  good = await makeClip(folder.path("good.mp4"), { frames: 4 });
});

/** Gives the page a file that it must refuse with a name. @param {string} file @param {string} code */
async function refused(file, code) {
  await give(visitor.page, file);
  const error = await settled(visitor.page, "choosing");
  assert.equal(error?.code, code);
  assert.ok(error?.words.every((sentence) => /^[A-Z].{10,}\.$/.test(sentence)), `what, kept, advice: ${error?.words}`);
  assert.notEqual(await state(visitor.page), "reading");
  await nextClipWorks();
}

async function nextClipWorks() {
  const line = await colorize(visitor.page, { input: good, output: folder.path("next.mp4"), timeout: 120 });
  assert.ok(line.ok, JSON.stringify(line));
  assert.equal(line.frames, 4);
  assert.deepEqual(visitor.uncaught, []);
}

/** @param {string} file @param {(bytes: Buffer) => Buffer} change @param {string} name */
async function changed(file, change, name) {
  const path = folder.path(name);
  await writeFile(path, change(await readFile(file)));
  return path;
}

/** A clip of 40 frames, a key frame every 10. @param {string} name @param {string[]} options */
function longer(name, ...options) {
  return makeClip(folder.path(name), { size: "160x120", frames: 40, video: ["-c:v", "libx264", "-g", "10", ...options] });
}

test("an empty file", async () => {
  const path = folder.path("empty.mp4");
  await writeFile(path, "");
  await refused(path, "file-empty");
});

test("a text that is called .mp4", async () => {
  const path = folder.path("letter.mp4");
  await writeFile(path, "Dear all, this is no film.\n".repeat(40));
  await refused(path, "file-unknown");
});

test("a photo that is damaged", async () => {
  const photo = folder.path("photo.png");
  await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=64x48", "-frames:v", "1", photo]);
  await refused(await changed(photo, (bytes) => bytes.subarray(0, 60), "cut.png"), "photo-unreadable");
});

test("sound only", async () => {
  const path = folder.path("song.mp4");
  await ffmpeg(["-f", "lavfi", "-t", "1", "-i", "sine", "-c:a", "aac", path]);
  await refused(path, "file-no-video");
});

test("a video with the extension of another format is a video all the same", async () => {
  const webm = await makeClip(folder.path("clip.webm"), { video: ["-c:v", "libvpx"] });
  const input = await changed(webm, (bytes) => bytes, "clip.txt");
  const line = await colorize(visitor.page, { input, output: folder.path("clip.out"), timeout: 120 });
  assert.ok(line.ok, JSON.stringify(line));
});

test("cut off before its index", async () => {
  const whole = await longer("index-last.mp4");
  await refused(await changed(whole, (bytes) => bytes.subarray(0, bytes.length * 0.6), "cut.mp4"), "file-damaged");
});

test("cut off in the middle, index first: what is there is coloured, and the visitor is told", async () => {
  const whole = await longer("index-first.mp4", "-movflags", "+faststart");
  const input = await changed(whole, (bytes) => bytes.subarray(0, bytes.length * 0.6), "half.mp4");
  await endsEarly(input, 40);
});

test("cut off in the middle of a WebM", async () => {
  const whole = await makeClip(folder.path("whole.webm"), { frames: 40, video: ["-c:v", "libvpx", "-cluster_time_limit", "800"] });
  const input = await changed(whole, (bytes) => bytes.subarray(0, bytes.length * 0.5), "half.webm");
  await endsEarly(input, 40);
});

test("garbage in the middle", async () => {
  const whole = await longer("sound.mp4", "-movflags", "+faststart");
  const input = await changed(whole, (bytes) => {
    for (let at = Math.floor(bytes.length * 0.6); at < bytes.length * 0.8; at++) bytes[at] = (at * 7919) & 255;
    return bytes;
  }, "garbage.mp4");
  await endsEarly(input, 40);
});

test("garbage from the first frame on", async () => {
  const whole = await longer("broken.mp4", "-movflags", "+faststart");
  const input = await changed(whole, (bytes) => {
    const media = bytes.indexOf("mdat") + 4;
    for (let at = media; at < bytes.length; at++) bytes[at] = (at * 7919) & 255;
    return bytes;
  }, "noise.mp4");
  await refused(input, "decode-failed");
});

/** Colours a broken clip: fewer frames than it should have, and a word about it. @param {string} input @param {number} whole */
async function endsEarly(input, whole) {
  const output = `${input}-out.mp4`;
  const line = await colorize(visitor.page, { input, output, timeout: 120 });
  assert.ok(line.ok, JSON.stringify(line));
  assert.ok(Number(line.frames) > 0 && Number(line.frames) < whole, `${line.frames} frames`);
  assert.equal((await measure(output)).times.length, line.frames);
  assert.match(String(line.notes), /breaks off/);
  await nextClipWorks();
}

test("a bad file takes nothing away from the clip before it", async () => {
  const { page } = visitor;
  await give(page, good);
  assert.equal(await settled(page, "choosing"), null);
  const letter = folder.path("letter.mp4");
  await give(page, letter);
  await page.getByRole("alert").waitFor();
  assert.equal((await shownError(page))?.code, "file-unknown");
  assert.equal(await state(page), "choosing");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  assert.equal(await page.locator("#details [data-field=frames]").getAttribute("value"), "4");
});

test("a clip whose preview fails gives the clip before it back", async () => {
  const { page } = visitor;
  await give(page, good);
  assert.equal(await settled(page, "choosing"), null);
  await give(page, folder.path("noise.mp4"));
  await page.getByRole("alert").waitFor();
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  assert.equal(await page.locator("#details [data-field=frames]").getAttribute("value"), "4");
});
