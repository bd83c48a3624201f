/** Colours that are given by hand are kept: in files, in runs that broke off, in photos, and many at once. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { before, test } from "node:test";
import { ffmpeg } from "./clips.mjs";
import { BLUE, correcting, makeMoving, middle, near } from "./correcting.mjs";
import { give, settled, shownError } from "./page.mjs";
import { putOnDesk, sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit({ run: { size: "64", passes: "0" } });
const { page } = visitor;
const { dialog, dots, status, button, colored, open, openDialog, click, pick, bluer, bluerIn, run, followed } = correcting(visitor, folder);
/** Two frames. @type {string} */
let brief;

before(async () => {
  brief = await makeMoving(folder.path("brief.mp4"), 2);
});

/** Gives the dialog a file. @param {string} file */
async function load(file) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button("Load marks…").click()]);
  await chooser.setFiles(file);
}

/** Has the page save its marks. @param {string} name */
async function saveMarks(name) {
  const [download] = await Promise.all([page.waitForEvent("download"), button("Save marks").click()]);
  await download.saveAs(folder.path(name));
  return { name: download.suggestedFilename(), content: JSON.parse(await readFile(folder.path(name), "utf8")) };
}

/** A file of marks, over the picture in rows of twenty. @param {string} name @param {number} count @param {object} other */
async function marksFile(name, count, other = {}) {
  const marks = Array.from({ length: count }, (_, at) => ({
    time: at % 2 ? 0.1 : 0, color: [0.3, -0.1], strength: 1, places: [{ x: 0.02 + 0.05 * (at % 20), y: 0.05 + 0.1 * Math.floor(at / 20), radius: 0.02 }],
  }));
  await writeFile(folder.path(name), JSON.stringify({ format: "chromaflow-hints", version: 1, marks, ...other }));
  return folder.path(name);
}

test("marks are saved beside the clip and loaded again", { timeout: 300_000 }, async () => {
  await open(brief);
  await click(middle(0));
  await pick(BLUE);
  const { name, content } = await saveMarks("saved.json");
  assert.equal(name, "brief-marks.json");
  assert.deepEqual([content.format, content.version, content.marks.length], ["chromaflow-hints", 1, 1]);
  const [{ time, places: [place] }] = content.marks;
  assert.equal(time, 0);
  near(place, middle(0));
  const given = await bluer(0);
  await open(brief);
  assert.equal(await dots().count(), 0);
  await load(folder.path("saved.json"));
  await dots().first().waitFor();
  assert.match(await status().innerText(), /1 mark loaded|The picture shows it/);
  await colored();
  assert.ok(Math.abs((await bluer(0)) - given) < 0.5, "other colours than before");
  await page.keyboard.press("Control+z");
  assert.equal(await dots().count(), 0, "loading is taken back like any step");
});

test("a file of marks that is dropped beside its clip is taken over, and one that holds none is explained there", { timeout: 300_000 }, async () => {
  await putOnDesk(visitor, brief);
  await give(page, await marksFile("dropped.json", 3));
  await page.locator("#notice").getByText("3 marks loaded").waitFor();
  assert.match(await page.locator("#summary").innerText(), /with 3 colours of yours/);
  await writeFile(folder.path("none.json"), "[]");
  await give(page, folder.path("none.json"));
  await page.locator("#notice").getByText("This is no file of marks").waitFor();
  assert.match(await page.locator("#summary").innerText(), /with 3 colours of yours/);
});

test("a file that holds no marks is explained, and one that goes on behind the clip is taken as far as it goes", { timeout: 300_000 }, async () => {
  await open(brief);
  const said = async (/** @type {string} */ file, /** @type {RegExp} */ words) => {
    await load(file);
    await page.waitForFunction(([source]) => new RegExp(source).test(document.querySelector(".correcting-status")?.textContent ?? ""), [words.source]);
  };
  await writeFile(folder.path("broken.json"), "{");
  await said(folder.path("broken.json"), /no file of marks, or was cut short/);
  await said(await marksFile("newer.json", 1, { version: 9 }), /later version/);
  await said(await marksFile("other.json", 1, { format: "other" }), /This is no file of marks/);
  await said(await marksFile("damaged.json", 0, { marks: [{ time: 0 }] }), /Mark 1 of this file is damaged/);
  assert.equal(await dots().count(), 0);
  const beyond = { time: 60, color: [0, 0], strength: 1, places: [{ x: 0.5, y: 0.5, radius: 0 }] };
  await said(await marksFile("beyond.json", 0, { marks: [beyond, { ...beyond, time: 0 }] }), /1 mark loaded\. 1 mark lay beyond the end/);
  assert.equal(await dots().count(), 1);
});

test("a fault while colours are corrected is explained on the page, and the marks are still there", { timeout: 300_000 }, async () => {
  await open(await makeMoving(folder.path("fault.mp4"), 8));
  await click(middle(0));
  await pick(BLUE);
  await page.workers()[0].evaluate(() => self.close()); // while the mark is followed
  await page.getByRole("alert").waitFor();
  assert.equal((await shownError(page))?.code, "worker-failed");
  assert.ok(!(await dialog().isVisible()));
  await page.getByRole("button", { name: "Try again" }).click();
  await openDialog(0);
  assert.equal(await dots().count(), 1);
});

