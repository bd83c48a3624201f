/** What goes in and what comes out: photos, parts of clips, several files, formats and qualities. */
import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { beforeEach, test } from "node:test";
import { ffmpeg, lumaPsnr, makeClip, makePhoto, measure, saturation } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { give, save, settled, shownError } from "./page.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });

beforeEach(async () => {
  await visitor.page.goto(visitor.address);
});

/** Colours what is chosen with settings made by `choose`. @param {string} input @param {string} name @param {() => Promise<unknown>} choose */
async function colored(input, name, choose = async () => {}) {
  const { page } = visitor;
  await give(page, input);
  assert.equal(await settled(page, "choosing"), null);
  await choose();
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  const output = folder.path(name);
  return { output, name: await save(page, output), notes: await page.locator("#result-notes").innerText() };
}

const chosen = (/** @type {string} */ label, /** @type {string} */ value) => () => visitor.page.getByLabel(label).selectOption(value);

for (const format of ["jpg", "png", "webp"]) {
  test(`a photo (${format}) comes back in its format and size, whatever it is called`, async () => {
    const photo = await makePhoto(folder.path(`photo.${format}`));
    const misnamed = folder.path("holiday.mp4");
    await ffmpeg(["-i", photo, "-c", "copy", "-f", format === "jpg" ? "mjpeg" : "image2pipe", misnamed]);
    const { output, name } = await colored(format === "png" ? misnamed : photo, `photo-out.${format}`);
    assert.equal(name, format === "png" ? "holiday-colour.png" : `photo-colour.${format}`);
    const result = await measure(output);
    assert.deepEqual([result.width, result.height], [97, 64]);
    assert.ok((await lumaPsnr(photo, output)).worst > 34, "its brightness has changed");
    assert.ok((await saturation(output)) > 2, "no visible colour");
  });
}

test("a photo is written in another format if that is chosen, and stands beside its original", async () => {
  const { page } = visitor;
  const photo = await makePhoto(folder.path("other.png"), "40x120");
  const { name } = await colored(photo, "other-out.jpg", chosen("Format", "jpeg"));
  assert.equal(name, "other-colour.jpg");
  await page.waitForFunction(() => /** @type {HTMLImageElement} */ (document.getElementById("photo-color")).naturalHeight === 120);
  assert.ok(!(await page.locator("#timeline").isVisible()));
  await page.getByRole("button", { name: "Another colouring" }).click();
  assert.ok(!(await page.locator("#passes-choice").isVisible()), "a photo has no neighbours");
});

test("only a part of a clip is coloured, and its sound with it", async () => {
  const { page } = visitor;
  const input = await makeClip(folder.path("whole.mp4"), { frames: 30, sound: ["-c:a", "aac"] });
  const { output } = await colored(input, "part.mp4", async () => {
    await page.getByRole("slider", { name: /^From/ }).fill("10");
    await page.getByRole("slider", { name: /^To/ }).fill("22");
  });
  const result = await measure(output);
  assert.equal(result.times.length, 12);
  assert.ok(Math.abs(result.times[0]) < 0.001 && Math.abs(result.times[11] - 1.1) < 0.001, `${result.times}`);
  assert.ok(Math.abs((result.sound?.seconds ?? 0) - 1.2) < 0.06, `sound of ${result.sound?.seconds} s`);
  const cut = folder.path("cut.mp4");
  await ffmpeg(["-ss", "1", "-t", "1.2", "-i", input, "-c:v", "libx264", "-crf", "4", "-an", cut]);
  assert.ok((await lumaPsnr(cut, output)).worst > 34, "other frames than were asked for");
});

test("a clip is written as what is chosen; sound that the file cannot hold is encoded anew, and that is said", async () => {
  const input = await makeClip(folder.path("aac.mp4"), { frames: 12, sound: ["-c:a", "aac"] });
  const { output, name, notes } = await colored(input, "vp9.webm", chosen("Format", "webm-vp9"));
  assert.equal(name, "aac-colour.webm");
  const result = await measure(output);
  assert.deepEqual([result.codec, result.sound?.codec], ["vp9", "opus"]);
  assert.match(notes, /cannot hold sound in AAC.*encoded anew in Opus/);
});

test("a smaller quality makes a smaller file", async () => {
  const input = await makeClip(folder.path("large.mp4"), { size: "640x480", frames: 6 });
  const as = (/** @type {string} */ quality) => async () => {
    await chosen("Format", "webm-vp9")();
    await chosen("File size", quality)();
  };
  const small = await colored(input, "small.webm", as("small"));
  const best = await colored(input, "best.webm", as("best"));
  const sizes = await Promise.all([small, best].map(async ({ output }) => (await stat(output)).size));
  assert.ok(sizes[0] < 0.85 * sizes[1], `${sizes}`);
});

