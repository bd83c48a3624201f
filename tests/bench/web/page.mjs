/** What the page asks of the engine, with no counterpart in onnxruntime-web. */
import { lumaFrame, median, milliseconds } from "./frames.mjs";

/** @typedef {import("../../../www/wasm/chromaflow.js").Engine} Engine */

/**
 * The four candidates of one frame, at the size of the clip's chroma planes.
 * @param {Engine} engine @param {number} width @param {number} height @param {number} size @param {number} rounds
 */
export async function previewTime(engine, width, height, size, rounds) {
  const frame = lumaFrame(width, height);
  await engine.preview(frame, size);
  const times = [];
  for (let round = 0; round < rounds; round++) times.push(await milliseconds(() => engine.preview(frame, size)));
  return median(times);
}

/**
 * A frame of a clip on its way through flow, f and two passes of g, once all shaders are there.
 * @param {Engine} engine @param {number} width @param {number} height @param {number} size @param {number} frames
 */
export async function clipTime(engine, width, height, size, frames) {
  const clip = Array.from({ length: frames + 4 }, (_, i) => lumaFrame(width, height, 3 * i));
  await engine.start({ size, passes: 2 });
  await engine.beginShot(0);
  for (const frame of clip.slice(0, 4)) await engine.push(frame, false);
  const time = await milliseconds(async () => {
    for (const frame of clip.slice(4)) await engine.push(frame, false);
  });
  await engine.finish();
  return time / frames;
}
