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
import { greyFrame, median, milliseconds } from "./frames.mjs";
import { commit, describeMachine, openDawn, ROOT } from "./machine.mjs";
import { openOnnx } from "./onnx.mjs";
import { openOurs } from "./ours.mjs";
import { clipTime, previewTime } from "./page.mjs";

const SIZES = ["128x128", "448x256", "854x480"];
/** Software WebGPU is some fifty times slower than the processor itself. */
const SOFTWARE_SIZES = ["64x64"];
const SOFTWARE_ROUNDS = 3;
/** f32 sums in another order, and Winograd's transforms: values near 1 through forty layers. */
const DIFFERENCE = 1e-3;
/** Where our feature maps are stored in f16, as they are on a GPU that has it: each layer rounds by up to 5e-4 of its values. */
const HALF_PRECISION_DIFFERENCE = 5e-3;

/** @typedef {{ name: string, height: number, width: number, device: string, ours_ms: number, ort_ms: number | null, ratio: number | null, max_difference: number | null }} Row */
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

/** @param {Float32Array} a @param {Float32Array} b */
function maxDifference(a, b) {
  if (a.length !== b.length) throw new Error(`${a.length} values beside ${b.length}`);
  // Math.max drops nothing: a NaN on either side makes the result NaN.
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}

/**
 * @param {{ ours: Runtime, device: "cpu" | "webgpu", name: string, size: string, rounds: number }} of
 * @returns {Promise<Row>}
 */
async function compare({ ours, device, name, size, rounds }) {
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
  return { name, height, width, device, ours_ms, ort_ms, ratio: ours_ms / ort_ms, max_difference };
}

/**
 * What the page does with f and the other networks; the processing size is the clip's own on a GPU.
 * @param {import("../../../www/wasm/chromaflow.js").Engine} engine @param {"cpu" | "webgpu"} device @param {number} rounds
 * @returns {Promise<Row[]>}
 */
async function pageRows(engine, device, rounds) {
  const at = device === "cpu" ? 128 : 480;
  const without = { device, ort_ms: null, ratio: null, max_difference: null };
  const preview = await previewTime(engine, 1920, 1080, at, rounds);
  const frame = await clipTime(engine, 854, 480, at, device === "cpu" ? 4 : 48);
  return [
    { name: `candidates of a frame, at ${at}`, width: 1920, height: 1080, ours_ms: preview, ...without },
    { name: `frame of a clip, 2 passes, at ${at}`, width: 854, height: 480, ours_ms: frame, ...without },
  ];
}

/** @param {Row} row */
function tableRow(row) {
  const { ort_ms, ratio, max_difference } = row;
  const cells = [row.name, `${row.width}x${row.height}`, row.device, row.ours_ms.toFixed(1), ort_ms?.toFixed(1) ?? "", ratio?.toFixed(2) ?? "",
    max_difference?.toExponential(1) ?? ""];
  return `| ${cells.join(" | ")} |`;
}

const adapter = await openDawn();
const machine = describeMachine(adapter);
console.log(`${machine}; commit ${commit()}; medians of interleaved runs, ONNX Runtime Web on one thread where the device is cpu.`);
if (adapter?.software) console.log("This WebGPU computes on the processor: its rows show that the results agree, and nothing of a GPU's speed.");
console.log("\n| what | size | device | ours (ms) | ONNX Runtime Web (ms) | ratio | largest difference |\n|" + " --- |".repeat(7));

/** @type {Row[]} */
const rows = [];
for (const device of /** @type {("cpu" | "webgpu")[]} */ (options.devices.split(","))) {
  if (device === "webgpu" && !adapter) continue;
  const software = device === "webgpu" && adapter?.software;
  const sizes = options.sizes?.split(",") ?? (software ? SOFTWARE_SIZES : SIZES);
  const rounds = Number(options.rounds ?? (software ? SOFTWARE_ROUNDS : 9));
  const ours = await openOurs(pathToFileURL(`${options.weights}/`), device, options.preset);
  const half = device === "webgpu" && adapter?.half;
  const name = `f ${options.preset}${half ? ", ours in f16" : ""}`;
  for (const size of sizes) {
    const row = await compare({ ours, device, name, size, rounds });
    console.log(tableRow(row));
    rows.push(row);
    if (!(/** @type {number} */ (row.max_difference) < (half ? HALF_PRECISION_DIFFERENCE : DIFFERENCE))) process.exitCode = 1;
  }
  if (software) continue;
  for (const row of await pageRows(ours, device, rounds)) {
    console.log(tableRow(row));
    rows.push(row);
  }
}
await mkdir(options.out, { recursive: true });
await writeFile(`${options.out}/web.json`, `${JSON.stringify({ machine, commit: commit(), rows }, null, 2)}\n`);
process.exit();
