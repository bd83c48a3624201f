/**
 * Benchmark: the page's memory on a clip, and on one ten times as long; then the same while a film that the browser does not read is brought
 * over by the added decoder. Prints a line of JSON for each; the ratios should be near 1. Reads /proc, so it needs Linux.
 */
import { clipFolder, ffmpeg, makeClip } from "../browser/clips.mjs";
import { heldBy } from "../browser/memory.mjs";
import { give, settled } from "../browser/page.mjs";
import { visit } from "../browser/visit.mjs";

// 640 x 480: if every frame left its planes behind, the longer clip would need 125 MB more, a third of what the page takes.
const SIZE = "640x480";
const SHORT = 30;

/** The same for a film of ten minutes, so small that it is brought over in about half a one. */
const [FOREIGN_SIZE, FOREIGN_SHORT] = ["96x72", 1500];

/** The most memory that the page's process has held at once, in bytes, when the clip is coloured, or only read. @param {string} clip */
async function peak(clip, coloured = true) {
  const visitor = await visit({ run: { size: "32" } });
  try {
    const { page } = visitor;
    await give(page, clip);
    await reached(page, "choosing");
    if (!coloured) return await heldBy(page, "most");
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
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

/** @param {string} benchmark @param {string} size @param {number[]} frames @param {number[]} held */
function print(benchmark, size, frames, [short, long]) {
  console.log(JSON.stringify({ benchmark, size, frames, megabytes: [short, long].map(megabytes), ratio: long / short }));
}

const folder = await clipFolder();
try {
  const frames = [SHORT, 10 * SHORT];
  const held = [];
  for (const many of frames) held.push(await peak(await makeClip(folder.path(`${many}.mp4`), { size: SIZE, frames: many })));
  print("memory", SIZE, frames, held);
  const film = { size: FOREIGN_SIZE, frames: FOREIGN_SHORT / 6, rate: 25, video: ["-c:v", "mpeg2video"], sound: ["-c:a", "mp2"] };
  const part = await makeClip(folder.path("part.mpg"), film);
  const [once, tenTimes] = [folder.path("once.mpg"), folder.path("ten-times.mpg")];
  for (const [path, times] of [[once, 6], [tenTimes, 60]]) await ffmpeg(["-stream_loop", String(Number(times) - 1), "-i", part, "-c", "copy", String(path)]);
  print("memory-added-decoder", FOREIGN_SIZE, [FOREIGN_SHORT, 10 * FOREIGN_SHORT], [await peak(once, false), await peak(tenTimes, false)]);
} finally {
  await folder.remove();
}
