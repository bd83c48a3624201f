import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A folder for the clips of one test file. */
export async function clipFolder() {
  const folder = await mkdtemp(join(tmpdir(), "chromaflow-"));
  return {
    /** @param {string} name */
    path: (name) => join(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * Makes a clip: a moving test picture, without colour as a visitor's would be.
 * @param {string} file
 * @param {{ size?: string, frames?: number, rate?: number | string, sound?: string[] | null, video?: string[], filter?: string, before?: string[] }} options
 */
export async function makeClip(file, options = {}) {
  const { size = "96x64", frames = 12, rate = 10, sound = null, video = ["-c:v", "libx264"], filter, before = [] } = options;
  const [numerator, denominator = 1] = String(rate).split("/").map(Number);
  const framesPerSecond = numerator / denominator;
  const seconds = String((frames - 0.5) / framesPerSecond); // half a frame short, so that rounding adds none
  const filters = ["format=gray", "format=yuv420p", ...(filter ? [filter] : [])].join(",");
  await ffmpeg([
    ...before,
    "-f", "lavfi", "-i", `testsrc2=s=${size}:r=${rate}`,
    ...(sound ? ["-f", "lavfi", "-t", seconds, "-i", "sine=f=330:r=44100"] : []),
    "-vf", filters, "-t", seconds, ...video, ...(sound ?? []), file,
  ]);
  return file;
}

/** @param {string[]} options @param {number} timeout in milliseconds */
export async function ffmpeg(options, timeout = 60_000) {
  return run("ffmpeg", ["-hide_banner", "-nostdin", "-v", "error", "-y", "-threads", "1", ...options], { timeout });
}

/** What ffprobe sees in a file. @param {string} file */
export async function measure(file) {
  const { stdout } = await run("ffprobe", [
    "-v", "error", "-of", "json", "-show_streams", "-show_format",
    "-show_entries", "packet=stream_index,pts_time,duration_time", "-show_packets", file,
  ]);
  const { streams, packets } = JSON.parse(stdout);
  const picture = streams.find((/** @type {any} */ stream) => stream.codec_type === "video");
  const sound = streams.find((/** @type {any} */ stream) => stream.codec_type === "audio");
  const of = (/** @type {any} */ stream) => packets.filter((/** @type {any} */ packet) => packet.stream_index === stream?.index);
  const rotation = picture?.side_data_list?.find((/** @type {any} */ data) => "rotation" in data)?.rotation ?? 0;
  return {
    codec: picture?.codec_name,
    width: picture?.width,
    height: picture?.height,
    aspect: picture?.sample_aspect_ratio ?? "1:1",
    matrix: picture?.color_space,
    range: picture?.color_range,
    rotation,
    /** @type {number[]} in order of showing */
    times: of(picture).map((/** @type {any} */ packet) => Number(packet.pts_time)).sort((/** @type {number} */ a, /** @type {number} */ b) => a - b),
    durations: of(picture).map((/** @type {any} */ packet) => Number(packet.duration_time)),
    seconds: Number(picture?.duration),
    sound: sound ? { codec: sound.codec_name, packets: of(sound).length, seconds: Number(sound.duration), start: Number(sound.start_time) } : null,
  };
}

/** Makes a still picture. @param {string} file @param {string} size */
export async function makePhoto(file, size = "97x64") {
  await ffmpeg(["-f", "lavfi", "-i", `testsrc=s=${size}`, "-vf", "format=gray", "-frames:v", "1", file]);
  return file;
}

/** Hash of the sound's packets, undecoded. @param {string} file */
export async function soundHash(file) {
  const { stdout } = await ffmpeg(["-i", file, "-map", "0:a", "-c", "copy", "-f", "streamhash", "-hash", "md5", "-"]);
  return stdout.trim();
}

/** PSNR of the decoded luma of two clips, in dB, frame by frame whatever their time stamps. @param {string} one @param {string} other */
export async function lumaPsnr(one, other) {
  const luma = "format=gray,setpts=N/TB";
  const graph = `[0:v]${luma}[a];[1:v]${luma}[b];[a][b]psnr=stats_file=-`;
  const { stdout } = await ffmpeg(["-noautorotate", "-i", one, "-noautorotate", "-i", other, "-lavfi", graph, "-fps_mode", "passthrough", "-f", "null", "-"]);
  const frames = [...stdout.matchAll(/psnr_avg:(\S+)/g)].map(([, value]) => (value === "inf" ? 100 : Number(value)));
  return { frames: frames.length, worst: Math.min(...frames) };
}

/** Mean saturation of a clip's frames, on ffmpeg's scale (grey is 0). @param {string} file */
export async function saturation(file) {
  const { stdout } = await ffmpeg(["-i", file, "-vf", "signalstats,metadata=print:key=lavfi.signalstats.SATAVG:file=-", "-f", "null", "-"]);
  const values = [...stdout.matchAll(/SATAVG=([\d.]+)/g)].map(([, value]) => Number(value));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean U and V of every frame of a clip. @param {string} file @returns {Promise<number[][]>} */
export async function chromaOf(file) {
  const { stdout } = await ffmpeg(["-i", file, "-vf", "format=yuv420p,signalstats,metadata=print:file=-", "-f", "null", "-"]);
  const all = (/** @type {string} */ name) => [...stdout.matchAll(new RegExp(`${name}=([\\d.]+)`, "g"))].map(([, value]) => Number(value));
  const red = all("VAVG");
  return all("UAVG").map((blue, at) => [blue, red[at]]);
}
