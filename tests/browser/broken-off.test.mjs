/** A run that breaks off: it goes on from there, what is there can be saved, and it can be forgotten. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, beforeEach, test } from "node:test";
import { chromaOf, ffmpeg, lumaPsnr, makeClip, measure, saturation, soundHash } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { details, give, save, settled, shownError } from "./page.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const FRAMES = 30;
const CUTS = [8, 18];

const { visitor, folder } = await sharedVisit({ run: { size: "32", passes: "2" } });
/** Three shots of 3 seconds in all, with sound. @type {string} */
let clip;
/** @type {import("playwright-core").Page} */
let page;

before(async () => {
  clip = await makeClip(folder.path("shots.mp4"), {
    frames: FRAMES, sound: ["-c:a", "aac"], filter: `negate=enable='between(n,${CUTS[0]},${CUTS[1] - 1})'`,
  });
});
beforeEach(async () => {
  page = await opened();
  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("chromaflow", { recursive: true }).catch(() => {}));
  await page.reload();
});

/** Another tab in place of the one there is, which is closed as a crash would: nothing is asked. */
async function opened() {
  const context = visitor.page.context();
  for (const other of context.pages()) await other.close();
  const next = await context.newPage();
  next.setDefaultTimeout(120_000);
  await next.goto(visitor.address);
  await next.locator("#device[data-kind=cpu]").waitFor();
  return next;
}

/** Begins to colour a clip, and closes the tab once so many frames are done and the encoder has caught up. @param {string} file @param {number} frames @param {() => Promise<unknown>} choose */
async function breakOff(file, frames, choose = async () => {}) {
  await give(page, file);
  assert.equal(await settled(page, "choosing"), null);
  await choose();
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await framesPast(frames);
  await page.getByRole("button", { name: "Pause" }).click();
  await diskIsStill(2000);
  page = await opened();
}

/** Waits until no more of the picture comes to the disk for so many milliseconds, and so many bytes are there. @param {number} pause @param {number} [least] */
async function diskIsStill(pause, least = 0) {
  for (let [before, now] = [-1, 0]; before !== now || now < least; [before, now] = [now, await page.evaluate(pictureBytes)]) await page.waitForTimeout(pause);
}

/** How much of the picture lies in the browser's private file system. */
async function pictureBytes() {
  let bytes = 0;
  for await (const run of (await (await navigator.storage.getDirectory()).getDirectoryHandle("chromaflow")).values()) {
    const file = await /** @type {FileSystemDirectoryHandle} */ (run).getFileHandle("0-picture").catch(() => null);
    bytes += (await file?.getFile())?.size ?? 0;
  }
  return bytes;
}

/** @param {number} frames */
async function framesPast(frames) {
  await page.waitForFunction((frames) => Number(document.getElementById("tally-frames")?.textContent?.match(/^\d+/)) > frames, frames);
}

const offer = () => page.locator("#unfinished li");

/** The seconds that the page says are coloured. */
async function secondsOffered() {
  const [, seconds] = (await offer().innerText()).match(/was coloured up to 0:([\d.]+)/) ?? [];
  return Number(seconds);
}

/** Gives the page a file for the run that it offers to take up. @param {string} file */
async function giveAgain(file) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), offer().getByRole("button", { name: /to go on/ }).click()]);
  await chooser.setFiles(file);
}

/** Saves a finished run, which was taken up at a frame, and sees that it was not begun anew. @param {string} name @param {number} from */
async function goneOn(name, from) {
  assert.equal(await settled(page, "finished"), null);
  const { frames, seconds, framesPerSecond } = await details(page);
  const coloured = Math.round(Number(seconds) * Number(framesPerSecond));
  assert.ok(coloured <= Number(frames) - from, `${coloured} of ${frames} frames were coloured again, though ${from} were done`);
  const output = folder.path(name);
  await save(page, output);
  await playable(output);
  return output;
}

/** Everything in a file can be decoded. @param {string} file */
async function playable(file) {
  assert.equal((await ffmpeg(["-i", file, "-f", "null", "-"])).stderr, "");
}

