/** Subtitles cannot be carried over; a clip that has some is told apart from one that has none. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { before, test } from "node:test";
import { ffmpeg, makeClip } from "./clips.mjs";
import { colorize } from "./colorize.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit({ run: { size: "32" } });
/** @type {string} */
let plain;

before(async () => {
  plain = await makeClip(folder.path("plain.mp4"), { frames: 10, sound: ["-c:a", "aac"] });
  await writeFile(folder.path("words.srt"), "1\n00:00:00,100 --> 00:00:00,600\nIntertitle\n");
  await writeFile(folder.path("chapters.txt"), ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=500\ntitle=Reel one\n");
});

/** The notes on a clip's coloured file. @param {string} name @param {string[]} options */
async function notes(name, options) {
  const input = folder.path(name);
  await ffmpeg(["-i", plain, ...options, input]);
  const line = await colorize(visitor.page, { input, output: folder.path(`${name}-out`), timeout: 120 });
  assert.ok(line.ok, JSON.stringify(line));
  return String(line.notes);
}

const subtitles = () => ["-i", folder.path("words.srt"), "-map", "0", "-map", "1", "-c", "copy", "-c:s"];

for (const [name, codec] of [["titled.mp4", "mov_text"], ["titled.mov", "mov_text"], ["titled.mkv", "srt"]]) {
  test(`subtitles in ${name} are noticed`, async () => {
    assert.match(await notes(name, [...subtitles(), codec]), /has subtitles.*without them/);
  });
}

test("subtitles in a WebM are noticed", async () => {
  const video = ["-c:v", "libvpx", "-c:a", "libopus"];
  assert.match(await notes("titled.webm", [...subtitles(), "webvtt", ...video]), /has subtitles/);
});

test("a clip without subtitles has no such note, whether or not it has chapters", async () => {
  assert.equal(await notes("plain.mkv", ["-c", "copy"]), "");
  for (const name of ["chapters.mp4", "chapters.mov"]) {
    assert.doesNotMatch(await notes(name, ["-i", folder.path("chapters.txt"), "-map_metadata", "1", "-c", "copy"]), /subtitles/);
  }
});
