/** A long clip streams: it is on the disk while it is made, and memory does not grow with it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { clipFolder, makeClip, measure } from "./clips.mjs";
import { heldBy } from "./memory.mjs";
import { give, save, settled } from "./page.mjs";
import { visit } from "./visit.mjs";

const FRAMES = 240;
/** Between these frames memory is watched: by the first, everything that a run needs is there. */
const [EARLY, LATE] = [60, 220];
/** What the frames between them would take if their planes stayed, in bytes: 74 MB. */
const LEFT_BEHIND = (LATE - EARLY) * 640 * 480 * 1.5;

test("a long clip", { timeout: 600_000 }, async (context) => {
  const folder = await clipFolder();
  const visitor = await visit({ run: { size: "32" } });
  try {
    const { page } = visitor;
    const video = ["-c:v", "libx264", "-preset", "ultrafast"];
    await give(page, await makeClip(folder.path("long.mp4"), { size: "640x480", frames: FRAMES, rate: 25, video, sound: ["-c:a", "aac"] }));
    assert.equal(await settled(page, "choosing"), null);
    await page.getByRole("button", { name: "Colorize" }).click();
    const past = (/** @type {number} */ frames) => page.waitForFunction(
      (frames) => Number(document.getElementById("tally-frames")?.textContent?.match(/^(\d+) of/)?.[1] ?? 0) > frames, frames);
    await past(EARLY);
    const early = existsSync("/proc/self/status") ? await heldBy(page, "now") : null;
    await past(LATE);
    const written = await bytesOnDisk(page);
    if (early === null) context.diagnostic("memory is watched on Linux only");
    else {
      const late = await heldBy(page, "now");
      assert.ok(late - early < LEFT_BEHIND / 2, `${early} bytes grew to ${late}`);
    }
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
