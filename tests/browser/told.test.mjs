/** What the page cannot keep of a file it says before the run; what it can keep is kept: tags, transparency, dates and names. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";
import { ffmpeg, makeClip, makePhoto, measure } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { give, save, settled } from "./page.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });

beforeEach(async () => {
  await visitor.page.goto(visitor.address);
});

/** What is said of a file before it is coloured. @param {string} input */
async function told(input) {
  await give(visitor.page, input);
  assert.equal(await settled(visitor.page, "choosing"), null);
  return visitor.page.locator("section.choosing [data-clip-notes]").innerText();
}

/** Colours what lies on the desk, and gives the file. @param {string} name @param {string} [format] */
async function coloured(name, format) {
  const { page } = visitor;
  if (format) await page.getByLabel("Format").selectOption(format);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  await save(page, folder.path(name));
  return { file: folder.path(name), notes: await page.locator("#result-notes").innerText() };
}

/** What the file is refused with. @param {string} input */
async function refusal(input) {
  await give(visitor.page, input);
  return settled(visitor.page, "choosing");
}

test("a picture in a codec that the browser lacks is found, though only the sound is listed, and sound alone is no film", async () => {
  const mpeg2 = await makeClip(folder.path("mpeg2.ts"), { video: ["-c:v", "mpeg2video"], sound: ["-c:a", "mp2"] });
  const theora = await makeClip(folder.path("film.ogv"), { video: ["-c:v", "libtheora"], sound: ["-c:a", "libvorbis"] });
  for (const [file, codec] of [[mpeg2, "MPEG-2"], [theora, "Theora"]]) {
    const notes = await told(file);
    assert.match(notes, new RegExp(`${codec}\\); the added decoder has read it`));
    assert.match(notes, /cannot hold sound in (MP2|Vorbis); it was encoded anew in AAC/);
  }
  for (const [name, codec] of [["radio.ts", "aac"], ["radio.ogg", "libvorbis"]]) {
    const radio = folder.path(name);
    await ffmpeg(["-f", "lavfi", "-t", "1", "-i", "sine", "-c:a", codec, radio]);
    await visitor.page.goto(visitor.address);
    assert.equal((await refusal(radio))?.code, "file-no-video");
  }
});

test("sound that is left out, and sound that this browser cannot play, are named before the run", async () => {
  const alac = await makeClip(folder.path("alac.mov"), { frames: 4, sound: ["-c:a", "alac"] });
  assert.match(await told(alac), /sound track \(ALAC\) does not fit the new file and is left out/);
  assert.equal((await coloured("alac.mp4")).notes.match(/ALAC/g)?.length, 1);
  const ac3 = await makeClip(folder.path("ac3.mp4"), { frames: 4, sound: ["-c:a", "ac3"] });
  assert.match(await told(ac3), /AC-3\) is kept as it is, but this browser cannot play it/);
  assert.equal((await measure((await coloured("ac3-out.mp4")).file)).sound?.codec, "ac3");
});

test("interlaced and transparent clips are called so, and others are not", async () => {
  const interlaced = ["-c:v", "libx264", "-flags", "+ildct+ilme", "-x264-params", "tff=1"];
  assert.match(await told(await makeClip(folder.path("tt.mp4"), { video: interlaced })), /interlaced/);
  assert.match(await told(await makeClip(folder.path("tt.ts"), { video: interlaced })), /interlaced/);
  const alpha = ["-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0"];
  assert.match(await told(await makeClip(folder.path("alpha.webm"), { video: alpha })), /transparent parts/);
  for (const preset of ["ultrafast", "veryslow"]) {
    assert.equal(await told(await makeClip(folder.path(`${preset}.mp4`), { video: ["-c:v", "libx264", "-preset", preset, "-pix_fmt", "yuv420p"] })), "");
  }
});

test("a moving picture is a film", async () => {
  const gif = folder.path("moving.gif");
  await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=1", "-vf", "format=gray", gif]);
  const notes = await told(gif);
  assert.match(notes, /an animated GIF; all of its pictures are coloured/);
  assert.doesNotMatch(notes, /the first one is coloured|breaks off/);
});

test("transparency that an animation or numbered pictures lose is named before the run, and no other", async () => {
  const fade = "format=gray,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='X*4'";
  for (const [name, filter, lost] of /** @type {[string, string, boolean][]} */ ([["clear.png", fade, true], ["opaque.png", "format=gray", false]])) {
    const file = folder.path(name);
    await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=64x48:r=5:d=1", "-vf", filter, "-f", "apng", file]);
    await visitor.page.goto(visitor.address);
    assert.equal(/transparent parts/.test(await told(file)), lost, name);
  }
});

