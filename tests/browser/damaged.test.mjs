/** Files that are damaged, or unusual and whole: everything in them that can be decoded is coloured, and the rest is named. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { ffmpeg, lumaPsnr, makeClip, measure } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });

/** Colours a file. @param {string} input */
async function coloured(input) {
  const output = `${input}-out.mp4`;
  const line = await colorize(visitor.page, { input, output, timeout: 120 });
  assert.ok(line.ok, JSON.stringify(line));
  assert.deepEqual(visitor.uncaught, []);
  const result = await measure(output);
  assert.equal(result.times.length, line.frames);
  return { ...result, frames: Number(line.frames), notes: /** @type {string[]} */ (line.notes), output };
}

/** A clip of 40 noisy frames in 4 seconds, a key frame every second. @param {string} name @param {string[]} options */
function longer(name, ...options) {
  const video = ["-c:v", "libx264", "-g", "10", "-bf", "2", "-crf", "24", ...options];
  return makeClip(folder.path(name), { size: "96x64", frames: 40, filter: "noise=alls=12:allf=t", video, sound: ["-c:a", "aac"] });
}

/** @param {string} file @param {string} name @param {(bytes: Buffer) => Buffer} change */
async function changed(file, name, change) {
  const path = folder.path(name);
  await writeFile(path, change(await readFile(file)));
  return path;
}

/** Some bytes in the middle are lost. @param {Buffer} bytes @param {number} many */
function zeroed(bytes, many) {
  return bytes.fill(0, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.4) + many);
}

for (const [container, least, damage] of /** @type {[string, number, (bytes: Buffer) => Buffer][]} */ ([
  ["mp4", 30, (bytes) => zeroed(bytes, 1200)],
  ["ts", 30, (bytes) => zeroed(bytes, 1200)],
  ["mkv", 28, (bytes) => {
    for (let at = 0; at < 30; at++) bytes[Math.floor(bytes.length * (0.4 + (0.02 * at) / 30))] = (at * 7919 + 13) & 255;
    return bytes;
  }],
])) {
  test(`damage in the middle of .${container} is passed over at the next key frame, and the sound stays in step`, async () => {
    const whole = await longer(`whole.${container}`);
    const { frames, times, sound, notes } = await coloured(await changed(whole, `damaged.${container}`, damage));
    assert.ok(frames >= least, `only ${frames} of 40 frames`);
    assert.ok(Math.abs(times.at(-1) - times[0] - 3.9) < 0.01, `from ${times[0]} to ${times.at(-1)}`);
    assert.ok((sound?.seconds ?? 0) > 3.6, `sound of ${sound?.seconds} s`);
    if (frames < 40) assert.match(notes.join(), /damaged from 0:01\.\d to 0:0[12]\.\d/);
    assert.doesNotMatch(notes.join(), /breaks off/);
  });
}

test("where damage takes a whole cluster, with no word from the decoder, its seconds are named", async () => {
  const input = await changed(await longer("clusters.mkv", "-cluster_time_limit", "900"), "cluster-lost.mkv", (bytes) => {
    const first = bytes.indexOf(Buffer.from([0x1f, 0x43, 0xb6, 0x75]), Math.floor(bytes.length * 0.3));
    return Buffer.concat([bytes.subarray(0, first), bytes.subarray(first + 300)]);
  });
  const { frames, times, notes } = await coloured(input);
  assert.ok(frames >= 20 && frames < 40, `${frames} of 40 frames`);
  assert.ok(Math.abs(times.at(-1) - times[0] - 3.9) < 0.01);
  assert.match(notes.join(), /damaged from 0:0\d\.\d to 0:0\d\.\d/);
});

for (const [kind, damage] of /** @type {[string, (bytes: Buffer, at: number) => Buffer][]} */ ([
  ["bytes are inserted", (bytes, at) => Buffer.concat([bytes.subarray(0, at), Buffer.alloc(300, 0x5a), bytes.subarray(at)])],
  ["bytes are lost", (bytes, at) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 211)])],
  ["bytes are others", (bytes, at) => bytes.fill(0xa3, at, at + 211)],
])) {
  test(`live Matroska in which ${kind} within a cluster is read on behind them, and that is said`, async () => {
    const video = ["-c:v", "libvpx", "-g", "5", "-live", "1"];
    const whole = await makeClip(folder.path("live.webm"), { frames: 40, filter: "noise=alls=12:allf=t", video, sound: ["-c:a", "libopus"] });
    const input = await changed(whole, "damaged-cluster.webm", (bytes) => damage(bytes, Math.floor(bytes.length * 0.45)));
    const { frames, times, notes } = await coloured(input);
    assert.ok(frames >= 38, `only ${frames} of 40 frames`);
    assert.ok(Math.abs(times.at(-1) - times[0] - 3.9) < 0.01, `from ${times[0]} to ${times.at(-1)}`);
    assert.match(notes.join(), /damaged/);
    assert.doesNotMatch(notes.join(), /breaks off/);
  });
}

test("a transport stream with one frame, of which nothing says how long it is shown", async () => {
  const { frames, notes } = await coloured(await makeClip(folder.path("one.ts"), { frames: 1, rate: 5, sound: ["-c:a", "libmp3lame"] }));
  assert.deepEqual([frames, notes], [1, []]);
});

