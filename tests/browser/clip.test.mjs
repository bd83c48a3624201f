/** Whatever a clip's size, timing, codec and sound: they come back as they were, in colour. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { ffmpeg, lumaPsnr, makeClip, measure, saturation, soundHash } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { sharedVisit } from "./shared-visit.mjs";

/** The loss that the encoder may cause. */
const LEAST_PSNR = 38;
/** Chromium's H.264 encoder takes no quantizer, and begins a grainy clip with less than it comes to, whatever its bitrate. */
const LEAST_PSNR_OF_GRAIN = 36;
/** ffmpeg's saturation of a clip that is visibly coloured; grey ones have less than 1. */
const LEAST_SATURATION = 2;

const { visitor, folder } = await sharedVisit();

/** Colours a clip and checks all that every clip has to keep. @param {string} input @param {number} least of the luma's PSNR */
async function kept(input, least = LEAST_PSNR) {
  const output = `${input}-out`;
  // The likeliest colouring of a test pattern, which shows nothing that is known, is pale.
  const line = await colorize(visitor.page, { input, output, candidate: "3", timeout: 300 });
  assert.ok(line.ok, JSON.stringify(line));
  const [source, result] = [await measure(input), await measure(output)];
  assert.equal(line.frames, source.times.length);
  assert.deepEqual([result.width, result.height], [source.width, source.height]);
  assert.equal(result.aspect.replace("N/A", "1:1"), source.aspect.replace("N/A", "1:1"));
  assert.equal(result.rotation, source.rotation);
  sameTimes(result.times, source.times);
  assert.equal(result.sound?.codec, source.sound?.codec);
  assert.equal(result.sound?.packets, source.sound?.packets);
  const psnr = await lumaPsnr(input, output);
  assert.equal(psnr.frames, source.times.length);
  assert.ok(psnr.worst >= least, `luma at ${psnr.worst} dB`);
  assert.ok((await saturation(output)) >= LEAST_SATURATION, "no visible colour");
  assert.deepEqual(visitor.uncaught, []);
  return { line, source, result, output };
}

/** @param {number[]} result @param {number[]} source seconds */
function sameTimes(result, source) {
  assert.equal(result.length, source.length);
  // A transport stream's clock starts anywhere; the written file's starts at its first picture or sound.
  const start = source[0] > 1 ? source[0] - result[0] : 0;
  for (const [index, time] of source.entries()) {
    assert.ok(Math.abs(result[index] - (time - start)) < 0.0002, `frame ${index}: ${result[index]} for ${time}`);
  }
}

test("H.264 with AAC: same frames, time stamps and sound", async () => {
  const input = await makeClip(folder.path("plain.mp4"), { size: "160x120", frames: 24, rate: 12, sound: ["-c:a", "aac"] });
  const { line, source, result, output } = await kept(input);
  assert.equal(line.container, "mp4");
  assert.equal(line.videoCodec, "avc");
  assert.equal(await soundHash(output), await soundHash(input));
  assert.ok(Math.abs(result.seconds - source.seconds) < 0.001);
  assert.ok(Math.abs((result.sound?.seconds ?? 0) - (source.sound?.seconds ?? 0)) < 0.03);
});

test("VP9 with Opus in WebM", async () => {
  const video = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"];
  const input = await makeClip(folder.path("vp9.webm"), { video, sound: ["-c:a", "libopus"] });
  const { output } = await kept(input);
  assert.equal(await soundHash(output), await soundHash(input));
});

test("H.264 with MP3 in Matroska", async () => {
  const { output } = await kept(await makeClip(folder.path("film.mkv"), { sound: ["-c:a", "libmp3lame"] }));
  assert.equal((await measure(output)).sound?.codec, "mp3");
});

test("a transport stream, whose clock starts anywhere", async () => {
  await kept(await makeClip(folder.path("tape.ts"), { sound: ["-c:a", "aac"] }));
});

test("no sound", async () => {
  const { line } = await kept(await makeClip(folder.path("silent.mp4")));
  assert.equal(line.audio, null);
});

test("odd sizes lose no pixel", async () => {
  const video = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"];
  await kept(await makeClip(folder.path("odd.webm"), { size: "177x99", video }));
});

test("one frame", async () => {
  await kept(await makeClip(folder.path("one.mp4"), { frames: 1 }));
});

test("4K", { timeout: 600_000 }, async () => {
  const video = ["-c:v", "libx264", "-preset", "ultrafast"];
  await kept(await makeClip(folder.path("4k.mp4"), { size: "3840x2160", frames: 3, video }));
});

