/** The perceptual study, from a folder of clips to the exported answers. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";
import { clipFolder, makeClip } from "./clips.mjs";
import { visit } from "./visit.mjs";

/** @type {Awaited<ReturnType<typeof visit>>} */
let visitor;
/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
/** @type {string} */
let address;

before(async () => {
  folder = await clipFolder();
  for (const method of ["ours", "theirs"]) {
    await mkdir(folder.path(`study/${method}`), { recursive: true });
    for (const clip of ["beach", "street"]) await makeClip(folder.path(`study/${method}/${clip}.mp4`), { frames: 3 });
  }
  await makeClip(folder.path("study/ours/alone.mp4"), { frames: 3 });
  await writeFile(folder.path("study/ours/notes.txt"), "not a clip");
  visitor = await visit();
  address = new URL("study.html", visitor.address).href;
});
after(async () => {
  await visitor?.close();
  await folder?.remove();
});
beforeEach(async () => {
  await visitor.page.goto(address);
  await visitor.page.evaluate(() => localStorage.clear());
  await visitor.page.reload();
});

/** @param {string} name */
async function give(name) {
  await visitor.page.locator("#study-folder").setInputFiles(folder.path(name));
}

/** @param {string} participant */
async function begin(participant) {
  await visitor.page.getByLabel("Participant").fill(participant);
  await visitor.page.keyboard.press("Enter");
}

/** Waits until both clips were seen. */
async function seen() {
  await visitor.page.locator("#choose-left:enabled").waitFor();
}

/** The sessions that the browser keeps. */
async function kept() {
  return visitor.page.evaluate(() => {
    const [key] = Object.keys(localStorage).filter((name) => name.startsWith("chromaflow-study"));
    return key ? JSON.parse(localStorage.getItem(key) ?? "[]") : [];
  });
}

/** @param {string} id */
async function saved(id) {
  const [download] = await Promise.all([visitor.page.waitForEvent("download"), visitor.page.locator(id).click()]);
  return readFile(await download.path(), "utf8");
}

test("from a folder to the export, with the keyboard", async () => {
  const { page } = visitor;
  await give("study");
  assert.match(await page.locator("#ready-facts").innerText(), /ours, theirs: 2 clips, 2 pairs/);
  assert.match(await page.locator("#ready-notes").innerText(), /“alone” is left out/);
  await begin("Ada");
  for (const count of ["1 of 2", "2 of 2"]) {
    await page.getByText(`Pair ${count}`).waitFor();
    assert.ok(await page.locator("#choose-left").isDisabled(), "nothing can be chosen before it was seen");
    await seen();
    await page.keyboard.press("r");
    await page.keyboard.press("ArrowLeft");
  }
  await page.getByRole("heading", { name: "Results" }).waitFor();

  const { methods, clips, preferences, sessions } = JSON.parse(await saved("#save-json"));
  assert.deepEqual([methods, clips], [["ours", "theirs"], ["beach", "street"]]);
  const answers = sessions[0].answers;
  assert.deepEqual(answers.map((/** @type {any} */ { clip }) => clip).sort(), ["beach", "street"]);
  assert.ok(answers.every((/** @type {any} */ { chosen, left, plays }) => chosen === left && plays === 2));
  // statsmodels: proportion_confint(2, 2, method="wilson") and (1, 2).
  const expected = preferences[0].chosen === 2 ? [0.34238, 1] : [0.09453, 0.90547];
  assert.equal(preferences[0].trials, 2);
  preferences[0].interval.forEach((/** @type {number} */ end, /** @type {number} */ i) => assert.ok(Math.abs(end - expected[i]) < 1e-5));

  const [head, ...rows] = (await saved("#save-csv")).trim().split("\r\n");
  assert.equal(head, "participant,clip,left,right,chosen,plays,seconds,at");
  assert.deepEqual(rows.map((row) => row.split(",")[0]), ["Ada", "Ada"]);
  assert.deepEqual(visitor.uncaught, []);
});

test("who stopped goes on; an answer can be taken back; answers are deleted only when asked twice", async () => {
  const { page } = visitor;
  await give("study");
  await begin("Ada, the \"first\"");
  await seen();
  await page.locator("#choose-right").click();
  await page.getByText("Pair 2 of 2").waitFor();
  await page.reload();
  await give("study");
  assert.match(await page.locator("#ready-notes").innerText(), /stopped at 1 of 2/);
  await begin("Ada, the \"first\"");
  await page.getByText("Pair 2 of 2").waitFor();
  await page.locator("#undo").click();
  await page.getByText("Pair 1 of 2").waitFor();
  assert.equal((await kept())[0].answers.length, 0);
  await seen();
  await page.locator("#choose-right").click();
  await page.locator("#stop").click();
  assert.match(await saved("#save-csv"), /"Ada, the ""first"""/);
  page.once("dialog", (dialog) => dialog.dismiss());
  await page.locator("#forget").click();
  assert.equal((await kept()).length, 1);
  page.once("dialog", (dialog) => dialog.accept());
  await page.locator("#forget").click();
  assert.equal((await kept()).length, 0);
});

test("a folder that holds no study, and a clip that can't be played, are explained", async () => {
  const { page } = visitor;
  await give("study/ours");
  assert.match(await page.getByRole("alert").innerText(), /at least two folders/);
  for (const method of ["ours", "theirs"]) {
    await mkdir(folder.path(`damaged/${method}`), { recursive: true });
    await writeFile(folder.path(`damaged/${method}/broken.mp4`), "not a video");
    await makeClip(folder.path(`damaged/${method}/whole.mp4`), { frames: 3 });
  }
  await give("damaged");
  await begin("Bo");
  const leftOut = page.getByText("the pair was left out");
  await leftOut.or(page.locator("#choose-left:enabled")).first().waitFor();
  if (!(await leftOut.isVisible())) {
    await page.keyboard.press("ArrowRight"); // the whole pair was drawn first
    await leftOut.waitFor();
  } else {
    await page.getByText("Pair 1 of 1").waitFor();
    await seen();
    await page.keyboard.press("ArrowRight");
  }
  await page.getByRole("heading", { name: "Results" }).waitFor();
  assert.deepEqual(visitor.uncaught, []);
});
