/** The page among other pages: without a network, under its policy, from a link, for every hand and eye. */
import assert from "node:assert/strict";
import { copyFile, cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { clipFolder, makeClip, makePhoto } from "./clips.mjs";
import { addressOf, colorize } from "./colorize.mjs";
import { launch, settled, shownError, weightsKept } from "./page.mjs";
import { serve } from "./serve.mjs";
import { dist } from "./visit.mjs";
import { walkClip, walkQueue, walkStudy } from "./walk.mjs";

const QUICK = { device: "cpu", size: "32", passes: "1" };
const AXE = new URL("../../www/node_modules/axe-core/axe.min.js", import.meta.url);

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
/** @type {string} */
let clip;
/** A copy of the page with a clip beside it. @type {string} */
let site;

before(async () => {
  folder = await clipFolder();
  browser = await launch();
  clip = await makeClip(folder.path("clip.mp4"), { frames: 6, filter: "negate=enable='gte(n,3)'" });
  site = folder.path("site/under/a path");
  await cp(dist, site, { recursive: true });
  await copyFile(clip, join(site, "clip.mp4"));
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});
after(async () => {
  await browser?.close();
  await folder?.remove();
});

/** @param {string} address @param {object} options */
async function open(address, options = {}) {
  const context = await browser.newContext({ bypassCSP: false, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(address);
  return page;
}

test("the second visit works without a network, from a folder of any host, and asks no other host for anything", async () => {
  const server = await serve({ dist: folder.path("site") });
  try {
    const page = await open("about:blank");
    /** @type {string[]} */
    const asked = [];
    page.context().on("request", (request) => asked.push(request.url()));
    const home = `${server.address}under/a%20path/`;
    await page.goto(`${home}index.html`);
    await page.locator("#kept-offline").waitFor({ timeout: 60_000 });
    await page.locator("#device[data-kind=cpu]").waitFor();
    await weightsKept(page);
    await server.close();
    await page.goto(addressOf(home, QUICK));
    await page.locator("#correcting-film").scrollIntoViewIfNeeded();
    await page.locator("#correcting-play:not([hidden])").waitFor();
    const line = await colorize(page, { input: clip, output: folder.path("offline.mp4"), timeout: 120 });
    assert.ok(line.ok, JSON.stringify(line));
    await page.goto(`${home}study.html`);
    await page.getByRole("heading", { name: "Which colouring convinces more?" }).waitFor();
    assert.deepEqual(asked.filter((url) => !url.startsWith(server.address) && !/^(blob|about):/.test(url)), []);
  } finally {
    await server.close();
  }
});

test("the policy lets nothing out: neither a request nor a picture nor a script", async () => {
  const server = await serve({ dist });
  const elsewhere = await serve({ dist });
  try {
    const page = await open(server.address);
    const outside = elsewhere.address;
    const results = await page.evaluate(async (outside) => {
      const broken = (/** @type {string} */ directive) => new Promise((resolve) => addEventListener("securitypolicyviolation",
        (event) => event.effectiveDirective === directive && resolve(directive)));
      const all = Promise.all(["connect-src", "img-src", "script-src-elem"].map(broken));
      const answered = await fetch(outside).then(() => true, () => false);
      new Image().src = `${outside}icon.svg`;
      document.head.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
      await all;
      return { answered, ran: "ran" in window };
    }, outside);
    assert.deepEqual(results, { answered: false, ran: false });
    // The page's worker has the page's policy, whatever headers its host sends.
    await page.locator("#device[data-kind]").waitFor();
    const fromWorker = page.workers()[0].evaluate((url) => fetch(url, { mode: "no-cors" }).then(() => "answered", () => "refused"), outside);
    assert.equal(await fromWorker, "refused");
  } finally {
    await server.close();
    await elsewhere.close();
  }
});

test("a link opens a clip beside the page, and none from elsewhere", async () => {
  const server = await serve({ dist: site });
  try {
    const page = await open(`${addressOf(server.address, QUICK)}&src=clip.mp4`);
    assert.equal(await settled(page, "choosing"), null);
    assert.match(await page.locator("section.choosing .facts").innerText(), /^clip\.mp4/);
    for (const [src, code] of [["https://example.org/clip.mp4", "link-foreign"], ["missing.mp4", "link-missing"]]) {
      await page.goto(`${addressOf(server.address, QUICK)}&src=${encodeURIComponent(src)}`);
      await page.getByRole("alert").waitFor();
      assert.equal((await shownError(page))?.code, code);
    }
  } finally {
    await server.close();
  }
});

/** Drops a link on the page, as a browser does with one that is dragged from another window. @param {import("playwright-core").Page} page @param {string} address */
async function dropLink(page, address) {
  await page.evaluate((address) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData("text/uri-list", `# from elsewhere\r\n${address}\r\n`);
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, address);
}

test("a link that is dropped opens a clip beside the page; one from elsewhere is explained and takes nothing away", async () => {
  const server = await serve({ dist: site });
  try {
    const page = await open(addressOf(server.address, QUICK));
    await dropLink(page, `${server.address}clip.mp4`);
    assert.equal(await settled(page, "choosing"), null);
    await dropLink(page, "https://example.org/film.mp4");
    await page.getByRole("alert").waitFor();
    assert.equal((await shownError(page))?.code, "link-foreign");
    await page.locator("main[data-state=choosing]").waitFor();
    assert.match(await page.locator("section.choosing .facts").innerText(), /^clip\.mp4/);
  } finally {
    await server.close();
  }
});

test("the page can be installed: a manifest with its icons", async () => {
  const server = await serve({ dist });
  try {
    const page = await open(server.address);
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
    await server.close();
  }
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`axe finds nothing in any state, and nothing is cut off sideways, ${colorScheme}`, { timeout: 600_000 }, async () => {
    const server = await serve({ dist });
    try {
      const page = await open(addressOf(server.address, QUICK), { colorScheme, bypassCSP: true, reducedMotion: "reduce" });
      const stop = (/** @type {string} */ state) => faultless(page, state);
      await walkClip(page, clip, stop);
      await page.goto(addressOf(server.address, QUICK));
      await walkQueue(page, [await makePhoto(folder.path("photo.png")), clip], stop);
      await page.goto(`${server.address}study.html`);
      for (const method of ["ours", "theirs"]) {
        await mkdir(folder.path(`study/${method}`), { recursive: true });
        await copyFile(clip, folder.path(`study/${method}/clip.mp4`));
      }
      await walkStudy(page, folder.path("study"), stop);
    } finally {
      await server.close();
    }
  });
}

/** @param {import("playwright-core").Page} page @param {string} where */
async function faultless(page, where) {
  await page.evaluate(await readFile(AXE, "utf8"));
  // @ts-ignore axe is what was evaluated just before
  const { violations } = await page.evaluate(() => axe.run());
  const found = violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(found, [], where);
  for (const width of [320, 360, 768, 1600, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${where}: ${overflow} pixels too wide at ${width}`);
  }
}
