#!/usr/bin/env node
/**
 * Gives the page inputs that nobody thought of: of any format, size, rate and tracks, whole or damaged, each from its own number, so
 * that every one can be made again.
 *
 *   node tests/browser/generated.mjs [HOW MANY] [FIRST NUMBER]
 *
 * Of each it asks that the page comes to an end, that what it has made holds as many frames as ffmpeg can decode of the input (or a
 * note says otherwise), and that it can be used afterwards. Inputs that fail stay in target/generated.
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { clipFolder, ffmpeg, makeClip } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { state } from "./page.mjs";
import { visit } from "./visit.mjs";

const FAILED = fileURLToPath(new URL("../../target/generated/", import.meta.url));
/** No input of this size takes a working page so long, in seconds. */
const PATIENCE = 90;

/** @typedef {ReturnType<typeof chance>} Chance */
/** @typedef {{ file: string, damaged: boolean, what: string }} Input */

/** Numbers that look random and are the same for the same seed (Mulberry32). @param {number} seed */
function chance(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (/** @type {number} */ limit) => Math.floor(next() * limit);
  return { next, below, /** @template T @param {T[]} choices */ of: (choices) => /** @type {T} */ (choices[below(choices.length)]) };
}

const QUICK = ["-preset", "veryfast"];
const H264 = [["-bf", "0"], ["-bf", "2"], ["-g", "3"], ["-g", "1"], ["-profile:v", "baseline"], ["-pix_fmt", "yuv444p"], ["-flags", "+ildct+ilme"]];
const VP8 = [["-c:v", "libvpx", "-deadline", "realtime"], ["-c:v", "libvpx", "-deadline", "realtime", "-g", "3"]];
const VP9 = [["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"], ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "2"]];
const AAC = ["-c:a", "aac"];
const OPUS = ["-c:a", "libopus"];
const MP3 = ["-c:a", "libmp3lame"];

/** What a container holds, and how it may be written. @type {Record<string, { video: string[][], sound: (string[] | null)[], ways: string[][] }>} */
const CONTAINERS = {
  mp4: {
    video: [...H264.map((options) => ["-c:v", "libx264", ...QUICK, ...options]), ...VP9],
    sound: [null, AAC, MP3, ["-c:a", "ac3"]],
    ways: [[], ["-movflags", "+faststart"], ["-movflags", "frag_keyframe+delay_moov"], ["-movflags", "frag_every_frame+delay_moov+default_base_moof"]],
  },
  mov: { video: [["-c:v", "libx264", ...QUICK], ["-c:v", "mjpeg"]], sound: [null, AAC, ["-c:a", "pcm_s16le"], ["-c:a", "alac"]], ways: [[]] },
  mkv: {
    video: [...H264.map((options) => ["-c:v", "libx264", ...QUICK, ...options]), ...VP8],
    sound: [null, AAC, OPUS, MP3, ["-c:a", "flac"]],
    ways: [[], ["-live", "1"], ["-live", "1", "-cluster_time_limit", "200"], ["-output_ts_offset", "-0.2", "-avoid_negative_ts", "disabled"]],
  },
  webm: { video: [...VP8, ...VP9], sound: [null, OPUS, ["-c:a", "libvorbis"]], ways: [[], ["-live", "1"]] },
  ts: { video: [["-c:v", "libx264", ...QUICK, "-bf", "2"], ["-c:v", "libx264", ...QUICK, "-g", "3"], ["-c:v", "mpeg2video"]], sound: [null, AAC, MP3], ways: [[], ["-mpegts_m2ts_mode", "1"]] },
  avi: { video: [["-c:v", "mpeg4"]], sound: [null], ways: [[]] },
};

const PHOTOS = ["jpg", "png", "webp", "gif", "bmp"];

/** What may happen to a file on its way. @type {Record<string, (bytes: Buffer, chance: Chance) => Buffer>} */
const DAMAGES = {
  "cut off": (bytes, { below }) => bytes.subarray(0, below(bytes.length)),
  "bytes changed": (bytes, { below }) => {
    for (let many = 1 + below(40); many > 0; many--) bytes[below(bytes.length)] = below(256);
    return bytes;
  },
  "a stretch zeroed": (bytes, { below }) => {
    const from = below(bytes.length);
    return bytes.fill(0, from, Math.min(bytes.length, from + below(1 + bytes.length / 4)));
  },
  "bytes inserted": (bytes, { below }) => {
    const at = below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length: 1 + below(300) }, () => below(256))), bytes.subarray(at)]);
  },
  "bytes lost": (bytes, { below }) => {
    const at = below(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(300))]);
  },
};

/** Makes an input. @param {number} number @param {(name: string) => string} path @returns {Promise<Input>} */
async function makeInput(number, path) {
  const random = chance(number);
  const whole = random.below(8) === 0 ? await makePhoto(number, random, path) : await makeFilm(number, random, path);
  if (random.below(5) < 2) return { ...whole, damaged: false };
  const damage = random.of(Object.keys(DAMAGES));
  await writeFile(whole.file, DAMAGES[damage](await readFile(whole.file), random));
  return { file: whole.file, damaged: true, what: `${whole.what}, ${damage}` };
}

