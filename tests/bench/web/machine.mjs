import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { create, globals } from "webgpu";

/** The checkout, or the folder that `make bench-kit` filled. */
export const ROOT = new URL("../../../", import.meta.url);

/** Drivers that compute on the processor. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software/i;

/** Puts Dawn's WebGPU where a browser has it; gives what is known of its adapter, null where there is none. */
export async function openDawn() {
  Object.assign(globalThis, globals);
  takeSharedMemory();
  const gpu = create([]);
  const navigator = { gpu, hardwareConcurrency: 1, userAgent: `Node ${process.version}` };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) return null;
  const { vendor, architecture, device, description } = adapter.info;
  const name = [description || device, vendor, architecture].filter(Boolean).join(", ");
  return { name, software: SOFTWARE.test(name), half: adapter.features.has("shader-f16") };
}

/** A browser writes a buffer from shared memory, which onnxruntime-web's is; Dawn under Node refuses it, so it gets a copy. */
function takeSharedMemory() {
  const { writeBuffer } = globals.GPUQueue.prototype;
  globals.GPUQueue.prototype.writeBuffer = function (buffer, at, data, ...range) {
    return writeBuffer.call(this, buffer, at, data.buffer instanceof SharedArrayBuffer ? data.slice() : data, ...range);
  };
}

/** What the figures were measured on. @param {{ name: string } | null} adapter */
export function describeMachine(adapter) {
  const [processor] = cpus();
  const gpu = adapter?.name ?? "no WebGPU adapter";
  return `${processor?.model.trim() ?? "unknown processor"}, ${cpus().length} threads; ${gpu}; Node ${process.versions.node}`;
}

/** The commit that the engine was built from: a kit carries it in a file. */
export function commit() {
  const noted = fileURLToPath(new URL("commit", ROOT));
  if (existsSync(noted)) return readFileSync(noted, "utf8").trim();
  return execFileSync("git", ["describe", "--always", "--dirty"], { cwd: fileURLToPath(ROOT), encoding: "utf8" }).trim();
}