test("files that cannot be read do not stand in the way of those behind them, and are named", async () => {
  const { page } = visitor;
  const broken = folder.path("first-broken.mp4");
  await ffmpeg(["-f", "lavfi", "-t", "0.2", "-i", "sine", "-c:a", "aac", broken]);
  const unknown = { name: "h264.avi", mimeType: "video/x-msvideo", buffer: Buffer.from("RIFF....AVI LIST") };
  const good = await makeClip(folder.path("good.mp4"), { frames: 3 });
  await give(page, unknown);
  assert.equal((await settled(page, "choosing"))?.code, "file-unknown");
  assert.equal(await page.locator("#alert-file").innerText(), "h264.avi");
  await page.reload();
  const files = [unknown, ...(await Promise.all([broken, good].map(read)))];
  await page.locator("#clip-file").setInputFiles(files);
  await page.locator("main[data-state=choosing]").waitFor();
  assert.match(await page.locator("section.choosing .facts").innerText(), /^good\.mp4/);
  const entries = page.locator("#batch-list li");
  assert.match(await entries.nth(0).innerText(), /h264\.avi\s+This is not a video/);
  assert.match(await entries.nth(1).innerText(), /first-broken\.mp4\s+There is no picture/);
  assert.match(await entries.nth(2).innerText(), /good\.mp4\s+now/);
});

/** A file as the browser's driver takes it beside made ones. @param {string} path */
async function read(path) {
  return { name: basename(path), mimeType: "video/mp4", buffer: await readFile(path) };
}

test("several files are coloured one after the other, past one that is broken", async () => {
  const { page } = visitor;
  const one = await makeClip(folder.path("one.mp4"), { frames: 3 });
  const broken = folder.path("broken.mp4");
  await ffmpeg(["-f", "lavfi", "-t", "0.2", "-i", "sine", "-c:a", "aac", broken]);
  const photo = await makePhoto(folder.path("three.png"));
  await page.locator("#clip-file").setInputFiles([one, broken, photo]);
  assert.equal(await settled(page, "choosing"), null);
  await page.keyboard.press("3"); // the likeliest colouring of a test pattern is pale
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  const entries = page.locator("#batch-list li");
  const first = await entries.nth(0).getByRole("link", { name: "Save" }).elementHandle();
  await entries.nth(2).getByRole("link", { name: "Save" }).waitFor();
  assert.match(await entries.nth(1).innerText(), /no picture/);
  assert.ok(await first?.evaluate((link) => link.isConnected), "the keyboard lost its place on it");
  for (const [at, name] of /** @type {[number, string][]} */ ([[0, "one-colour.mp4"], [2, "three-colour.png"]])) {
    const [download] = await Promise.all([page.waitForEvent("download"), entries.nth(at).getByRole("link").click()]);
    assert.equal(download.suggestedFilename(), name);
    await download.saveAs(folder.path(name));
    assert.ok((await saturation(folder.path(name))) > 2, `${name} is grey`);
  }
  assert.equal(await shownError(page), null);
});

/** Colours a clip and leaves its result where it is. @param {string} name */
async function unsaved(name) {
  const { page } = visitor;
  await give(page, await makeClip(folder.path(name), { frames: 3 }));
  assert.equal(await settled(page, "choosing"), null);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
}

/** Whether the page asks before it is left. */
async function asksToStay() {
  const { page } = visitor;
  const asked = page.waitForEvent("dialog", { timeout: 3000 }).then((dialog) => dialog.dismiss().then(() => true), () => false);
  await page.goto("about:blank").catch(() => null);
  return asked;
}

test("a result that nobody saved stays beside the next clip's and another colouring's, until it is saved", async () => {
  const { page } = visitor;
  await unsaved("kept.mp4");
  await page.getByRole("button", { name: "Another colouring" }).click();
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  await unsaved("after.mp4");
  const links = page.locator("#batch-list").getByRole("link", { name: "Save" });
  assert.equal(await links.count(), 3);
  for (const [at, name] of ["kept-colour.mp4", "kept-colour.mp4", "after-colour.mp4"].entries()) {
    assert.ok(await asksToStay(), `${at} results are saved`);
    const [download] = await Promise.all([page.waitForEvent("download"), links.nth(at).click()]);
    assert.equal(download.suggestedFilename(), name);
    const saved = folder.path(`${at}-saved.mp4`);
    await download.saveAs(saved);
    assert.equal((await measure(saved)).times.length, 3);
  }
  assert.ok(!(await asksToStay()), "everything is saved");
});

test("a result that nobody saved is offered to the next tab, and not once it is saved", async () => {
  await unsaved("left.mp4");
  const context = visitor.page.context();
  const again = async () => {
    for (const tab of context.pages()) await tab.close();
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(visitor.address);
    await page.locator("#device[data-kind=cpu]").waitFor();
    return (visitor.page = page);
  };
  const page = await again();
  const offered = page.locator("#unsaved li");
  assert.match(await offered.filter({ hasText: "left-colour.mp4" }).innerText(), /not saved/);
  const [download] = await Promise.all([page.waitForEvent("download"), offered.filter({ hasText: "left-colour.mp4" }).getByRole("button", { name: "Save" }).click()]);
  await download.saveAs(folder.path("left-saved.mp4"));
  assert.equal((await measure(folder.path("left-saved.mp4"))).times.length, 3);
  await offered.filter({ hasText: "left-colour.mp4" }).waitFor({ state: "detached" });
  assert.equal(await (await again()).locator("#unsaved li").filter({ hasText: "left-colour.mp4" }).count(), 0);
});

test("a clip and then a photo: the one forgets the other", async () => {
  const { page } = visitor;
  const clip = await makeClip(folder.path("first.mp4"), { frames: 3 });
  await colored(await makePhoto(folder.path("then.png")), "then-out.png");
  const line = await colorize(page, { input: clip, output: folder.path("first-out.mp4"), timeout: 120 });
  assert.ok(line.ok, JSON.stringify(line));
  assert.equal(line.frames, 3);
});
