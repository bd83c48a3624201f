/** The study's page, from a folder to the exported answers. */
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";
import { clipFolder, makeClip, makePhoto } from "./clips.mjs";
import { visit } from "./visit.mjs";

const METHODS = ["alpha", "beta", "gamma"];
/** Two clips and a photo by three methods: three pairs each. */
const QUESTIONS = 9;

/** @type {Awaited<ReturnType<typeof visit>>} */
let visitor;
/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;

before(async () => {
  folder = await clipFolder();
  visitor = await visit();
  for (const method of METHODS) {
    await mkdir(folder.path(`study/${method}`), { recursive: true });
    for (const clip of ["car.mp4", "street.mp4"]) await makeClip(folder.path(`study/${method}/${clip}`), { frames: 5 });
    await makePhoto(folder.path(`study/${method}/portrait.png`));
  }
  await mkdir(folder.path("lonely/alpha"), { recursive: true });
  await makePhoto(folder.path("lonely/alpha/portrait.png"));
});
after(async () => {
  await visitor?.close();
  await folder?.remove();
});
beforeEach(async () => {
  await visitor.page.goto(new URL("study.html", visitor.address).href);
});

/** @param {string} name */
const choose = (name) => visitor.page.locator("#folder").setInputFiles(folder.path(name));

/** @param {string} id @returns {Promise<string>} */
async function saved(id) {
  const [download] = await Promise.all([visitor.page.waitForEvent("download"), visitor.page.locator(`#${id}`).click()]);
  const file = folder.path(download.suggestedFilename());
  await download.saveAs(file);
  return readFile(file, "utf8");
}

test("every pair on every clip is asked once; answers are exported with rates and intervals", async () => {
  const { page } = visitor;
  await choose("study");
  for (let question = 1; question <= QUESTIONS; question++) {
    await page.getByText(`Question ${question} of ${QUESTIONS}`).waitFor();
    assert.equal(await page.locator(".stimulus > video, .stimulus > img").count(), 2);
    if (question % 2) await page.keyboard.press("ArrowLeft");
    else await page.getByRole("button", { name: "Right" }).click();
  }
  await page.getByRole("heading", { name: "What you preferred" }).waitFor();
  assert.equal(await page.locator("#rates tr").count(), 3);
  const { rates, answers } = JSON.parse(await saved("save-json"));
  const asked = answers.map((/** @type {any} */ { clip, left, right }) => [clip, ...[left, right].sort()].join());
  assert.equal(new Set(asked).size, QUESTIONS);
  for (const { clip, left, right, preferred } of answers) {
    assert.ok([left, right].includes(preferred) && left !== right && ["car", "street", "portrait"].includes(clip));
  }
  for (const { first, second, answers: count, preferred, share, interval: [low, high] } of rates) {
    assert.equal(count, 3);
    const given = answers.filter((/** @type {any} */ { left, right }) => [left, right].sort().join() === [first, second].join());
    assert.equal(preferred, given.filter((/** @type {any} */ answer) => answer.preferred === first).length);
    assert.ok(low <= share && share <= high && low >= 0 && high <= 1 && high - low > 0.5, `${low} ${share} ${high}`);
  }
  const rows = (await saved("save-csv")).trim().split("\r\n");
  assert.equal(rows[0], "clip,left,right,preferred,at,seconds");
  assert.equal(rows.length, QUESTIONS + 1);
});

test("a study that was left goes on where it was, and a new one begins after its end", async () => {
  const { page } = visitor;
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await choose("study");
  await page.keyboard.press("ArrowLeft");
  await page.getByText(`Question 2 of ${QUESTIONS}`).waitFor();
  await page.reload();
  await choose("study");
  await page.getByText(`Question 2 of ${QUESTIONS}`).waitFor();
  await page.getByRole("button", { name: "End here" }).click();
  await page.getByText(`1 of ${QUESTIONS} questions answered`).waitFor();
  await page.getByRole("button", { name: "Another study" }).click();
  await page.getByRole("button", { name: "See the answers" }).click();
  assert.equal(await page.locator("#rates tr").count(), 1);
});

test("a folder without pairs is explained", async () => {
  await choose("lonely");
  assert.match(await visitor.page.getByRole("alert").innerText(), /No clip in this folder was coloured by two methods/);
});

test("clips play together and again", async () => {
  const { page } = visitor;
  await page.evaluate(() => localStorage.clear());
  await choose("study");
  while ((await page.locator(".stimulus > video").count()) < 2) await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => [...document.querySelectorAll("video")].every((video) => video.readyState >= 2));
  await page.locator("video").evaluateAll((videos) => videos.forEach((video) => {
    /** @type {HTMLVideoElement} */ (video).pause();
    /** @type {HTMLVideoElement} */ (video).currentTime = 0.3;
  }));
  await page.keyboard.press("r");
  await page.waitForFunction(() => [...document.querySelectorAll("video")].every((video) => !video.paused));
});
