/** Memory does not grow with the clip: ten times the frames, the same memory within a tenth. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { platform } from "node:os";
import { after, before, test } from "node:test";
import { clipFolder, makeClip } from "./clips.mjs";
import { give, settled } from "./page.mjs";
import { visit } from "./visit.mjs";

const SHORT = 30;
const GROWTH = 1.1;

/** @type {Awaited<ReturnType<typeof clipFolder>>} */
let folder;
before(async () => {
  folder = await clipFolder();
});
after(() => folder?.remove());

// 640 x 480: if every frame left its planes behind, that would be 125 MB more, a third of what the page needs.
test("ten times as long, no more memory", {
  skip: platform() === "linux" ? false : "reads the memory of processes from /proc",
  timeout: 1_200_000,
}, async (context) => {
  const short = await peak(await makeClip(folder.path("short.mp4"), { size: "640x480", frames: SHORT }));
  const long = await peak(await makeClip(folder.path("long.mp4"), { size: "640x480", frames: 10 * SHORT }));
  context.diagnostic(`${megabytes(short)} MB for ${SHORT} frames, ${megabytes(long)} MB for ${10 * SHORT}`);
  assert.ok(long <= GROWTH * short, `${megabytes(short)} MB became ${megabytes(long)} MB`);
});

/** The most memory that the page's process has held at once, in bytes, when the clip is coloured. @param {string} clip */
async function peak(clip) {
  const visitor = await visit({ run: { size: "32" } });
  try {
    const { page } = visitor;
    await give(page, clip);
    assert.equal(await settled(page, "choosing"), null);
    await page.getByRole("button", { name: "Colorize" }).click();
    assert.equal(await settled(page, "finished", 900_000), null);
    return await heldBy(page);
  } finally {
    await visitor.close();
  }
}

/** @param {import("playwright-core").Page} page */
async function heldBy(page) {
  const session = await /** @type {import("playwright-core").Browser} */ (page.context().browser()).newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const held = [];
  for (const { id, type } of processInfo) {
    if (type !== "renderer") continue;
    const status = await readFile(`/proc/${id}/status`, "utf8");
    held.push(1024 * Number(status.match(/VmHWM:\s+(\d+)/)?.[1]));
  }
  return Math.max(...held);
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
