/** What a visitor does while a clip is being coloured. */
import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { makeClip } from "./clips.mjs";
import { details, give, settled, shownError, state, touch } from "./page.mjs";
import { sharedVisit } from "./shared-visit.mjs";

/** Enough that nothing here is over before it was looked at. */
const FRAMES = 120;

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });
/** @type {string} */
let long;

before(async () => {
  long = await makeClip(folder.path("long.mp4"), { frames: FRAMES });
});
beforeEach(async () => {
  const { page } = visitor;
  await page.goto(visitor.address);
  await give(page, long);
  assert.equal(await settled(page, "choosing"), null);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await framesPast(0);
});

const tally = async () => Number((await visitor.page.locator("#tally-frames").innerText()).match(/^(\d+) of /)?.[1] ?? 0);

/** Waits until more frames than that are done. @param {number} frames */
async function framesPast(frames) {
  await visitor.page.waitForFunction(
    (frames) => Number(document.getElementById("tally-frames")?.textContent?.match(/^(\d+) of /)?.[1] ?? 0) > frames, frames);
}

/** The frames that are done once no more come: those in hand when it was paused are still finished. */
async function standstill() {
  for (let before = await tally(); ;) {
    await visitor.page.waitForTimeout(2500);
    const now = await tally();
    if (now === before) return now;
    before = now;
  }
}

const cancel = () => visitor.page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();

test("a run stops, goes on, and is cancelled while it stands still", async () => {
  const { page } = visitor;
  await page.getByRole("button", { name: "Pause" }).click();
  assert.equal(await page.locator("#tally-left").innerText(), "Paused");
  const stopped = await standstill();
  await page.waitForTimeout(2500);
  assert.equal(await tally(), stopped);
  assert.ok(stopped < FRAMES, "it stopped before its end");
  await page.getByRole("button", { name: "Go on" }).click();
  await framesPast(stopped + 1);
  await page.getByRole("button", { name: "Pause" }).click();
  await cancel();
  await page.locator("main[data-state=choosing]").waitFor();
});

test("the live view is parted between source and colour by mouse, finger and keyboard", async () => {
  const { page } = visitor;
  const split = page.getByRole("slider", { name: "grey source" });
  const share = () => page.locator("#live").evaluate((live) => getComputedStyle(live).getPropertyValue("--split"));
  const { x, y, width, height } = /** @type {{ x: number, y: number, width: number, height: number }} */ (await page.locator("#live").boundingBox());
  await page.mouse.click(x + width * 0.8, y + height / 2);
  assert.ok(Math.abs(parseFloat(await share()) - 80) < 4, await share());
  await (await touch(page, "#live", 0.3))();
  assert.ok(Math.abs(parseFloat(await share()) - 30) < 4, await share());
  await split.press("Home");
  assert.equal(await share(), "0%");
  await split.press("ArrowRight");
  assert.equal(await share(), "1%");
  await cancel();
});

test("the live view shows confidence and motion", async () => {
  const { page } = visitor;
  await framesPast(1); // a shot's first frame has no motion
  await page.locator("section.coloring summary").click();
  for (const view of ["Confidence", "Motion"]) {
    await page.getByRole("radio", { name: view }).check({ force: true });
    await page.locator("#live-overlay:visible").waitFor();
    const [colors, hint] = [await page.locator("#live-overlay").evaluate((canvas) => {
      const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
      return new Set(/** @type {HTMLCanvasElement} */ (canvas).getContext("2d").getImageData(0, 0, width, height).data).size;
    }), await page.locator("#view-words").innerText()];
    assert.ok(colors > 3 && hint.length > 10, `${view}: ${colors} values`);
  }
  await page.getByRole("radio", { name: "Colour" }).check({ force: true });
  assert.ok(!(await page.locator("#live-overlay").isVisible()));
  await cancel();
});

test("leaving the page while a clip is coloured asks first", async () => {
  const { page } = visitor;
  const asked = page.waitForEvent("dialog");
  const left = page.goto("about:blank").catch(() => null);
  const dialog = await asked;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await left;
  assert.equal(await state(page), "coloring");
  await cancel();
  await page.locator("main[data-state=choosing]").waitFor();
});

test("a run needs neither timers nor animation frames of the page, which a hidden tab does not get", async () => {
  const { page } = visitor;
  await page.evaluate(() => {
    Object.assign(window, { requestAnimationFrame: () => 0, setTimeout: () => 0, setInterval: () => 0 });
    Object.defineProperty(document, "hidden", { value: true });
  });
  while ((await state(page)) !== "finished") await new Promise((later) => setTimeout(later, 100));
  assert.equal((await details(page)).frames, String(FRAMES));
});

test("after the worker was lost, the next run gets another that knows the clip", async () => {
  const { page } = visitor;
  await page.workers()[0].evaluate(() => void setTimeout(() => { throw new Error("lost"); }));
  assert.equal((await settled(page, "welcome"))?.code, "worker-failed");
  await page.getByRole("button", { name: "Try again" }).click();
  await framesPast(0);
  await cancel();
  await page.locator("main[data-state=choosing]").waitFor();
  assert.equal(await shownError(page), null);
});

test("a preview that does not stop in time does not take the run with it", async () => {
  const clip = await makeClip(folder.path("slow.mp4"), { size: "640x480", frames: 6 });
  const page = await visitor.page.context().newPage();
  try {
    await page.clock.install();
    const address = new URL(visitor.address);
    address.searchParams.set("size", "240");
    let workers = 0;
    page.on("worker", () => workers++);
    await page.goto(address.href);
    await give(page, clip);
    assert.equal(await settled(page, "choosing"), null);
    await page.keyboard.press("1");
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    // The page's patience is over at once; the worker is still at a frame of the previews.
    await page.locator('main[data-state="coloring"]').waitFor();
    await page.clock.runFor(10_000);
    assert.equal(await settled(page, "finished"), null);
    assert.equal((await details(page)).frames, "6");
    assert.equal(workers, 2, "the worker was replaced");
  } finally {
    await page.close();
  }
});