/** The same frames at the same times, in the same colours but for what the encoder does. @param {string} file @param {string} unbroken */
async function sameAs(file, unbroken) {
  const [result, whole] = [await measure(file), await measure(unbroken)];
  assert.deepEqual(result.times, whole.times);
  assert.ok((await lumaPsnr(file, unbroken)).worst > 36);
  const [colors, wholes] = [await chromaOf(file), await chromaOf(unbroken)];
  const apart = colors.map(([u, v], at) => Math.max(Math.abs(u - wholes[at][0]), Math.abs(v - wholes[at][1])));
  assert.ok(Math.max(...apart) < 1, `mean chroma differs by ${Math.max(...apart)} at frame ${apart.indexOf(Math.max(...apart))}`);
  return { result, whole };
}

test("a run whose tab was closed goes on in another tab, to the file of an unbroken run", { timeout: 600_000 }, async () => {
  const unbroken = folder.path("unbroken.mp4");
  assert.ok((await colorize(page, { input: clip, output: unbroken, timeout: 300 })).ok);
  await breakOff(clip, CUTS[1] + 6);
  assert.match(await offer().innerText(), /^shots\.mp4 was coloured up to 0:0\d\.\d of 0:03\.0\./);
  const finished = Math.round(10 * (await secondsOffered()));
  assert.ok(finished >= CUTS[1], `the second shot was finished, and only ${finished} frames are kept`);
  await giveAgain(clip);
  const output = await goneOn("taken-up.mp4", finished);
  await sameAs(output, unbroken);
  assert.equal(await soundHash(output), await soundHash(clip));
  assert.equal((await details(page)).shots, "3");
  page = await opened();
  assert.equal(await offer().count(), 0, "a finished run is not offered any more");
});

test("what is there can be saved, with its sound, and the run still goes on by dropping its file", { timeout: 600_000 }, async () => {
  await breakOff(clip, CUTS[1] + 6);
  const seconds = await secondsOffered();
  const [download] = await Promise.all([page.waitForEvent("download"), offer().getByRole("button", { name: /Save what is there/ }).click()]);
  assert.equal(download.suggestedFilename(), "shots-colour.mp4");
  const part = folder.path("part.mp4");
  await download.saveAs(part);
  await playable(part);
  const { times, sound } = await measure(part);
  assert.equal(times.length, Math.round(10 * seconds));
  assert.ok(Math.abs((sound?.seconds ?? 0) - seconds) < 0.1, `${sound?.seconds} s of sound for ${seconds} s`);
  const source = folder.path("part-of-source.mp4");
  await ffmpeg(["-i", clip, "-an", "-frames:v", String(times.length), "-c:v", "libx264", "-crf", "4", source]);
  assert.ok((await lumaPsnr(part, source)).worst > 36);
  assert.ok((await saturation(part)) > 2, "no visible colour");
  await give(page, clip);
  const output = await goneOn("dropped-again.mp4", times.length);
  assert.deepEqual((await measure(output)).times, (await measure(clip)).times);
});

test("another file is refused in words, and the run can be forgotten", { timeout: 600_000 }, async () => {
  await breakOff(clip, CUTS[0] + 8);
  const other = await makeClip(folder.path("other.mp4"), { frames: 4 });
  await giveAgain(other);
  await page.getByRole("alert").waitFor();
  const error = await shownError(page);
  assert.equal(error?.code, "file-other");
  assert.match(await page.getByRole("alert").innerText(), /name, its size or its date[^]*still kept/);
  assert.equal(await offer().count(), 1);
  await offer().getByRole("button", { name: "Forget" }).click();
  await page.keyboard.press("Enter"); // the way back has the keyboard
  await offer().getByRole("button", { name: "Forget" }).click();
  assert.match(await offer().innerText(), /is forgotten/);
  await page.locator("#unfinished").waitFor({ state: "hidden" });
  page = await opened();
  assert.equal(await offer().count(), 0);
  assert.equal(await page.evaluate(folders), 0, "something is left on the disk");
});

