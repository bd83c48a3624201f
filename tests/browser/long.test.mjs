/** A long clip streams: it is on the disk while it is made, and memory does not grow with it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { clipFolder, makeClip, measure } from "./clips.mjs";
import { heldBy } from "./memory.mjs";
import { give, save, settled } from "./page.mjs";
import { visit } from "./visit.mjs";

const FRAMES = 360;
/**
 * Between these frames memory is watched: by the first, everything that a run needs is there. JavaScript's collector comes by every
 * fifty frames or so and until then memory rises by 70 MB; so what counts is the least that was held in each stretch.
 */
const [EARLY, LATE] = [[40, 140], [250, 350]];
/** What the frames between them would take if their planes stayed, in bytes: 97 MB. */
const LEFT_BEHIND = (LATE[0] - EARLY[0]) * 640 * 480 * 1.5;

test("a long clip", { timeout: 600_000 }, async (context) => {
  const folder = await clipFolder();
  const visitor = await visit({ run: { size: "32" } });
  try {
    const { page } = visitor;
    const video = ["-c:v", "libx264", "-preset", "ultrafast"];
    await give(page, await makeClip(folder.path("long.mp4"), { size: "640x480", frames: FRAMES, rate: 25, video, sound: ["-c:a", "aac"] }));
    assert.equal(await settled(page, "choosing"), null);
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    assert.equal(await settled(page, "coloring"), null);
    const early = await leastHeld(page, EARLY);
    const late = await leastHeld(page, LATE);
    const written = await bytesOnDisk(page);
    if (early === null || late === null) context.diagnostic("memory is watched on Linux only");
    else assert.ok(late - early < LEFT_BEHIND / 2, `${early} bytes grew to ${late}`);
    assert.equal(await settled(page, "finished"), null);
    const output = folder.path("long-out.mp4");
    await save(page, output);
    assert.equal((await measure(output)).times.length, FRAMES);
    const { size } = await stat(output);
    assert.ok(written > size / 2, `${written} of ${size} bytes were on the disk shortly before the end`);
  } finally {
    await visitor.close();
    await folder.remove();
  }
});

/**
 * The least memory that the page held while it made some frames, in bytes; null where it can't be told.
 * @param {import("playwright-core").Page} page @param {number[]} frames the first and the last
 */
async function leastHeld(page, [first, last]) {
  const watched = existsSync("/proc/self/status");
  let least = Infinity;
  for (let made = await framesMade(page); made < last; made = await framesMade(page)) {
    if (watched && made >= first) least = Math.min(least, await heldBy(page, "now"));
    await setTimeout(100);
  }
  return watched ? least : null;
}

/** How many frames the page says it has made; past all of them when it does not run. @param {import("playwright-core").Page} page */
async function framesMade(page) {
  const running = await page.locator('main[data-state="coloring"]').isVisible();
  const tally = await page.locator("#tally-frames").textContent();
  return running ? Number(tally?.match(/^(\d+) of/)?.[1] ?? 0) : Infinity;
}

/** What the page has written to the browser's private file system. @param {import("playwright-core").Page} page */
function bytesOnDisk(page) {
  return page.evaluate(async () => {
    /** @param {FileSystemDirectoryHandle} folder @returns {Promise<number>} */
    const sizeOf = async (folder) => {
      let bytes = 0;
      // @ts-ignore TypeScript's library does not know that a folder can be walked
      for await (const entry of folder.values()) bytes += entry.kind === "file" ? (await entry.getFile()).size : await sizeOf(entry);
      return bytes;
    };
    return sizeOf(await navigator.storage.getDirectory());
  });
}
