/**
 * Colours clips on the real page and compares what comes out with what went in:
 *
 *   node tests/bench/fidelity.mjs OUT_FOLDER CLIP...
 *
 * Prints a Markdown table; the exit status is 1 where a clip lost frames, size, time, sound or brightness.
 */
import { basename, extname, join } from "node:path";
import { lumaPsnr, measure, saturation, soundHash } from "../browser/clips.mjs";
import { colorizeFile } from "../browser/colorize.mjs";

const RUN = { device: "cpu", size: "128", passes: "1" };
/** Encoding loss that nobody sees, in dB on the worst frame. */
const LUMA = 38;
const SECONDS = 0.001;

/** @param {string} input @param {string} output */
async function compare(input, output) {
  const run = await colorizeFile({ input, output, ...RUN });
  if (!run.ok) return { row: [basename(input), String(run.code)], kept: false };
  const [source, result] = await Promise.all([measure(input), measure(output)]);
  const { frames, worst } = await lumaPsnr(input, output);
  const colour = await saturation(output);
  const sound = source.sound ? (await soundHash(input)) === (await soundHash(output)) : result.sound === null;
  const drift = Math.max(...source.times.map((time, i) => Math.abs(time - source.times[0] - result.times[i] + result.times[0])));
  const size = `${result.width}x${result.height}`;
  const kept = frames === source.times.length && result.times.length === frames && drift < SECONDS && sound &&
    size === `${source.width}x${source.height}` && worst >= LUMA && colour > 0;
  const pace = Number(run.frames) / Number(run.seconds);
  const row = [basename(input), `${result.times.length}/${source.times.length}`, size, drift.toFixed(4), source.sound?.codec ?? "none",
    String(sound), worst.toFixed(1), colour.toFixed(1), pace.toFixed(2), String(run.candidate), `${run.videoCodec} ${run.container}`];
  return { row, kept };
}

const [folder, ...clips] = process.argv.slice(2);
if (!folder || clips.length === 0) throw new Error("usage: fidelity.mjs OUT_FOLDER CLIP...");
const columns = ["clip", "frames", "size", "drift (s)", "sound", "sound kept", "worst luma (dB)", "saturation", "frames/s", "candidate", "written as"];
console.log(`| ${columns.join(" | ")} |\n|${" --- |".repeat(columns.length)}`);
for (const clip of clips) {
  const output = join(folder, `${basename(clip, extname(clip))}.mp4`);
  const { row, kept } = await compare(clip, output);
  console.log(`| ${row.join(" | ")} |`);
  if (!kept) process.exitCode = 1;
}