/** How many runs lie in the browser's private file system. */
async function folders() {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("chromaflow", { create: true });
  let count = 0;
  for await (const _ of root.keys()) count++;
  return count;
}

/** Begins to colour the clip, and cancels that past its second cut. */
async function cancel() {
  await give(page, clip);
  assert.equal(await settled(page, "choosing"), null);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await framesPast(CUTS[1]);
  await page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();
  await page.locator("main[data-state=choosing]").waitFor();
}

test("a run that is cancelled is kept, and goes on at a click", { timeout: 600_000 }, async () => {
  await cancel();
  assert.match(await offer().innerText(), /^shots\.mp4 was coloured up to 0:0\d\.\d of 0:03\.0\./);
  const finished = Math.round(10 * (await secondsOffered()));
  assert.ok(finished >= CUTS[0], `only ${finished} frames are kept`);
  await offer().getByRole("button", { name: "Go on" }).click();
  const output = await goneOn("cancelled.mp4", finished);
  assert.deepEqual((await measure(output)).times, (await measure(clip)).times);
  assert.equal(await offer().count(), 0);
  assert.equal(await page.evaluate(folders), 1, "only the result is on the disk");
});

test("a cancelled run does not go on unasked, in this tab or in another", { timeout: 600_000 }, async () => {
  await cancel();
  for (const tab of [page, null]) {
    page = tab ?? (await opened());
    await give(page, clip);
    assert.equal(await settled(page, "choosing"), null);
    assert.equal(await offer().count(), 1);
  }
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  assert.equal((await details(page)).frames, String(FRAMES));
});

test("after a fault in the middle, trying again goes on from there", { timeout: 600_000 }, async () => {
  await give(page, clip);
  assert.equal(await settled(page, "choosing"), null);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await framesPast(CUTS[1] + 6);
  await page.workers()[0].evaluate(() => void setTimeout(() => {
    throw new Error("gone");
  }));
  await page.getByRole("alert").waitFor();
  assert.equal((await shownError(page))?.code, "worker-failed");
  assert.ok(await offer().getByRole("button", { name: /Save what is there/ }).isVisible());
  const [, seconds] = (await page.locator("#alert-kept").innerText()).match(/up to 0:([\d.]+), is kept/) ?? [];
  await page.getByRole("button", { name: "Try again" }).click();
  const output = await goneOn("tried-again.mp4", Math.round(10 * Number(seconds)));
  assert.deepEqual((await measure(output)).times, (await measure(clip)).times);
  assert.equal(await soundHash(output), await soundHash(clip));
  assert.equal(await page.evaluate(folders), 1, "only the result is on the disk");
});

/** Begins to colour the clip, and goes as far as the first frames. */
async function begin() {
  await give(page, clip);
  assert.equal(await settled(page, "choosing"), null);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await framesPast(CUTS[0] - 4);
}

test("a worker that ends without a word is missed, and trying again colours the clip", { timeout: 600_000 }, async () => {
  await begin();
  await page.workers()[0].evaluate(() => self.close());
  await page.getByRole("alert").waitFor({ timeout: 20_000 });
  assert.equal((await shownError(page))?.code, "worker-failed");
  await page.getByRole("button", { name: "Try again" }).click();
  assert.equal(await settled(page, "finished"), null);
  assert.equal((await details(page)).frames, String(FRAMES));
});

test("a worker that goes round in a circle while it reads a file is replaced, and the next file is read", { timeout: 600_000 }, async () => {
  await page.locator("#device[data-kind=cpu]").waitFor();
  void page.workers()[0].evaluate("for (;;);").catch(() => null);
  await give(page, clip);
  await page.getByRole("alert").waitFor();
  assert.equal((await shownError(page))?.code, "file-damaged");
  await give(page, clip);
  assert.equal(await settled(page, "choosing"), null);
});

