/** Weights that are missing, cut short or altered are never used: the page says so, and works once they are right. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { clipFolder, makeClip } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { give, settled, shownError, weightsKept } from "./page.mjs";
import { dist, visit } from "./visit.mjs";
import { wire } from "./wire.mjs";

/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
/** @type {string} */
let clip;

before(async () => {
  folder = await clipFolder();
  clip = await makeClip(folder.path("clip.mp4"), { frames: 3 });
});
after(() => folder?.remove());

/** What each kind of damage does to a file, and the name that it must get. */
const DAMAGES = [
  { what: "missing", code: "weights-missing", damage: () => ({ status: 404 }) },
  { what: "cut short", code: "weights-altered", damage: (/** @type {Buffer} */ bytes) => ({ body: bytes.subarray(0, bytes.length / 2) }) },
  { what: "altered in one bit", code: "weights-altered", damage: (/** @type {Buffer} */ bytes) => {
    bytes[bytes.length >> 1] ^= 1;
    return { body: bytes };
  } },
];

for (const { what, code, damage } of DAMAGES) {
  test(`a weights file ${what}`, async () => {
    const name = await anyWeights();
    const bytes = await readFile(join(dist, "weights", name));
    let broken = true;
    const instead = (/** @type {string} */ path) => (broken && path === `/weights/${name}` ? damage(Buffer.from(bytes)) : null);
    await refusedThenWorks(instead, code, () => (broken = false));
  });
}

test("a manifest that is missing", async () => {
  let broken = true;
  const instead = (/** @type {string} */ path) => (broken && path.endsWith("manifest.json") ? { status: 404 } : null);
  await refusedThenWorks(instead, "weights-missing", () => (broken = false));
});

test("a manifest that cannot be read", async () => {
  let broken = true;
  const instead = (/** @type {string} */ path) => (broken && path.endsWith("manifest.json") ? { body: "{ not json" } : null);
  await refusedThenWorks(instead, "weights-unreadable", () => (broken = false));
});

test("the second visit takes the weights from the browser's own store", async () => {
  const name = await anyWeights();
  let fetched = 0;
  const visitor = await visit({ instead: (path) => (path === `/weights/${name}` && fetched++ > 0 ? { status: 404 } : null) });
  try {
    await weightsKept(visitor.page);
    await visitor.page.reload();
    const line = await colorize(visitor.page, { input: clip, output: folder.path("out.mp4"), timeout: 120 });
    assert.ok(line.ok, JSON.stringify(line));
    assert.equal(fetched, 1);
  } finally {
    await visitor.close();
  }
});

test("a clip that is there before the weights sees them come", async () => {
  const visitor = await visit({ instead: wire(dist, { bitsPerSecond: 40e6, roundTrip: 20 }).instead });
  try {
    const { page } = visitor;
    await give(page, clip);
    const step = page.locator("#reading-step").getByText(/Fetching what it needs, once: \d+\.\d of \d+\.\d MB/);
    await step.waitFor();
    const early = await step.innerText();
    await page.waitForFunction((early) => document.getElementById("reading-step")?.textContent !== early, early);
    assert.equal(await settled(page, "choosing"), null);
  } finally {
    await visitor.close();
  }
});

test("weights that only a run needs are missed when a run begins, and fetched again then", async () => {
  const { refiner } = JSON.parse(await readFile(join(dist, "weights", "manifest.json"), "utf8")).presets.lite;
  let broken = true;
  const visitor = await visit({ instead: (path) => (broken && path === `/weights/${refiner.name}` ? { status: 404 } : null) });
  try {
    const { page } = visitor;
    await give(page, clip);
    assert.equal(await settled(page, "choosing"), null);
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    await page.getByRole("alert").waitFor();
    assert.equal((await shownError(page))?.code, "weights-missing");
    assert.equal(await page.locator("main").getAttribute("data-state"), "choosing");
    broken = false;
    await page.getByRole("button", { name: "Try again" }).click();
    assert.equal(await settled(page, "finished"), null);
    assert.match(await page.locator("#device-text").innerText(), /processor/);
  } finally {
    await visitor.close();
  }
});

/** @param {(path: string) => object | null} instead @param {string} code @param {() => void} repair */
async function refusedThenWorks(instead, code, repair) {
  const visitor = await visit({ instead });
  try {
    const { page } = visitor;
    await page.getByRole("alert").waitFor();
    assert.equal((await shownError(page))?.code, code);
    repair();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("#device[data-kind=cpu]").waitFor();
    const line = await colorize(page, { input: clip, output: folder.path("out.mp4"), timeout: 120 });
    assert.ok(line.ok, JSON.stringify(line));
  } finally {
    await visitor.close();
  }
}

/** The largest file of the weights that the page fetches by default. */
async function anyWeights() {
  const manifest = JSON.parse(await readFile(join(dist, "weights", "manifest.json"), "utf8"));
  return manifest.presets.lite.colorizer.name;
}
