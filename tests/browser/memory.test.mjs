/** A device that has not enough memory: the page says so and goes on with less. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clipFolder, makeClip } from "./clips.mjs";
import { give, settled, shownError, state } from "./page.mjs";
import { visit } from "./visit.mjs";

/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
before(async () => {
  folder = await clipFolder();
});
after(() => folder?.remove());

/** Which working sizes the visitor can choose, and which is chosen. @param {import("./page.mjs").Page} page */
async function sizes(page) {
  const labels = page.locator("#sizes label:not([hidden])");
  return { offered: (await labels.allTextContents()).map(Number), chosen: Number(await page.locator("#sizes input:checked").inputValue()) };
}

test("sizes that the device cannot hold are not offered, and the largest that it can stands in", { timeout: 300_000 }, async () => {
  const visitor = await visit({ run: { size: "2000" } });
  try {
    const { page } = visitor;
    await give(page, await makeClip(folder.path("large.mp4"), { size: "3840x2160", frames: 2 }));
    assert.equal(await settled(page, "choosing"), null);
    assert.deepEqual(await sizes(page), { offered: [128, 192, 256, 480], chosen: 480 });
    assert.match(await page.locator("#sizes-words").innerText(), /480 pixels is the largest/);
  } finally {
    await visitor.close();
  }
});

test("memory that runs out is explained, and the next attempt takes less", { timeout: 300_000 }, async () => {
  // 160 MB for the engine: enough for a small frame, too little for a large one.
  const visitor = await visit({ run: { size: "480" }, flags: ["--js-flags=--wasm-max-mem-pages=2560"] });
  try {
    const { page } = visitor;
    await give(page, await makeClip(folder.path("clip.mp4"), { size: "854x480", frames: 2 }));
    assert.equal((await settled(page, "choosing"))?.code, "out-of-memory");
    for (let attempts = 0; (await state(page)) !== "choosing" && attempts < 4; attempts++) {
      await page.getByRole("button", { name: "Try again" }).click();
      await settled(page, "choosing");
    }
    assert.equal(await shownError(page), null);
    assert.ok((await sizes(page)).chosen < 480);
  } finally {
    await visitor.close();
  }
});
