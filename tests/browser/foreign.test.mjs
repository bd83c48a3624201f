/** Films in formats that no browser reads: by way of the added decoder, and by the browser's own decoder of pictures. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { ffmpeg, lumaPsnr, makeClip, measure } from "./clips.mjs";
import { addressOf, colorize } from "./colorize.mjs";
import { give, launch, settled, shownError, state } from "./page.mjs";
import { serve } from "./serve.mjs";
import { sharedVisit } from "./shared-visit.mjs";
import { dist } from "./visit.mjs";

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });

/** The copies that the added decoder has made, by their names in the browser's private file system. */
const copies = () => visitor.page.evaluate(async () => {
  const names = [];
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("chromaflow-converted", { create: true });
  for await (const [name, entry] of /** @type {any} */ (folder).entries()) {
    // The description is there, and empty, before it is written; those of earlier films are cleared away meanwhile.
    if (name.endsWith(".json") && (await entry.getFile().catch(() => null))?.size > 0) names.push(name.slice(0, -5));
  }
  return names;
});

/** @param {string} name */
const bytesOf = (name) => visitor.page.evaluate(async (name) => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("chromaflow-converted");
  const read = async (/** @type {string} */ name) => (await folder.getFileHandle(name)).getFile();
  return { bytes: [...new Uint8Array(await (await read(name)).arrayBuffer())], said: JSON.parse(await (await read(`${name}.json`)).text()) };
}, name);

/** Has the added decoder copy a file, without waiting for colours. @param {string} input @param {string} output */
async function copied(input, output) {
  const earlier = await copies();
  await give(visitor.page, input);
  for (const end = Date.now() + 60_000; ; await visitor.page.waitForTimeout(50)) {
    const name = (await copies()).find((name) => !earlier.includes(name));
    const error = await shownError(visitor.page);
    assert.equal(error, null);
    assert.ok(Date.now() < end, "no copy is made");
    if (!name) continue;
    const { bytes, said } = await bytesOf(name);
    await writeFile(output, new Uint8Array(bytes));
    return said;
  }
}

/** What each kind of file is made with, and what the codec of its sound is in the copy. */
const KINDS = [
  { file: "motion-jpeg.avi", video: ["-c:v", "mjpeg", "-q:v", "2"], sound: ["-c:a", "pcm_s16le"], heard: "pcm_s16le" },
  { file: "xvid.avi", video: ["-c:v", "libxvid", "-q:v", "2", "-bf", "2"], sound: ["-c:a", "mp3"], heard: "mp3" },
  { file: "h264.avi", video: ["-c:v", "libx264"], sound: ["-c:a", "mp3"], heard: "mp3" },
  { file: "mpeg1.mpg", rate: 25, video: ["-c:v", "mpeg1video", "-q:v", "2"], sound: ["-c:a", "mp2"], heard: "aac" },
  { file: "mpeg2.vob", rate: 25, video: ["-c:v", "mpeg2video", "-q:v", "2", "-bf", "2"], sound: ["-c:a", "ac3"], heard: "ac3" },
  { file: "windows.wmv", video: ["-c:v", "wmv2", "-q:v", "2"], sound: ["-c:a", "wmav2"], heard: "aac" },
  { file: "h264.flv", video: ["-c:v", "libx264"], sound: ["-c:a", "aac"], heard: "aac", exact: true },
  { file: "theora.ogv", video: ["-c:v", "libtheora", "-q:v", "10"], sound: ["-c:a", "libvorbis"], heard: "aac" },
  { file: "prores.mov", video: ["-c:v", "prores_ks"], sound: ["-c:a", "pcm_s16le"], heard: "pcm_s16le" },
  { file: "camcorder.dv", size: "720x576", rate: 25, filter: "boxblur=2", video: ["-target", "pal-dv"], sound: null },
  { file: "camcorder.avi", size: "720x480", rate: "30000/1001", filter: "boxblur=2", video: ["-c:v", "dvvideo", "-pix_fmt", "yuv411p"], sound: ["-c:a", "pcm_s16le", "-ar", "48000"], heard: "pcm_s16le" },
  { file: "hevc.mp4", video: ["-c:v", "libx265", "-x265-params", "log-level=none"], sound: ["-c:a", "aac"], heard: "aac" },
];

