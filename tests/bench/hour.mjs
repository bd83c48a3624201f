/**
 * Benchmark: an hour of film, at few frames a second so that a processor comes to its end, with a second of white and of sound every minute.
 * Prints one line of JSON: the memory that the page holds early and late, the frames in and out, how far sound and picture are apart in
 * the last minutes, and how long the coloured film takes to be shown from its middle. `node tests/bench/hour.mjs [MINUTES]`
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { clipFolder } from "../browser/clips.mjs";
import { heldBy } from "../browser/memory.mjs";
import { give, save, settled } from "../browser/page.mjs";
import { visit } from "../browser/visit.mjs";

const run = promisify(execFile);
const RATE = 4;
const MINUTES = Number(process.argv[2] ?? 60);

/** A film with PCM sound, which no MP4 of ours keeps as it is. @param {string} file */
async function makeFilm(file) {
  const seconds = 60 * MINUTES;
  const mark = "lt(mod(t,60),1)";
  await ffmpeg([
    "-f", "lavfi", "-i", `testsrc2=s=320x240:r=${RATE}:d=${seconds}`,
    "-f", "lavfi", "-i", `aevalsrc='if(${mark.replaceAll(",", "\\,")},0.5*sin(2*PI*1000*t),0)':s=44100:d=${seconds}`,
    "-vf", `format=gray,drawbox=t=fill:c=white:enable='${mark}',format=yuv420p`,
    "-c:v", "libx264", "-preset", "ultrafast", "-g", String(10 * RATE), "-c:a", "pcm_s16le", file,
  ]);
  return file;
}

/** When the last mark begins in the picture, or in the sound, in seconds. @param {string} file */
async function lastMarks(file) {
  const from = 60 * MINUTES - 90;
  const { stderr: picture } = await ffmpeg(["-v", "info", "-copyts", "-ss", String(from), "-i", file, "-an", "-vf", "blackframe=amount=0:threshold=200", "-f", "null", "-"]);
  const white = [...picture.matchAll(/pblack:(\d+).* t:([\d.]+)/g)].filter(([, black]) => Number(black) < 5).map(([, , time]) => Number(time));
  const { stderr: sound } = await ffmpeg(["-v", "info", "-copyts", "-ss", String(from), "-i", file, "-vn", "-af", "silencedetect=n=-30dB:d=2", "-f", "null", "-"]);
  const loud = [...sound.matchAll(/silence_end: ([\d.]+)/g)].map(([, time]) => Number(time));
  const begins = white.filter((time, index) => index === 0 || time - white[index - 1] > 2);
  return { picture: begins.at(-1), sound: loud.filter((time) => time < 60 * MINUTES - 1).at(-1) };
}

/** @param {string} file */
async function framesOf(file) {
  const { stdout } = await run("ffprobe", ["-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", file]);
  return Number.parseInt(stdout);
}

/** @param {string[]} options */
function ffmpeg(options) {
  return run("ffmpeg", ["-hide_banner", "-nostdin", "-y", ...options], { maxBuffer: 1 << 28 });
}

const folder = await clipFolder();
const visitor = await visit({ run: { size: "32", passes: "0" } });
try {
  const { page } = visitor;
  const film = await makeFilm(folder.path("hour.mov"));
  await give(page, film);
  await reached("choosing");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  const held = [];
  for (const share of [0.1, 0.95]) {
    const frames = Math.round(share * 60 * MINUTES * RATE);
    await page.waitForFunction((frames) => Number(document.getElementById("tally-frames")?.textContent?.match(/^\d+/)?.[0]) >= frames, frames, { timeout: 0, polling: 1000 });
    held.push(Math.round((await heldBy(page, "now")) / 1e6));
  }
  await reached("finished");
  const output = folder.path("hour-out.mp4");
  await save(page, output);
  const before = Date.now();
  await page.locator("#result").evaluate((video) => new Promise((shown) => {
    const result = /** @type {HTMLVideoElement} */ (video);
    result.addEventListener("seeked", shown, { once: true });
    result.currentTime = result.duration / 2;
  }));
  const sought = Date.now() - before;
  console.log(JSON.stringify({
    benchmark: "hour", minutes: MINUTES, frames: [await framesOf(film), await framesOf(output)], megabytes: held, sought,
    marks: [await lastMarks(film), await lastMarks(output)],
  }));
} finally {
  await visitor.close();
  await folder.remove();
}

/** @param {string} state */
async function reached(state) {
  const error = await settled(visitor.page, state, 7_200_000);
  if (error) throw new Error(`${error.code}: ${error.message}`);
}
