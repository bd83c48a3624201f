/**
 * Benchmark: how long a first visitor waits who drops a clip at once. Prints one line of JSON: the medians of the seconds from
 * the drop to the first candidate, and to the first frame of a run that is begun as soon as it can be.
 *
 *   node tests/bench/start.mjs [--line 30] [--clip 854x480] [--rounds 5]
 *
 * The line has so many megabits per second, and round trips of 40 ms. The variable DIST names another build to measure.
 */
import { parseArgs } from "node:util";
import { clipFolder, makeClip } from "../browser/clips.mjs";
import { give } from "../browser/page.mjs";
import { dist, visit } from "../browser/visit.mjs";
import { wire } from "../browser/wire.mjs";
import { median } from "./web/frames.mjs";

const { values: options } = parseArgs({
  options: { line: { type: "string", default: "30" }, clip: { type: "string", default: "854x480" }, rounds: { type: "string", default: "5" } },
});

// One for all visits: it compresses each file once.
const { instead } = wire(dist, { bitsPerSecond: 1e6 * Number(options.line), roundTrip: 40 });

/** One visit, in seconds since the drop. @param {string} clip */
async function round(clip) {
  const visitor = await visit({ run: { size: "128" }, instead });
  try {
    const { page } = visitor;
    const dropped = performance.now();
    const passed = () => (performance.now() - dropped) / 1000;
    await give(page, clip);
    await page.locator('main[data-state="choosing"]').waitFor({ timeout: 120_000 });
    const candidate = passed();
    await page.getByRole("button", { name: "Colour it", exact: true }).click();
    await page.waitForFunction(() => /^\d+ of/.test(document.getElementById("tally-frames")?.textContent ?? ""), null, { timeout: 120_000 });
    return { candidate, frame: passed() };
  } finally {
    await visitor.close();
  }
}

const folder = await clipFolder();
try {
  const clip = await makeClip(folder.path("clip.mp4"), { size: options.clip, frames: 48 });
  const rounds = [];
  for (let i = 0; i < Number(options.rounds); i++) rounds.push(await round(clip));
  const of = (/** @type {"candidate" | "frame"} */ what) => Number(median(rounds.map((round) => round[what])).toFixed(2));
  console.log(JSON.stringify({ benchmark: "start", ...options, candidate_seconds: of("candidate"), frame_seconds: of("frame") }));
} finally {
  await folder.remove();
}
