/** At home on the web: kept for visits without a network, and closed to everything outside. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clipFolder, makeClip } from "./clips.mjs";
import { give, settled } from "./page.mjs";
import { serve } from "./serve.mjs";
import { visit } from "./visit.mjs";

/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
/** @type {string} */
let clip;

before(async () => {
  folder = await clipFolder();
  clip = await makeClip(folder.path("clip.mp4"), { frames: 3 });
});
after(() => folder?.remove());

/** @param {import("./page.mjs").Page} page */
async function colorize(page) {
  await give(page, clip);
  assert.equal(await settled(page, "choosing"), null);
  await page.getByRole("button", { name: "Colorize" }).click();
  assert.equal(await settled(page, "finished"), null);
}

test("the second visit needs no network, to the finished clip", async () => {
  const visitor = await visit({ keep: true });
  const { page } = visitor;
  try {
    await page.locator("#kept-offline").waitFor({ timeout: 60_000 });
    await page.locator("#device[data-kind=cpu]").waitFor();
    await visitor.disconnect();
    await page.reload();
    await page.locator("#device[data-kind=cpu]").waitFor();
    await colorize(page);
    await page.getByRole("link", { name: "study" }).click();
    await page.getByRole("heading", { name: "Which colouring" }).waitFor();
    assert.deepEqual(visitor.uncaught, []);
  } finally {
    await visitor.close();
  }
});

test("it can be installed: a manifest with its icons, all below the page's own address", async () => {
  const visitor = await visit();
  try {
    const { page } = visitor;
    const address = await page.locator("link[rel=manifest]").evaluate((link) => /** @type {HTMLLinkElement} */ (link).href);
    const manifest = await (await page.request.get(address)).json();
    assert.equal(manifest.display, "standalone");
    for (const { src, sizes } of manifest.icons) {
      const size = await page.evaluate(async (icon) => {
        const image = new Image();
        image.src = icon;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, new URL(src, address).href);
      if (sizes !== "any") assert.equal(size, sizes);
    }
  } finally {
    await visitor.close();
  }
});

test("nothing is asked for outside the page's origin, and the browser would refuse it", async () => {
  const outside = await serve();
  const visitor = await visit();
  const { page, address } = visitor;
  try {
    /** @type {string[]} */
    const asked = [];
    page.context().on("request", (request) => asked.push(request.url()));
    await page.reload();
    await colorize(page);
    const elsewhere = asked.filter((url) => !url.startsWith("blob:") && new URL(url).origin !== new URL(address).origin);
    assert.deepEqual(elsewhere, []);

    const reach = (/** @type {string} */ url) => fetch(url, { mode: "no-cors" }).then(() => "answered", () => "refused");
    assert.ok((await fetch(outside.address)).ok);
    assert.equal(await page.evaluate(reach, outside.address), "refused");
    assert.equal(await page.workers()[0].evaluate(reach, outside.address), "refused");
    assert.equal(await page.evaluate(reach, address), "answered");
    assert.equal(await page.evaluate(() => {
      document.head.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
      return "ran" in window;
    }), false, "a script in the page itself does not run");
  } finally {
    await visitor.close();
    await outside.close();
  }
});