/** @param {number} number @param {Chance} random @param {(name: string) => string} path */
async function makeFilm(number, random, path) {
  const container = random.of(Object.keys(CONTAINERS));
  const { video, sound, ways } = CONTAINERS[container];
  const [codec, with_, way] = [random.of(video), random.of(sound), random.of(ways)];
  const odd = codec.includes("libvpx-vp9") && random.below(2);
  // The added decoder's older codecs take no narrower picture, which foreign.test.mjs shows.
  const narrowest = codec.some((option) => /^mpeg/.test(option)) ? 24 : 16;
  const size = `${Math.max(narrowest, 16 + 2 * random.below(32) + odd)}x${16 + 4 * random.below(12) + odd}`;
  const options = { size, frames: 1 + random.below(9), rate: random.of([5, 10, "25/2", 24, "30000/1001", 50]), video: [...codec, ...way], sound: with_ };
  const file = await makeClip(path(`${number}.${container}`), options);
  return { file, what: `${container}, ${size}, ${options.frames} frames at ${options.rate}, ${options.video.join(" ")}, ${with_?.[1] ?? "silent"}` };
}

/** @param {number} number @param {Chance} random @param {(name: string) => string} path */
async function makePhoto(number, random, path) {
  const [format, size] = [random.of(PHOTOS), `${1 + random.below(64)}x${1 + random.below(48)}`];
  const file = path(`${number}.${format}`);
  await ffmpeg(["-f", "lavfi", "-i", `testsrc2=s=128x96:r=5:d=1`, "-vf", `format=gray,scale=${size.replace("x", ":")}`, ...(format === "gif" ? [] : ["-frames:v", "1"]), file]);
  return { file, what: `${format}, ${size}` };
}

/** How many frames ffmpeg makes of a file, whatever it has to say of it. @param {string} file */
async function decodable(file) {
  const { stdout } = await ffmpeg(["-i", file, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]).catch((error) => error);
  return String(stdout ?? "").split("\n").filter((line) => line.startsWith("0,")).length;
}

/** What is wrong with what the page makes of an input; null if nothing is. @param {Awaited<ReturnType<typeof visit>>} visitor @param {Input} input */
async function complaint({ page, uncaught }, { file, damaged }) {
  const output = `${file}-out`;
  const line = await colorize(page, { input: file, output, timeout: PATIENCE });
  if (uncaught.length > 0) return `uncaught: ${uncaught.splice(0).join()}`;
  if (["reading", "coloring"].includes((await state(page)) ?? "")) return "the page waits for nothing";
  if (!line.ok) return damaged ? null : `refused: ${line.code} (${line.message})`;
  const photo = line.frames === undefined;
  const [frames, there, written] = [photo ? 1 : Number(line.frames), await decodable(file), await decodable(output)];
  if (written !== frames) return `the page says ${frames} frames, and its file has ${written}`;
  const notes = /** @type {string[]} */ (line.notes);
  return frames < there && notes.length === 0 ? `${frames} of ${there} frames, without a word` : null;
}

/**
 * Gives the page so many inputs, one after the other, and tells what it does with them.
 * @param {number} many @param {number} first @param {(line: string) => void} tell
 * @returns {Promise<string[]>} what is wrong
 */
export async function giveGenerated(many, first, tell) {
  const folder = await clipFolder();
  const wrong = [];
  let visitor = await visit({ run: { size: "32" } });
  try {
    for (let number = first; number < first + many; number++) {
      const input = await makeInput(number, folder.path);
      const found = await complaint(visitor, input).catch((/** @type {Error} */ error) => `hangs: ${error.message.split("\n")[0]}`);
      tell(`${number}: ${input.what}${found ? `: ${found}` : ""}`);
      if (!found) continue;
      wrong.push(`${basename(input.file)} (${input.what}): ${found}`);
      await mkdir(FAILED, { recursive: true });
      await copyFile(input.file, `${FAILED}${basename(input.file)}`);
      await visitor.close();
      visitor = await visit({ run: { size: "32" } });
    }
    const line = await colorize(visitor.page, { input: await makeClip(folder.path("good.mp4"), { frames: 3 }), output: folder.path("good-out.mp4"), timeout: PATIENCE });
    if (line.frames !== 3) wrong.push(`the page cannot be used afterwards: ${JSON.stringify(line)}`);
  } finally {
    await visitor.close();
    await folder.remove();
  }
  return wrong;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [many = "500", first = "1"] = process.argv.slice(2);
  const wrong = await giveGenerated(Number(many), Number(first), console.log);
  console.log(wrong.length === 0 ? `${many} inputs, and nothing wrong` : `${wrong.length} of ${many} went wrong:\n${wrong.join("\n")}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
