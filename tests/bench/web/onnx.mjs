import { readFile } from "node:fs/promises";
import * as processor from "onnxruntime-web/wasm";
import * as graphics from "onnxruntime-web/webgpu";

/** The build for WebGPU can compute on the processor too, but more slowly than the one made for that. */
const BUILDS = { cpu: { onnx: processor, provider: "wasm" }, webgpu: { onnx: graphics, provider: "webgpu" } };
for (const { onnx } of Object.values(BUILDS)) {
  onnx.env.wasm.numThreads = 1;
  onnx.env.logLevel = "error";
}

/**
 * f's ONNX file in onnxruntime-web, prepared for one size.
 * @param {string} file @param {"cpu" | "webgpu"} device @param {number} height @param {number} width
 */
export async function openOnnx(file, device, height, width) {
  const { onnx, provider } = BUILDS[device];
  const session = await onnx.InferenceSession.create(await readFile(file), {
    executionProviders: [provider],
    freeDimensionOverrides: { height, width },
    graphOptimizationLevel: "all",
  });
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  return {
    /** @param {Float32Array} grey @returns {Promise<Float32Array>} */
    async propose(grey) {
      const given = { [input]: new onnx.Tensor("float32", grey, [1, 1, height, width]) };
      const tensor = (await session.run(given))[output];
      const candidates = await tensor.getData();
      tensor.dispose();
      return /** @type {Float32Array} */ (candidates);
    },
    release: () => session.release(),
  };
}