test("browser data that is cleared in the middle is called that, and trying again colours the clip", { timeout: 600_000 }, async () => {
  await begin();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Storage.clearDataForOrigin", { origin: new URL(visitor.address).origin, storageTypes: "all" });
  await page.getByRole("alert").waitFor();
  const error = await shownError(page);
  assert.equal(error?.code, "storage-cleared");
  assert.match(error?.words.join() ?? "", /data of this page was cleared.*Try again/);
  await page.getByRole("button", { name: "Try again" }).click();
  assert.equal(await settled(page, "finished"), null);
  assert.equal((await details(page)).frames, String(FRAMES));
});

test("a full disk is explained, and once there is room the run goes on", { timeout: 600_000 }, async () => {
  const large = await makeClip(folder.path("large.mp4"), { size: "640x480", frames: 30, rate: 5, filter: "noise=alls=20:allf=t" });
  await give(page, large);
  assert.equal(await settled(page, "choosing"), null);
  await page.getByLabel("File size").selectOption("best");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await framesPast(14);
  // The encoder runs behind: the first two seconds are to lie on the disk, whole, before there is no more room.
  await diskIsStill(100, 50_000);
  const devtools = await page.context().newCDPSession(page);
  const { origin } = new URL(visitor.address);
  const { usage } = await devtools.send("Storage.getUsageAndQuota", { origin });
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: usage + 10_000 });
  await page.getByRole("alert").waitFor();
  assert.equal((await shownError(page))?.code, "storage-full");
  const [, seconds] = (await page.locator("#alert-kept").innerText()).match(/up to 0:([\d.]+), is kept/) ?? [];
  assert.ok(Number(seconds) >= 2, `${seconds} s are kept`);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin });
  await page.getByRole("button", { name: "Try again" }).click();
  const output = await goneOn("room-again.mp4", Math.round(5 * Number(seconds)));
  assert.deepEqual((await measure(output)).times, (await measure(large)).times);
});

test("segments of two encoders, which describe the picture in different ways, become one file", { timeout: 600_000 }, async () => {
  await breakOff(clip, CUTS[1] + 6);
  const finished = Math.round(10 * (await secondsOffered()));
  const other = folder.path("other-encoder.mp4");
  await ffmpeg(["-i", clip, "-an", "-frames:v", String(finished), "-c:v", "libx264", "-profile:v", "high", "-bf", "2",
    "-movflags", "frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets", other]);
  await page.evaluate(async (bytes) => {
    const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("chromaflow");
    for await (const run of root.values()) {
      const file = await /** @type {FileSystemDirectoryHandle} */ (run).getFileHandle("0-picture");
      const stream = await file.createWritable();
      await stream.write(new Uint8Array(bytes));
      await stream.close();
    }
  }, [...(await readFile(other))]);
  await giveAgain(clip);
  const output = await goneOn("two-encoders.mp4", finished);
  assert.deepEqual((await measure(output)).times, (await measure(clip)).times);
  assert.ok((await lumaPsnr(output, clip)).worst > 36);
});

test("one long shot of a part of a clip, with sound that is encoded anew, goes on from within", { timeout: 600_000 }, async () => {
  const shot = await makeClip(folder.path("shot.mp4"), { frames: 40, rate: 5, sound: ["-c:a", "aac"] });
  const choose = async () => {
    await page.getByRole("slider", { name: /^From/ }).fill("5");
    await page.getByLabel("Format").selectOption("webm-vp9");
  };
  await breakOff(shot, 16, choose);
  const finished = Math.round(5 * (await secondsOffered()));
  assert.ok(finished >= 10, `${finished} frames are kept`);
  await giveAgain(shot);
  const { times, sound, codec } = await measure(await goneOn("part.webm", finished));
  assert.equal(times.length, 35);
  assert.ok(times.every((time, at) => Math.abs(time - at / 5) < 0.002), `${times}`);
  assert.deepEqual([codec, sound?.codec], ["vp9", "opus"]);
  assert.ok(Math.abs(sound?.packets * 0.02 - 7) < 0.1, `${sound?.packets} packets of sound`);
});