test("a transport stream that gets out of step is read on", async () => {
  const whole = await longer("step.ts");
  const [third, second] = [1 / 3, 2 / 3];
  const input = await changed(whole, "out-of-step.ts", (bytes) => {
    const inserted = Math.floor(bytes.length * third);
    const overwritten = Math.floor((bytes.length * second) / 188) * 188;
    bytes.fill(255, overwritten, overwritten + 3 * 188);
    return Buffer.concat([Buffer.from([1, 2, 3, 4, 5]), bytes.subarray(0, inserted), Buffer.from([1, 2, 3]), bytes.subarray(inserted)]);
  });
  const { frames, times } = await coloured(input);
  assert.ok(frames >= 30, `only ${frames} of 40 frames`);
  assert.ok(Math.abs(times.at(-1) - times[0] - 3.9) < 0.01);
});

test("a transport stream with nothing in its last quarter ends, as does WebM with bytes that are no part of it", async () => {
  const tape = await longer("end.ts");
  const { frames } = await coloured(await changed(tape, "no-end.ts", (bytes) => bytes.fill(0, Math.floor(bytes.length * 0.75))));
  assert.ok(frames >= 20 && frames < 40, `${frames} of 40 frames`);
  const video = ["-c:v", "libvpx", "-g", "10", "-cluster_time_limit", "1000"];
  const web = await makeClip(folder.path("end.webm"), { frames: 40, video });
  for (const where of [0.8, 1]) {
    const garbage = Buffer.from(Array.from({ length: 200 }, (_, at) => (at * 7919 + 13) & 255));
    const input = await changed(web, `garbage-${where}.webm`, (bytes) => {
      const at = Math.floor(bytes.length * where);
      return Buffer.concat([bytes.subarray(0, at), garbage, bytes.subarray(at)]);
    });
    const { frames: there } = await coloured(input);
    assert.ok(there >= (where === 1 ? 40 : 20), `${there} of 40 frames`);
  }
});

/** Matroska without an index, of 40 frames; clusters are shorter than the way from key frame to key frame. @param {string} name */
function withoutIndex(name) {
  const video = ["-c:v", "libx264", "-g", "100", "-live", "1", "-cluster_time_limit", "500", "-f", "matroska"];
  return makeClip(folder.path(name), { frames: 40, video });
}

test("Matroska without an index, with key frames further apart than clusters", async () => {
  const input = await withoutIndex("live.mkv");
  const { frames, output, notes } = await coloured(input);
  assert.equal(frames, 40);
  assert.deepEqual(notes, []);
  assert.ok((await lumaPsnr(input, output)).worst > 34);
});

test("the same, cut off", async () => {
  const input = await changed(await withoutIndex("live-whole.mkv"), "live-cut.mkv", (bytes) => bytes.subarray(0, bytes.length * 0.7));
  const { stdout } = await ffmpeg(["-i", input, "-f", "framemd5", "-"]).catch((error) => error);
  const decodable = stdout.split("\n").filter((/** @type {string} */ line) => /^0,/.test(line)).length;
  const { frames, notes } = await coloured(input);
  assert.match(notes.join(), /breaks off/);
  assert.ok(decodable > 10 && Math.abs(frames - decodable) <= 1, `${frames} of ${decodable} frames`);
});

test("frames before zero are frames", async () => {
  const video = ["-c:v", "libvpx", "-output_ts_offset", "-0.3", "-avoid_negative_ts", "disabled"];
  const { frames, times } = await coloured(await makeClip(folder.path("before-zero.mkv"), { video, sound: ["-c:a", "libopus"] }));
  assert.equal(frames, 12);
  assert.ok(Math.abs(times[11] - times[0] - 1.1) < 0.002, `${times}`);
});

test("recordings that were put one behind the other are one film, though the clock begins again", async () => {
  const parts = [];
  for (const name of ["first.ts", "second.ts"]) parts.push(await readFile(await makeClip(folder.path(name), { frames: 12, sound: ["-c:a", "aac"] })));
  const input = folder.path("joined.ts");
  await writeFile(input, Buffer.concat(parts));
  const { frames, times, sound } = await coloured(input);
  assert.equal(frames, 24);
  assert.ok(Math.abs(times.at(-1) - times[0] - 2.3) < 0.15, `from ${times[0]} to ${times.at(-1)}`);
  assert.ok((sound?.seconds ?? 0) > 2.1, `sound of ${sound?.seconds} s`);
});

test("a picture that changes its size keeps its first one, and that is said", async () => {
  const parts = [];
  for (const [at, size] of ["96x64", "128x80"].entries()) {
    const video = ["-c:v", "libx264", "-muxdelay", "0", "-output_ts_offset", String(1 + at * 0.6)];
    parts.push(await readFile(await makeClip(folder.path(`${size}.ts`), { size, frames: 6, video })));
  }
  const input = folder.path("two-sizes.ts");
  await writeFile(input, Buffer.concat(parts));
  const { frames, width, height, notes } = await coloured(input);
  assert.deepEqual([frames, width, height], [12, 96, 64]);
  assert.match(notes.join(), /changes its size/);
});