test("a variable frame rate", async () => {
  const filter = "settb=1/1000,setpts='N*100+30*mod(N\\,3)+400*gt(N\\,6)'";
  const video = ["-c:v", "libx264", "-fps_mode", "vfr", "-video_track_timescale", "90000"];
  const { source } = await kept(await makeClip(folder.path("variable.mp4"), { filter, video }));
  assert.ok(new Set(source.times.slice(1).map((time, at) => (time - source.times[at]).toFixed(3))).size > 2);
});

test("29.97 frames a second keep their exact times", async () => {
  const { source } = await kept(await makeClip(folder.path("ntsc.mp4"), { rate: "30000/1001", frames: 15 }));
  const last = source.times.length - 1;
  assert.ok(Math.abs(source.times[last] - (last * 1001) / 30000) < 0.0002);
});

test("rotation", async () => {
  const upright = await makeClip(folder.path("upright.mp4"));
  const turned = folder.path("turned.mp4");
  await ffmpeg(["-display_rotation", "90", "-i", upright, "-c", "copy", turned]).catch(() =>
    ffmpeg(["-i", upright, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned]));
  const { source, line } = await kept(turned);
  assert.notEqual(source.rotation, 0);
  assert.deepEqual([line.width, line.height], [64, 96]);
  const portrait = await visitor.page.evaluate(() => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (document.querySelector(".candidate .color"));
    const { videoWidth, videoHeight } = /** @type {HTMLVideoElement} */ (document.getElementById("result"));
    return [height > width, videoHeight > videoWidth];
  });
  assert.deepEqual(portrait, [true, true], "the preview or the result lies on its side");
});

for (const [shape, container] of [["4/3", "mp4"], ["2300/2303", "mp4"], ["16/11", "mp4"], ["16/11", "mov"]]) {
  test(`pixels of the shape ${shape} keep it exactly, ${container}, and the file's own size is named`, async () => {
    const { line, source } = await kept(await makeClip(folder.path(`${shape.replace("/", "-")}.${container}`), { filter: `setsar=${shape}:max=10000` }));
    assert.equal(source.aspect, shape.replace("/", ":"));
    assert.deepEqual([line.width, line.height], [96, 64]);
    assert.match(await visitor.page.locator("section.finished .facts").innerText(), /96 × 64/);
  });
}

test("full range and a named matrix are kept", async () => {
  const video = ["-c:v", "libx264", "-pix_fmt", "yuvj420p", "-color_range", "pc", "-colorspace", "bt709"];
  const { result } = await kept(await makeClip(folder.path("full.mp4"), { video }));
  assert.deepEqual([result.matrix, result.range], ["bt709", "pc"]);
});

test("where the file names no matrix, its size decides, and the result says so", async () => {
  const { result } = await kept(await makeClip(folder.path("unnamed.mp4")));
  assert.deepEqual([result.matrix, result.range], ["smpte170m", "tv"]);
});

for (const format of ["yuv422p", "yuv444p", "yuv420p10le", "gray"]) {
  test(`source pixels in ${format}`, async () => {
    const video = ["-c:v", "libx264", "-pix_fmt", format];
    await kept(await makeClip(folder.path(`${format}.mp4`), { frames: 6, video }));
  });
}

test("10 bits in VP9", async () => {
  const video = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p10le"];
  await kept(await makeClip(folder.path("deep.webm"), { frames: 6, video }));
});

for (const [grain, crf] of [[8, 23], [14, 27], [18, 18]]) {
  test(`film grain of strength ${grain} stays within encoding loss`, async () => {
    const video = ["-c:v", "libx264", "-crf", String(crf)];
    const filter = `noise=alls=${grain}:allf=t`;
    const { line } = await kept(await makeClip(folder.path(`grain${grain}.mp4`), { size: "320x240", frames: 20, rate: 25, filter, video }), LEAST_PSNR_OF_GRAIN);
    assert.equal(line.videoCodec, "avc", "players refuse other codecs in MP4");
    assert.equal(await visitor.page.locator("#save").innerText(), "Save as MP4 (H.264)");
  });
}

const real = fileURLToPath(new URL("../../../shared/data/bw/clips/chaplin_moviepy_a.mp4", import.meta.url));
test("a clip from a real film", { skip: existsSync(real) ? false : "needs the data folder ../shared/data", timeout: 600_000 }, async () => {
  const input = folder.path("film.mp4");
  await ffmpeg(["-i", real, "-frames:v", "24", "-c", "copy", input]);
  await kept(input);
});
