/**
 * Benchmark `web`: f in the page's own wasm beside onnxruntime-web with the same weights, under Node and Dawn, Chrome's
 * WebGPU. Both take the grey frame from memory and give the candidates back to it; they take turns in one run.
 *
 *   node tests/bench/web/web.mjs [--devices cpu,webgpu] [--sizes 128x128,448x256,854x480] [--rounds 9] [--preset lite]
 *     [--weights weights] [--onnx target/bench/f.onnx] [--out target/bench]
 *
 * Prints a Markdown table and writes OUT/web.json. The ONNX file is made by `trainer export --onnx`. The exit status is 1 where the
 * candidates of the two differ.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { commit, describeMachine, openDawn, ROOT } from "./machine.mjs";
import { openOnnx } from "./onnx.mjs";
import { openOurs } from "./ours.mjs";

const SIZES = ["128x128", "448x256", "854x480"];
/** Software WebGPU is some fifty times slower than the processor itself. */
const SOFTWARE_SIZES = ["64x64"];
const SOFTWARE_ROUNDS = 3;
/** f32 sums in another order, and Winograd's transforms: values near 1 through forty layers. */
const DIFFERENCE = 2e-3;

/** @typedef {{ name: string, height: number, width: number, device: string, ours_ms: number, ort_ms: number, ratio: number, max_difference: number }} Row */
/** @typedef {{ propose: (grey: Float32Array, width: number, height: number) => Promise<Float32Array> }} Runtime */

const inRoot = (/** @type {string} */ path) => fileURLToPath(new URL(path, ROOT));
const { values: options } = parseArgs({
  options: {
    devices: { type: "string", default: "cpu,webgpu" },
    sizes: { type: "string" },
    rounds: { type: "string" },
    preset: { type: "string", default: "lite" },
    weights: { type: "string", default: inRoot("weights") },
    onnx: { type: "string", default: inRoot("target/bench/f.onnx") },
    out: { type: "string", default: inRoot("target/bench") },
  },
});

/** A frame of smooth shading, edges and grain. @param {number} width @param {number} height */
function greyFrame(width, height) {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const grain = (((x * 73856093) ^ (y * 19349663)) >>> 0) % 256 / 255;
    return 0.4 + 0.3 * Math.sin(x / 17 + y / 29) + 0.2 * (Math.floor(x / 24) + Math.floor(y / 24) & 1) + 0.05 * grain;
  });
}

/** @param {number[]} samples */
function median(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** @param {() => Promise<unknown>} run */
async function milliseconds(run) {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

/** @param {Float32Array} a @param {Float32Array} b */
function maxDifference(a, b) {
  if (a.length !== b.length) throw new Error(`${a.length} values beside ${b.length}`);
  // Math.max drops nothing: a NaN on either side makes the result NaN.
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}

/**
 * @param {{ ours: Runtime, device: "cpu" | "webgpu", size: string, rounds: number }} of
 * @returns {Promise<Row>}
 */
async function compare({ ours, device, size, rounds }) {
  const [width, height] = size.split("x").map(Number);
  const onnx = await openOnnx(options.onnx, device, height, width);
  const grey = greyFrame(width, height);
  // The first run of each compiles and is not timed.
  const max_difference = maxDifference(await ours.propose(grey, width, height), await onnx.propose(grey));
  const times = { ours: /** @type {number[]} */ ([]), onnx: /** @type {number[]} */ ([]) };
  for (let round = 0; round < rounds; round++) {
    times.ours.push(await milliseconds(() => ours.propose(grey, width, height)));
    times.onnx.push(await milliseconds(() => onnx.propose(grey)));
  }
  await onnx.release();
  const [ours_ms, ort_ms] = [median(times.ours), median(times.onnx)];
  return { name: `f ${options.preset}`, height, width, device, ours_ms, ort_ms, ratio: ours_ms / ort_ms, max_difference };
}

/** @param {Row} row */
function tableRow(row) {
  const cells = [row.name, `${row.width}x${row.height}`, row.device, row.ours_ms.toFixed(1), row.ort_ms.toFixed(1), row.ratio.toFixed(2),
    row.max_difference.toExponential(1)];
  return `| ${cells.join(" | ")} |`;
}

const adapter = await openDawn();
const machine = describeMachine(adapter);
console.log(`${machine}; commit ${commit()}; medians of interleaved runs, ONNX Runtime Web on one thread where the device is cpu.`);
if (adapter?.software) console.log("This WebGPU computes on the processor: its rows show that the results agree, and nothing of a GPU's speed.");
console.log("\n| network | size | device | ours (ms) | ONNX Runtime Web (ms) | ratio | largest difference |\n|" + " --- |".repeat(7));

/** @type {Row[]} */
const rows = [];
for (const device of /** @type {("cpu" | "webgpu")[]} */ (options.devices.split(","))) {
  if (device === "webgpu" && !adapter) continue;
  const software = device === "webgpu" && adapter?.software;
  const sizes = options.sizes?.split(",") ?? (software ? SOFTWARE_SIZES : SIZES);
  const rounds = Number(options.rounds ?? (software ? SOFTWARE_ROUNDS : 9));
  const ours = await openOurs(pathToFileURL(`${options.weights}/`), device, options.preset);
  for (const size of sizes) {
    const row = await compare({ ours, device, size, rounds });
    console.log(tableRow(row));
    rows.push(row);
    if (!(row.max_difference < DIFFERENCE)) process.exitCode = 1;
  }
}
await mkdir(options.out, { recursive: true });
await writeFile(`${options.out}/web.json`, `${JSON.stringify({ machine, commit: commit(), rows }, null, 2)}\n`);
process.exit();
