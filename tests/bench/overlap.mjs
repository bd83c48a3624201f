/**
 * Benchmark: who waits for whom while a clip is coloured on the page. Prints one line of JSON.
 *
 *   node tests/bench/overlap.mjs [--device cpu|webgpu] [--clip 854x480] [--frames 24] [--size 128] [--passes 1]
 *
 * engine_idle_ms is how long the engine had nothing to do for a frame: on WebGPU from the moment when all commands that were
 * submitted are done to the next submission, on the processor all that passes outside of its code. page_waits_ms is how long
 * the worker waited for calls of the engine. The variable DIST names another build to measure.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clipFolder, makeClip } from "../browser/clips.mjs";
import { details, give, settled } from "../browser/page.mjs";
import { dist, visit } from "../browser/visit.mjs";

const { values: options } = parseArgs({
  options: {
    device: { type: "string", default: "cpu" },
    clip: { type: "string", default: "854x480" },
    frames: { type: "string", default: "24" },
    size: { type: "string", default: "128" },
    passes: { type: "string", default: "1" },
  },
});

/** Runs in the worker before anything else: times the run's calls of the engine, its code, and its commands. */
function meter() {
  const scope = /** @type {any} */ (globalThis);
  const zero = () => ({ begun: performance.now(), seconds: 0, code: 0, calls: 0, idle: 0, submissions: 0 });
  let run = (scope.measured = zero());
  addEventListener("message", ({ data }) => {
    if (data.kind === "colorize") run = zero();
  });
  const { postMessage } = scope;
  scope.postMessage = (/** @type {any} */ message, /** @type {any} */ transfer) => {
    if (message.kind === "given") scope.measured = { ...run, seconds: (performance.now() - run.begun) / 1000 };
    postMessage(message, transfer);
  };

  let depth = 0;
  const timed = (/** @type {Function} */ call) => (/** @type {unknown[]} */ ...given) => {
    const from = performance.now();
    depth++;
    try {
      const value = call(...given);
      if (value instanceof Promise) {
        const settled = () => (run.calls += performance.now() - from);
        value.then(settled, settled);
      }
      return value;
    } finally {
      if (--depth === 0) run.code += performance.now() - from;
    }
  };
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (...given) => {
    const { module, instance } = await instantiateStreaming(...given);
    const pairs = Object.entries(instance.exports).map(([name, value]) => [name, typeof value === "function" ? timed(value) : value]);
    return /** @type {any} */ ({ module, instance: { exports: Object.fromEntries(pairs) } });
  };

  if (!scope.GPUQueue) return;
  let [pending, done] = [0, performance.now()];
  const { submit } = scope.GPUQueue.prototype;
  scope.GPUQueue.prototype.submit = function (/** @type {unknown} */ commands) {
    if (pending++ === 0) run.idle += performance.now() - Math.max(done, run.begun);
    run.submissions++;
    submit.call(this, commands);
    this.onSubmittedWorkDone().then(() => {
      if (--pending === 0) done = performance.now();
    });
  };
}

/** The worker's program with the meter before it. @param {string} path */
async function metered(path) {
  return { headers: { "content-type": "text/javascript" }, body: `(${meter})();\n${await readFile(join(dist, path), "utf8")}` };
}

/** @param {import("playwright-core").Page} page @param {string} state */
async function reached(page, state) {
  const error = await settled(page, state, 900_000);
  if (error) throw new Error(`${error.code}: ${error.message}`);
}

const name = (await readdir(join(dist, "assets"))).find((file) => /^worker.*\.js$/.test(file));
const program = await metered(`assets/${name}`);
const folder = await clipFolder();
const { device, size, passes } = options;
const visitor = await visit({
  run: { device, size, passes },
  webgpu: device === "webgpu",
  instead: (path) => (path.endsWith(`/${name}`) ? program : null),
});
try {
  const { page } = visitor;
  await give(page, await makeClip(folder.path("clip.mp4"), { size: options.clip, frames: Number(options.frames) }));
  await reached(page, "choosing");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await reached(page, "finished");
  const frames = Number((await details(page)).frames);
  const run = await page.workers()[0].evaluate(() => /** @type {any} */ (globalThis).measured);
  const idle = device === "cpu" ? run.seconds * 1000 - run.code : run.idle;
  const each = (/** @type {number} */ milliseconds) => Number((milliseconds / frames).toFixed(1));
  console.log(JSON.stringify({
    benchmark: "overlap", ...options, frames,
    frame_ms: each(run.seconds * 1000), engine_idle_ms: each(idle), page_waits_ms: each(run.calls), engine_code_ms: each(run.code),
    engine_idle_share: Number((idle / (run.seconds * 1000)).toFixed(3)), submissions: Math.round(run.submissions / frames),
  }));
} finally {
  await visitor.close();
  await folder.remove();
}