test("a photo keeps its transparency where its format has any", async () => {
  const photo = folder.path("alpha.png");
  const fade = "format=gray,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='X*4'";
  await ffmpeg(["-f", "lavfi", "-i", "testsrc2=s=64x48", "-vf", fade, "-frames:v", "1", photo]);
  assert.equal(await told(photo), "");
  const { file } = await coloured("alpha-out.png");
  const raw = async (/** @type {string} */ path, /** @type {string} */ format) => {
    const out = `${path}.raw`;
    await ffmpeg(["-i", path, "-pix_fmt", format, "-f", "rawvideo", out]);
    return readFile(out);
  };
  const [source, result] = [await raw(photo, "rgba"), await raw(file, "rgba")];
  for (let at = 0; at < source.length; at += 4) assert.equal(result[at + 3], source[at + 3], `pixel ${at / 4}`);
  const [before, after] = [await raw(photo, "gray"), await raw(file, "gray")];
  const apart = before.map((value, at) => (source[4 * at + 3] > 128 ? Math.abs(value - after[at]) : 0));
  assert.ok(Math.max(...apart) < 24, `its brightness differs by ${Math.max(...apart)}`);
  await visitor.page.getByRole("button", { name: "Another colouring" }).click();
  assert.match((await coloured("alpha-out.jpg", "jpeg")).notes, /no transparency/);
});

/** Exif of a photo on its side: when it was taken, and whose it is. */
function exif() {
  const entry = (/** @type {number[]} */ ...numbers) => Buffer.from(numbers);
  return Buffer.concat([
    Buffer.from("Exif\0\0MM\0*\0\0\0\x08", "latin1"), entry(0, 3),
    entry(1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0), entry(1, 0x32, 0, 2, 0, 0, 0, 20, 0, 0, 0, 50), entry(0x82, 0x98, 0, 2, 0, 0, 0, 4, 79, 109, 97, 0),
    entry(0, 0, 0, 0), Buffer.from("1938:06:01 12:00:00\0"),
  ]);
}

test("a photo keeps its date, its author and its owner, and stands upright", async () => {
  const plain = await readFile(await makePhoto(folder.path("plain.jpg"), "96x64"));
  const segment = (/** @type {number} */ marker, /** @type {Buffer} */ data) =>
    Buffer.concat([Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255]), data]);
  const photo = folder.path("taken.jpg");
  await writeFile(photo, Buffer.concat([plain.subarray(0, 2), segment(0xe1, exif()), segment(0xfe, Buffer.from("by Grandma")), plain.subarray(2)]));
  for (const format of ["jpeg", "png", "webp"]) {
    await told(photo);
    const { file } = await coloured(`taken-out.${format}`, format);
    const bytes = await readFile(file);
    assert.ok(bytes.includes("1938:06:01 12:00:00\0") && bytes.includes("Oma\0"), format);
    assert.equal(bytes.includes("by Grandma"), format === "jpeg");
    assert.ok(bytes.includes(Buffer.from([1, 0x12, 0, 3, 0, 0, 0, 1, 0, 1])), "it is said to lie on its side");
    const { width, height } = await measure(file);
    assert.deepEqual([width, height], [64, 96]);
    const page = await visitor.page.context().newPage();
    const size = await page.evaluate(async (data) => {
      const { width, height } = await createImageBitmap(new Blob([new Uint8Array(data)]));
      return [width, height];
    }, [...bytes]);
    assert.deepEqual(size, [64, 96]);
    await page.close();
  }
});

test("a clip keeps its title, its author, its date and its owner", async () => {
  const { page } = visitor;
  const words = { title: "Omas Film", artist: "Oma", date: "1938", copyright: "Familie" };
  const tags = Object.entries(words).flatMap(([name, value]) => ["-metadata", `${name}=${value}`]);
  const input = await makeClip(folder.path("tags.mp4"), { frames: 3, video: ["-c:v", "libx264", ...tags] });
  const output = folder.path("tags-out.mp4");
  assert.ok((await colorize(page, { input, output, timeout: 120 })).ok);
  const { stdout } = await ffmpeg(["-i", output, "-f", "ffmetadata", "-"]);
  for (const [name, value] of Object.entries(words)) assert.match(stdout, new RegExp(`^${name}=${value}`, "m"));
});

test("a Matroska file keeps its title, and chapters that are lost are named before the run", async () => {
  const chapters = folder.path("chapters.txt");
  await writeFile(chapters, ";FFMETADATA1\ntitle=Omas Film\n[CHAPTER]\nTIMEBASE=1/10\nSTART=0\nEND=5\ntitle=Anfang\n[CHAPTER]\nTIMEBASE=1/10\nSTART=5\nEND=12\ntitle=Ende\n");
  const plain = await makeClip(folder.path("plain.mp4"), { frames: 4 });
  for (const kind of ["mkv", "mp4", "avi"]) {
    const file = folder.path(`divided.${kind}`);
    await ffmpeg(["-i", plain, "-i", chapters, "-map", "0", "-map_metadata", "1", "-map_chapters", "1", "-c", "copy", file]);
    await visitor.page.goto(visitor.address);
    assert.equal(/chapters/.test(await told(file)), kind !== "avi", kind);
    const { stdout } = await ffmpeg(["-i", (await coloured(`${kind}-out.mp4`)).file, "-f", "ffmetadata", "-"]);
    assert.match(stdout, /^title=Omas Film/m, kind);
  }
  await visitor.page.goto(visitor.address);
  assert.doesNotMatch(await told(plain), /chapters/);
});