test("two hundred marks in one shot are shown, followed, and kept to in the file", { timeout: 600_000 }, async () => {
  await open(brief);
  const plain = await bluer(0);
  await load(await marksFile("many.json", 200));
  await dots().nth(90).waitFor();
  await followed();
  await colored();
  assert.ok((await dots().count()) > 150, `${await dots().count()} of 200 are seen in the first frame`);
  const seen = await bluer(0);
  assert.ok(seen > plain + 10, `${plain}, then ${seen}`);
  const { content } = await saveMarks("again.json");
  assert.equal(content.marks.length, 200);
  const written = await bluerIn(await run("many.mp4"), 0);
  assert.ok(Math.abs(written - seen) < 2, `${seen} in the picture, ${written} in the file`);
});

test("a photo is corrected, and its file has the colours of its picture", { timeout: 300_000 }, async () => {
  const photo = folder.path("photo.png");
  await ffmpeg(["-i", brief, "-frames:v", "1", photo]);
  await page.goto(visitor.address);
  await give(page, photo);
  assert.equal(await settled(page, "choosing"), null);
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await page.getByRole("button", { name: "Correct colours" }).click();
  await colored();
  assert.ok(!(await dialog().getByRole("slider", { name: "Moment" }).isVisible()));
  const plain = await bluer(0);
  await click(middle(0));
  await pick(BLUE);
  const seen = await bluer(0);
  assert.ok(seen > plain + 3, `${plain}, then ${seen}`);
  const written = await bluerIn(await run("photo-out.png"), 0);
  assert.ok(Math.abs(written - seen) < 2, `${seen} in the picture, ${written} in the file`);
});

test("in a clip of two shots a colour stays in its own, though the page had not found the cut when the run began", { timeout: 600_000 }, async () => {
  const cut = folder.path("cut.mp4");
  await ffmpeg(["-i", await makeMoving(folder.path("uncut.mp4"), 4), "-vf", "negate=enable='gte(n,2)'", "-c:v", "libx264", "-crf", "8", cut]);
  await putOnDesk(visitor, cut);
  assert.equal(await page.locator("#shots canvas").count(), 2);
  const plain = await run("plain.mp4");
  await page.getByRole("button", { name: "Another colouring" }).click();
  await openDialog(0);
  await click(middle(0));
  await pick(BLUE);
  await button("Done").click();
  await page.locator("#shots label").nth(1).filter({ hasText: "1 colour" }).waitFor();
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      if (message.kind === "colorize") Object.assign(message.take.options.plan, { starts: [], scannedUntil: -Infinity });
      // @ts-ignore of the arguments that were given
      return postMessage.call(this, message, ...rest);
    };
  });
  const marked = await run("marked.mp4");
  const apart = [];
  for (const frame of [0, 1, 2, 3]) apart.push(Math.abs((await bluerIn(marked, frame)) - (await bluerIn(plain, frame))));
  assert.ok(apart[0] > 3 && apart[1] > 3 && apart[2] < 1 && apart[3] < 1, `${apart}`);
});

test("a shot that keeps its own colours says so where marks are given, and is coloured with them on request", { timeout: 600_000 }, async () => {
  const inColor = folder.path("own.mp4");
  await ffmpeg(["-f", "lavfi", "-i", "smptebars=s=160x96:r=10", "-frames:v", "2", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-crf", "8", inColor]);
  await open(inColor);
  const own = dialog().getByText("This shot keeps its own colours. Marks take effect when it is coloured anew.");
  await own.waitFor();
  await click(middle(0));
  await pick(BLUE);
  await button("Done").click();
  const kept = await bluerIn(await run("own-kept.mp4"), 0);
  await page.getByRole("button", { name: "Another colouring" }).click();
  await openDialog(0);
  const seen = await bluer(0);
  assert.ok(Math.abs(seen - kept) > 20, `${seen} in the picture, ${kept} of the source's own`);
  await button("Colour it all the same").press("Enter");
  assert.ok(!(await own.isVisible()));
  assert.match(await status().innerText(), /This shot is coloured now/);
  const written = await bluerIn(await run("own-colored.mp4"), 0);
  assert.ok(Math.abs(written - seen) < 2, `${seen} in the picture, ${written} in the file`);
});

/** What a run's journal says. */
async function journal() {
  for await (const run of (await (await navigator.storage.getDirectory()).getDirectoryHandle("chromaflow")).values()) {
    const file = await /** @type {FileSystemDirectoryHandle} */ (run).getFileHandle("journal");
    return (await file.getFile()).text();
  }
}

test("a run that broke off goes on with its marks, to the colours of its picture, and they are on the desk again", { timeout: 600_000 }, async () => {
  const clip = await makeMoving(folder.path("longer.mp4"), 8);
  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("chromaflow", { recursive: true }).catch(() => {}));
  await open(clip);
  await click(middle(0));
  await pick(BLUE);
  const seen = await bluer(0);
  await button("Done").click();
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await page.waitForFunction(() => Number(document.getElementById("tally-frames")?.textContent?.match(/^\d+/)) >= 2);
  await page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();
  await page.locator("#unfinished li").waitFor();
  assert.match((await page.evaluate(journal)) ?? "", /"marks":\[\{/);
  await page.reload();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.locator("#unfinished").getByRole("button", { name: /to go on/ }).click()]);
  await chooser.setFiles(clip);
  assert.equal(await settled(page, "finished"), null);
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  const file = folder.path("taken-up.mp4");
  await download.saveAs(file);
  const whole = await bluerIn(file, 0);
  assert.ok(Math.abs(whole - seen) < 3, `${seen} in the picture, ${whole} in the file`);
  await page.getByRole("button", { name: "Another colouring" }).click();
  assert.match(await page.locator("#summary").innerText(), /with 1 colour of yours/);
});
