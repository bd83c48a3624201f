/** A grey frame of smooth shading, edges and grain, moved to the left by `shift` pixels: `width * height` values in [0, 1]. */
export function greyFrame(/** @type {number} */ width, /** @type {number} */ height, shift = 0) {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width + shift, Math.floor(i / width)];
    const grain = (((x * 73856093) ^ (y * 19349663)) >>> 0) % 256 / 255;
    return 0.4 + 0.3 * Math.sin(x / 17 + y / 29) + 0.2 * (Math.floor(x / 24) + Math.floor(y / 24) & 1) + 0.05 * grain;
  });
}

/** The same as the engine takes it from a decoder. @param {number} width @param {number} height */
export function lumaFrame(width, height, shift = 0) {
  const luma = Uint8Array.from(greyFrame(width, height, shift), (value) => Math.round(16 + 219 * Math.min(Math.max(value, 0), 1)));
  return { width, height, luma, matrix: "bt709", fullRange: false };
}

/** @param {number[]} samples */
export function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** @param {() => Promise<unknown>} run */
export async function milliseconds(run) {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}
