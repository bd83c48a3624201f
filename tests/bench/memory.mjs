/**
 * Benchmark: the page's memory on a clip, and on one ten times as long. Prints one line of JSON; the ratio should be near 1.
 * Reads /proc, so it needs Linux.
 */
import { clipFolder, makeClip } from "../browser/clips.mjs";
import { heldBy } from "../browser/memory.mjs";
import { give, settled } from "../browser/page.mjs";
import { visit } from "../browser/visit.mjs";

// 640 x 480: if every frame left its planes behind, the longer clip would need 125 MB more, a third of what the page takes.
const SIZE = "640x480";
const SHORT = 30;

/** The most memory that the page's process has held at once, in bytes, when the clip is coloured. @param {string} clip */
async function peak(clip) {
  const visitor = await visit({ run: { size: "32" } });
  try {
    const { page } = visitor;
    await give(page, clip);
    await reached(page, "choosing");
    await page.getByRole("button", { name: "Colour it" }).click();
    await reached(page, "finished");
    return await heldBy(page, "most");
  } finally {
    await visitor.close();
  }
}

/** Waits for a state; an error on the page ends the benchmark. @param {import("playwright-core").Page} page @param {string} state */
async function reached(page, state) {
  const error = await settled(page, state, 900_000);
  if (error) throw new Error(`${error.code}: ${error.message}`);
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}

const folder = await clipFolder();
try {
  const short = await peak(await makeClip(folder.path("short.mp4"), { size: SIZE, frames: SHORT }));
  const long = await peak(await makeClip(folder.path("long.mp4"), { size: SIZE, frames: 10 * SHORT }));
  const figures = { frames: [SHORT, 10 * SHORT], megabytes: [megabytes(short), megabytes(long)], ratio: long / short };
  console.log(JSON.stringify({ benchmark: "memory", size: SIZE, ...figures }));
} finally {
  await folder.remove();
}
