/** A second set of weights: offered where there is one, fetched when it is chosen, and named by what it has coloured. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clipFolder, makeClip } from "./clips.mjs";
import { give, settled, shownError } from "./page.mjs";
import { dist, visit } from "./visit.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
/** @type {string} */
let clip;
/** The published small set, and a larger one that differs in its trunk's file alone. @type {string} */
let manifest;
/** @type {Buffer} */
let trunk;

const LARGER = "large/trunk.bpk";

before(async () => {
  folder = await clipFolder();
  clip = await makeClip(folder.path("clip.mp4"), { frames: 12 });
  const published = JSON.parse(await readFile(join(dist, "weights", "manifest.json"), "utf8"));
  const { lite } = published.presets;
  trunk = await readFile(join(dist, "weights", lite.trunk.name));
  trunk[trunk.length - 2] ^= 1; // the last bit of a number
  const sha256 = createHash("sha256").update(trunk).digest("hex");
  manifest = JSON.stringify({ presets: { large: { ...lite, trunk: { ...lite.trunk, name: LARGER, sha256 } }, lite } });
});
after(() => folder?.remove());

/** Opens the page with both sets, or with the small one alone. @param {{ both?: boolean, broken?: () => boolean }} options */
async function visitWith({ both = true, broken = () => false }) {
  /** @type {string[]} */
  const fetched = [];
  const single = JSON.stringify({ presets: { lite: JSON.parse(manifest).presets.lite } });
  const instead = (/** @type {string} */ path) => {
    if (path.endsWith("manifest.json")) return { body: both ? manifest : single };
    if (path !== `/weights/${LARGER}`) return null;
    fetched.push(path);
    return broken() ? { status: 404 } : { body: trunk };
  };
  const visitor = await visit({ instead });
  await give(visitor.page, clip);
  assert.equal(await settled(visitor.page, "choosing"), null);
  await lookedAt(visitor.page);
  return { ...visitor, fetched };
}

/** @param {Page} page */
const lookedAt = (page) => page.locator("#candidates[aria-busy=false]").waitFor();

/** @param {Page} page @param {string} name */
const choose = (page, name) => page.locator("#models").getByRole("radio", { name }).check({ force: true });

/** @param {Page} page */
const coloredWith = (page) => page.locator('#details [data-field="model"]').getAttribute("value");

test("a single set is no choice", async () => {
  const { page, close } = await visitWith({ both: false });
  try {
    assert.equal(await page.locator("#model-choice").isVisible(), false);
  } finally {
    await close();
  }
});

test("the larger set is fetched when it is chosen, colours, and is named", async () => {
  const { page, close, fetched, uncaught } = await visitWith({});
  try {
    assert.deepEqual(await page.locator("#models label").allInnerTexts(), ["Standard", "Finer"]);
    assert.match(await page.locator("#model-words").innerText(), /^Finer .* [\d.]+ MB, fetched once\.$/);
    assert.deepEqual(fetched, []);
    await choose(page, "Finer");
    await page.locator("#model-words").getByText("takes a little longer").waitFor();
    await lookedAt(page);
    assert.equal(fetched.length, 1);
    await choose(page, "Standard");
    await page.locator("#model-words").getByText("It is here already").waitFor();
    await choose(page, "Finer");
    await lookedAt(page);
    assert.equal(fetched.length, 1, "it was kept");
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    assert.equal(await settled(page, "finished"), null);
    assert.equal(await coloredWith(page), "large");
    assert.deepEqual(uncaught, []);
  } finally {
    await close();
  }
});

test("a run goes on with the set that it was begun with", async () => {
  const { page, close } = await visitWith({});
  try {
    await choose(page, "Finer");
    await page.locator("#model-words").getByText("takes a little longer").waitFor();
    await lookedAt(page);
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    await page.waitForFunction(() => /^[2-9]\d* of/.test(document.getElementById("tally-frames")?.textContent ?? ""));
    await page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();
    await page.locator("#unfinished li").waitFor();
    await choose(page, "Standard");
    await lookedAt(page);
    await page.locator("#unfinished").getByRole("button", { name: "Go on" }).click();
    assert.equal(await settled(page, "finished"), null);
    assert.equal(await coloredWith(page), "large");
    await page.getByRole("button", { name: "Another colouring" }).click();
    assert.equal(await page.locator("#models").getByRole("radio", { name: "Finer" }).isChecked(), true);
  } finally {
    await close();
  }
});

test("a larger set that does not come leaves the small one", async () => {
  const { page, close } = await visitWith({ broken: () => true });
  try {
    await choose(page, "Finer");
    await page.getByRole("alert").waitFor();
    assert.equal((await shownError(page))?.code, "weights-missing");
    await choose(page, "Standard");
    await lookedAt(page);
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    assert.equal(await settled(page, "finished"), null);
    assert.equal(await coloredWith(page), "lite");
  } finally {
    await close();
  }
});
