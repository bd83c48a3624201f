/** A result that is written to a file of the visitor's own (File System Access). */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { before, beforeEach, test } from "node:test";
import { ffmpeg, lumaPsnr, makeClip, measure, saturation } from "./clips.mjs";
import { details, give, settled, shownError, state } from "./page.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });
/** @type {string} */
let clip;

before(async () => {
  visitor.page.setDefaultTimeout(120_000);
  clip = await makeClip(folder.path("clip.mp4"), { frames: 16, sound: ["-c:a", "aac"] });
});
beforeEach(async () => {
  const { page } = visitor;
  await page.goto(visitor.address);
  await page.evaluate(ownFileWith, "what was in it");
});

/** Puts a real file of the browser's private file system in the place of the one that a visitor would choose. @param {string} content */
async function ownFileWith(content) {
  const root = await navigator.storage.getDirectory();
  const file = await root.getFileHandle("my-film.mp4", { create: true });
  const stream = await file.createWritable();
  await stream.write(content);
  await stream.close();
  Object.assign(window, {
    showSaveFilePicker: async (/** @type {object} */ options) => {
      Object.assign(window, { asked: options });
      return file;
    },
  });
}

/** @param {string} name the file in the browser's private file system @returns {Promise<number[]>} its bytes */
const bytesOf = (name) => visitor.page.evaluate(async (name) => {
  const file = await (await (await navigator.storage.getDirectory()).getFileHandle(name)).getFile();
  return [...new Uint8Array(await file.arrayBuffer())];
}, name);

const content = async () => String.fromCharCode(...(await bytesOf("my-film.mp4")));

/** @param {() => Promise<unknown>} choose */
async function begin(choose = async () => {}) {
  const { page } = visitor;
  await give(page, clip);
  assert.equal(await settled(page, "choosing"), null);
  await page.getByLabel("Goes to").selectOption("own");
  await choose();
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
}

test("the result is in the file that was chosen, and there is no second copy of it", async () => {
  const { page } = visitor;
  await begin();
  assert.equal(await settled(page, "finished"), null);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).asked.suggestedName), "clip-colour.mp4");
  assert.match(await page.locator("#saved").innerText(), /saved in the file that you chose, my-film\.mp4/);
  assert.ok(!(await page.locator("#save").isVisible()));
  const output = folder.path("my-film.mp4");
  await writeFile(output, new Uint8Array(await bytesOf("my-film.mp4")));
  const result = await measure(output);
  assert.deepEqual([result.times.length, result.sound?.codec], [16, "aac"]);
  assert.equal((await ffmpeg(["-i", output, "-f", "null", "-"])).stderr, "");
  assert.ok((await lumaPsnr(output, clip)).worst > 36);
  assert.ok((await saturation(output)) > 2, "no visible colour");
  await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById("result")).readyState >= 2);
  const copies = await page.evaluate(async () => {
    const all = [];
    for await (const run of (await (await navigator.storage.getDirectory()).getDirectoryHandle("chromaflow")).values()) {
      for await (const name of /** @type {FileSystemDirectoryHandle} */ (run).keys()) all.push(name);
    }
    return all;
  });
  assert.deepEqual(copies, []);
});

test("no file is chosen: nothing is begun", async () => {
  const { page } = visitor;
  await begin(() => page.evaluate(() => Object.assign(window, {
    showSaveFilePicker: () => Promise.reject(new DOMException("no", "AbortError")),
  })));
  await page.waitForTimeout(500);
  assert.equal(await state(page), "choosing");
  assert.equal(await shownError(page), null);
});

test("a run that is cancelled leaves the chosen file as it was", async () => {
  const { page } = visitor;
  await begin();
  await page.waitForFunction(() => /^[3-9] of/.test(document.getElementById("tally-frames")?.textContent ?? ""));
  await page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();
  await page.locator("main[data-state=choosing]").waitFor();
  assert.equal(await content(), "what was in it");
});

test("a file that cannot be written is explained before the run, not after it", async () => {
  const { page } = visitor;
  await begin(() => page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const gone = await root.getDirectoryHandle("gone", { create: true });
    const file = await gone.getFileHandle("film.mp4", { create: true });
    await root.removeEntry("gone", { recursive: true });
    Object.assign(window, { showSaveFilePicker: async () => file });
  }));
  await page.getByRole("alert").waitFor();
  assert.equal((await shownError(page))?.code, "own-file");
  assert.equal(await page.locator("#tally-frames").textContent(), "Preparing the first frame…");
  assert.equal(await state(page), "choosing");
});

test("a file that is gone at the end costs nothing: trying again writes it, without colouring anything again", async () => {
  const { page } = visitor;
  const inFolder = async (/** @type {boolean} */ there) => {
    const root = await navigator.storage.getDirectory();
    if (!there) return root.removeEntry("mine", { recursive: true });
    const file = await (await root.getDirectoryHandle("mine", { create: true })).getFileHandle("film.mp4", { create: true });
    Object.assign(window, { showSaveFilePicker: async () => file });
  };
  await begin(() => page.evaluate(inFolder, true));
  await page.waitForFunction(() => /^[3-9] of/.test(document.getElementById("tally-frames")?.textContent ?? ""));
  await page.evaluate(inFolder, false);
  await page.getByRole("alert").waitFor();
  assert.equal((await shownError(page))?.code, "own-file");
  assert.match(await page.locator("#alert-kept").innerText(), /up to 0:01\.6, is kept/);
  await page.evaluate(inFolder, true);
  await page.getByRole("button", { name: "Try again" }).click();
  assert.equal(await settled(page, "finished"), null);
  const { frames, framesPerSecond } = await details(page);
  assert.deepEqual([frames, framesPerSecond], ["16", "0"]);
});

test("a browser without files of one's own does not offer them", async () => {
  const page = await visitor.page.context().newPage();
  await page.addInitScript(() => delete (/** @type {any} */ (window)).showSaveFilePicker);
  await page.goto(visitor.address);
  await give(page, clip);
  assert.equal(await settled(page, "choosing"), null);
  assert.ok(!(await page.getByLabel("Goes to").isVisible()));
  await page.close();
});