test("a transport stream of so few packets that it looks like another format", async () => {
  const input = await makeClip(folder.path("short.ts"), { size: "32x16", frames: 2, rate: 5, video: ["-c:v", "mpeg2video"] });
  const line = await colorize(visitor.page, { input, output: `${input}.mp4`, timeout: 60 });
  assert.deepEqual([line.ok, line.frames], [true, 2], JSON.stringify(line));
});

test("a picture too narrow for the added decoder is said to be so", async () => {
  const input = await makeClip(folder.path("narrow.avi"), { size: "16x32", frames: 3, video: ["-c:v", "mpeg4"] });
  const line = await colorize(visitor.page, { input, output: `${input}.mp4`, timeout: 60 });
  assert.equal(line.code, "frame-size", JSON.stringify(line));
});

test("MPEG-PS that is cut off within a packet is called so, and a whole one is not", async () => {
  const whole = await makeClip(folder.path("whole.vob"), { rate: 25, frames: 30, video: ["-c:v", "mpeg2video", "-f", "vob"], sound: ["-c:a", "ac3"] });
  const bytes = await readFile(whole);
  const [cut, first] = [folder.path("cut.vob"), folder.path("mpeg1.mpg")];
  await writeFile(cut, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
  await makeClip(first, { rate: 25, frames: 30, video: ["-c:v", "mpeg1video"] });
  for (const [file, breaksOff] of /** @type {[string, boolean][]} */ ([[whole, false], [cut, true], [first, false]])) {
    await visitor.page.goto(visitor.address);
    await give(visitor.page, file);
    assert.equal(await settled(visitor.page, "choosing"), null);
    const notes = await visitor.page.locator("section.choosing [data-clip-notes]").innerText();
    assert.equal(/breaks off/.test(notes), breaksOff, `${file}: ${notes}`);
  }
});

/** @param {string | number} rate */
function fraction(rate) {
  const [numerator, denominator = 1] = String(rate).split("/").map(Number);
  return numerator / denominator;
}

for (const { file, size = "64x48", rate = 10, video, sound, heard, filter, exact = false } of KINDS) {
  test(`${file}: every frame at its time, the same light and dark, and the sound`, async () => {
    const input = await makeClip(folder.path(file), { size, rate, frames: 10, video, sound, filter });
    const output = folder.path(`${file}.copy.mov`);
    const said = await copied(input, output);
    const result = await measure(output);
    const { frames, worst } = await lumaPsnr(output, input);
    assert.equal(result.times.length, frames);
    // AVI has no time stamps, only a rate; MPEG has not one for each frame.
    const times = /\.(avi|mpg|vob)$/.test(file) ? result.times.map((_, at) => at / fraction(rate)) : (await measure(input)).times;
    for (const [at, time] of result.times.entries()) {
      assert.ok(Math.abs(time - result.times[0] - (times[at] - times[0])) < 0.0011, `${result.times} for ${times}`);
    }
    assert.ok(worst > (exact ? 99 : 40), `${worst} dB`);
    assert.equal(result.sound?.codec, heard);
    assert.equal(said.deinterlaced, false);
    assert.deepEqual(visitor.uncaught, []);
  });
}

test("interlaced pictures are put together into whole ones", async () => {
  const fields = "fps=50,tinterlace=interleave_top,fieldorder=tff,setfield=tff";
  const input = await makeClip(folder.path("fields.mpg"), { rate: 50, frames: 50, filter: fields, video: ["-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme"] });
  const output = folder.path("fields.mp4");
  const said = await copied(input, output);
  assert.equal(said.deinterlaced, true);
  const whole = folder.path("whole.mkv");
  await ffmpeg(["-i", input, "-vf", "bwdif=mode=send_frame", "-c:v", "ffv1", whole]);
  const { frames, worst } = await lumaPsnr(output, whole);
  assert.equal(frames, 25);
  assert.ok(worst > 40, `${worst} dB`);
});

/** Colours what the page holds, and measures the result beside its source. @param {string} input @param {string} source @param {string} name */
async function colored(input, source, name) {
  const output = folder.path(`${name}.out.mp4`);
  const line = await colorize(visitor.page, { input, output, timeout: 120 });
  assert.ok(line.ok, JSON.stringify(line));
  const { times } = await measure(output);
  const { worst } = await lumaPsnr(output, source);
  assert.ok(worst > 34, `${worst} dB`);
  return { times, notes: String(line.notes) };
}

test("an old film is coloured, and the visitor is told what has read it", async () => {
  const input = await makeClip(folder.path("again.avi"), { size: "64x48", frames: 4, video: ["-c:v", "mpeg4", "-q:v", "2"], sound: ["-c:a", "mp2"] });
  const { times, notes } = await colored(input, input, "again");
  assert.deepEqual(times.map((time) => Math.round(1000 * time)), [0, 100, 200, 300]);
  assert.match(notes, /\(AVI.*MPEG-4\); the added decoder has read it/);
  assert.doesNotMatch(notes, /breaks off/);
});

test("a film that is cut off is read up to there, and the visitor is told", async () => {
  const whole = await makeClip(folder.path("whole.avi"), { size: "64x48", frames: 40, video: ["-c:v", "mjpeg"] });
  const bytes = await readFile(whole);
  const input = folder.path("cut.avi");
  await writeFile(input, bytes.subarray(0, 0.6 * bytes.length));
  await give(visitor.page, input);
  assert.equal(await settled(visitor.page, "choosing"), null);
  assert.match(await visitor.page.locator("section.choosing [data-clip-notes]").innerText(), /breaks off before its end/);
});

test("what is in colour already keeps its own colours", async () => {
  const input = folder.path("colour.avi");
  await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=64x48:r=10", "-frames:v", "4", "-c:v", "mpeg4", "-q:v", "2", input]);
  const output = folder.path("colour.out.mp4");
  const line = await colorize(visitor.page, { input, output, timeout: 120 });
  assert.ok(line.ok, JSON.stringify(line));
  const { stderr } = await ffmpeg(["-v", "info", "-i", output, "-i", input, "-lavfi", "psnr", "-f", "null", "-"]);
  assert.ok(Math.min(...[..."uv"].map((plane) => Number(stderr.match(new RegExp(`PSNR.* ${plane}:([\\d.]+)`))?.[1]))) > 25, stderr);
});

test("one picture of a film that cannot be read does not stand in the way of the others", async () => {
  const { page } = visitor;
  const { files } = await numbered("broken", "png", "gray");
  await writeFile(files[2], "no picture");
  await page.reload();
  await page.locator("#clip-file").setInputFiles(files);
  await answer("10", "Read as one film");
  assert.equal(await settled(page, "choosing"), null);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  assert.match(await page.locator("#result-notes").innerText(), /damaged from \S*0\.2\d* to \S*0\.3/);
});

const ANIMATIONS = [
  { file: "animated.gif", codec: ["-c:v", "gif"] },
  { file: "animated.png", codec: ["-c:v", "apng", "-f", "apng"] },
  { file: "animated.webp", codec: ["-c:v", "libwebp_anim", "-lossless", "1"] },
];

for (const { file, codec } of ANIMATIONS) {
  test(`${file} is a film`, async () => {
    const input = folder.path(file);
    const source = folder.path(`${file}.mkv`);
    await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=65x48:r=10", "-frames:v", "4", "-vf", "format=gray", "-c:v", "ffv1", source]);
    await ffmpeg(["-i", source, ...(file.endsWith("gif") ? [] : ["-pix_fmt", file.endsWith("png") ? "gray" : "bgra"]), ...codec, input]);
    const { times, notes } = await colored(input, source, file);
    assert.deepEqual(times.map((time) => Math.round(100 * time)), [0, 10, 20, 30]);
    assert.match(notes, /animated/);
  });
}

const PICTURES = [
  { extension: "tif", format: "gray16le" },
  { extension: "tif", format: "rgb24" },
  { extension: "dpx", format: "gray10be" },
  { extension: "dpx", format: "rgb48le" },
  { extension: "dpx", format: "gray" },
  { extension: "jpg", format: "yuvj444p" },
];

/** Numbered pictures, and the film that they are of. @param {string} name @param {string} extension @param {string} format */
async function numbered(name, extension, format) {
  const source = folder.path(`${name}.mkv`);
  await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=66x48:r=10", "-frames:v", "4", "-vf", "format=gray", "-c:v", "ffv1", source]);
  await ffmpeg(["-i", source, "-start_number", "8", "-pix_fmt", format, "-q:v", "1", folder.path(`${name}-%04d.${extension}`)]);
  return { source, files: [8, 9, 10, 11].map((number) => folder.path(`${name}-${String(number).padStart(4, "0")}.${extension}`)) };
}

/** Answers the page's question. @param {string} rate @param {string} button */
async function answer(rate, button) {
  const dialog = visitor.page.getByRole("dialog");
  await dialog.getByLabel("Frames a second").fill(rate);
  await dialog.getByRole("button", { name: button }).click();
}

for (const { extension, format } of PICTURES) {
  test(`numbered ${extension} pictures of ${format} are one film`, async () => {
    const { page } = visitor;
    const { files } = await numbered(`scan-${format}`, extension, format);
    const given = page.locator("#clip-file").setInputFiles(files);
    await answer("16", "Read as one film");
    await given;
    assert.equal(await settled(page, "choosing"), null);
    const facts = await page.locator("[data-clip-facts]").first().textContent();
    assert.match(facts ?? "", /66 × 48 · 0\.3 s · 4 frames · 16 fps · no sound/);
  });
}

test("scanned pictures keep their light and dark, in a ZIP as in the files themselves, with a number missing", async () => {
  const { page } = visitor;
  const { files, source } = await numbered("reel", "dpx", "gbrp10be");
  const zip = folder.path("reel.zip");
  await zipped(zip, files.filter((_, at) => at !== 2));
  const three = folder.path("three.mkv");
  await ffmpeg(["-i", source, "-vf", "select=not(eq(n\\,2)),setpts=N/10/TB", "-c:v", "ffv1", three]);
  const line = colored(zip, three, "reel");
  await answer("18", "Read as one film");
  const { times, notes } = await line;
  assert.deepEqual(times.map((time) => Math.round(18 * time)), [0, 1, 2]);
  assert.match(notes, /3 numbered pictures were read as a film of 18 frames a second/);
  assert.match(notes, /One number is missing/);
  assert.deepEqual(visitor.uncaught, []);
  assert.equal(await state(page), "finished");
});

test("numbered photos may stay photos, and pictures that are not wanted are left", async () => {
  const { page } = visitor;
  const { files } = await numbered("photo", "png", "gray");
  await page.reload();
  await page.locator("#clip-file").setInputFiles(files);
  await answer("24", "Cancel");
  await page.locator("#clip-file").setInputFiles(files);
  await answer("24", "As single photos");
  assert.equal(await settled(page, "choosing"), null);
  assert.equal(await page.locator("#batch-list li").count(), 4);
});

/** Packs files the way that every system does: deflated. @param {string} zip @param {string[]} files */
async function zipped(zip, files) {
  const script = "import sys, os, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:\n for f in sys.argv[2:]: z.write(f, 'reel/' + os.path.basename(f))";
  await promisify(execFile)("python3", ["-c", script, zip, ...files]);
}

/** @param {string} file @param {string} code */
async function refused(file, code) {
  await give(visitor.page, file);
  await visitor.page.locator(`[role=alert][data-code=${code}]`).waitFor({ timeout: 60_000 });
  const error = await shownError(visitor.page);
  assert.equal(error?.code, code);
  assert.ok(error?.words.every((sentence) => /^[A-Z].{10,}\.$/.test(sentence)), `what, kept, advice: ${error?.words}`);
}

test("what cannot be read is named: noise behind a good head, and a locked film", async () => {
  const good = await makeClip(folder.path("good.wmv"), { size: "64x48", frames: 10, video: ["-c:v", "wmv2"] });
  const bytes = await readFile(good);
  const head = folder.path("head.wmv");
  await writeFile(head, Buffer.concat([bytes.subarray(0, 40), Buffer.alloc(4000, 0x5a)]));
  await refused(head, "file-unknown");
  const locked = folder.path("locked.wmv");
  await writeFile(locked, withLock(bytes));
  await refused(locked, "file-protected");
});

/** A WMV with the object in its header that says its content is encrypted (Windows Media DRM). @param {Buffer} bytes */
function withLock(bytes) {
  const lock = Buffer.from("14e68a292226174cb935dae07ee9289c1c0000000000000000000000", "hex");
  const changed = Buffer.concat([bytes.subarray(0, 30), lock, bytes.subarray(30)]);
  changed.writeUInt32LE(bytes.readUInt32LE(16) + lock.length, 16); // the header's size
  changed.writeUInt32LE(bytes.readUInt32LE(24) + 1, 24); // the objects in it
  return changed;
}

test("while the decoder cannot be fetched, the visitor is told, and trying again helps", async () => {
  const { page } = visitor;
  await page.goto("about:blank");
  const clip = await makeClip(folder.path("offline.avi"), { size: "64x48", frames: 4, video: ["-c:v", "mpeg4"] });
  await page.goto(visitor.address);
  await page.context().route("**/decoder/**", (route) => route.abort());
  await refused(clip, "decoder-missing");
  await page.context().unroute("**/decoder/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("main[data-state=choosing]").waitFor();
});

test("a film is given up while it is read", async () => {
  const { page } = visitor;
  const long = folder.path("long.mpg");
  await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=352x288:r=25", "-t", "20", "-c:v", "mpeg1video", "-q:v", "4", long]);
  await give(page, long);
  await page.locator("#reading-step").getByText(/added decoder is preparing it: [1-9]\d* %/).waitFor();
  await page.locator("section.reading").getByRole("button", { name: "Cancel" }).click();
  await page.locator("main:not([data-state=reading])").waitFor({ timeout: 8000 });
  assert.equal(await shownError(page), null);
});

/** Opens a page with its service worker, as a visitor's browser would. @param {string} dist */
async function openKept(dist) {
  const server = await serve({ dist });
  const browser = await launch();
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(addressOf(server.address, { device: "cpu", size: "32", passes: "1" }));
  await page.locator("#kept-offline").waitFor();
  return { page, server, close: () => Promise.all([browser.close(), server.close()]) };
}

test("once the decoder was used, it works without a network", async () => {
  const { page, server, close } = await openKept(dist);
  try {
    await give(page, await makeClip(folder.path("first.avi"), { size: "64x48", frames: 4, video: ["-c:v", "mpeg4"] }));
    assert.equal(await settled(page, "choosing"), null);
    const kept = () => page.evaluate(async () => (await (await caches.open("chromaflow-decoder")).keys()).length);
    for (const end = Date.now() + 60_000; (await kept()) < 3; await page.waitForTimeout(100)) assert.ok(Date.now() < end, `${await kept()} files are kept`);
    await server.close();
    await page.reload();
    await give(page, await makeClip(folder.path("second.avi"), { size: "64x48", frames: 4, video: ["-c:v", "mjpeg"] }));
    assert.equal(await settled(page, "choosing"), null);
  } finally {
    await close();
  }
});

test("a page that is published without the decoder says so, and reads everything else", async () => {
  const site = folder.path("site");
  await cp(dist, site, { recursive: true, filter: (path) => path !== join(dist, "decoder") });
  const { page, close } = await openKept(site);
  try {
    await give(page, await makeClip(folder.path("unread.avi"), { size: "64x48", frames: 4, video: ["-c:v", "mpeg4"] }));
    const error = await settled(page, "choosing");
    assert.equal(error?.code, "decoder-left-out");
    assert.match(error?.words.join(" ") ?? "", /published without/);
    assert.equal(await page.getByRole("button", { name: "Try again" }).isVisible(), false);
    await give(page, await makeClip(folder.path("read.mp4"), { size: "64x48", frames: 4 }));
    assert.equal(await page.locator("main[data-state=choosing]").waitFor(), undefined);
  } finally {
    await close();
  }
});
