import { readFile } from "node:fs/promises";
import initialise, { Engine } from "../../../www/wasm/chromaflow.js";
import { ROOT } from "./machine.mjs";

let loaded;

/**
 * The page's engine with a folder of weights.
 * @param {URL} weights @param {"cpu" | "webgpu"} device @param {string} preset
 */
export async function openOurs(weights, device, preset) {
  loaded ??= initialise({ module_or_path: await readFile(new URL("www/wasm/chromaflow_bg.wasm", ROOT)) });
  await loaded;
  const engine = await asWorker(() => Engine.open(device));
  const manifest = await readFile(new URL("manifest.json", weights), "utf8");
  const files = Engine.files(manifest, preset).map(async ({ name }) => ({ name, bytes: await readFile(new URL(name, weights)) }));
  await engine.load(manifest, preset, await Promise.all(files));
  return engine;
}

/**
 * wgpu looks for WebGPU in a window or a worker, and Node is neither. Only while a device is opened: onnxruntime-web
 * would take Node for a worker.
 * @template T @param {() => Promise<T>} open
 */
async function asWorker(open) {
  const scope = /** @type {any} */ (globalThis);
  scope.self ??= scope;
  scope.console.info = () => {}; // the engine says there which device it took, and standard output is the table's
  scope.WorkerGlobalScope = class { static [Symbol.hasInstance](/** @type {unknown} */ value) { return value === scope; } };
  try {
    return await open();
  } finally {
    delete scope.WorkerGlobalScope;
  }
}
