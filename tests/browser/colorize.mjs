#!/usr/bin/env node
/**
 * Colours a clip on the real page, in headless Chromium, the way a visitor would:
 *
 *   node tests/browser/colorize.mjs IN OUT [--size 128] [--passes 1] [--device cpu|webgpu] [--preset lite]
 *     [--candidate auto|1..4] [--dist www/dist] [--timeout SECONDS]
 *
 * Prints one line of JSON. The exit status is 1 if the clip was not coloured.
 */
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { details, give, launch, save, settled } from "./page.mjs";
import { DIST, serve } from "./serve.mjs";

/**
 * @typedef {object} Run
 * @property {string} input
 * @property {string} output
 * @property {string} [size]
 * @property {string} [passes]
 * @property {string} [device]
 * @property {string} [preset]
 * @property {string} [candidate]
 * @property {number} [timeout] seconds
 */

/** The page's address for a run. @param {string} address @param {Partial<Run>} run */
export function addressOf(address, { size, passes, device, preset }) {
  const asked = Object.entries({ size, passes, device, preset }).filter(([, value]) => value !== undefined);
  return `${address}?${new URLSearchParams(/** @type {string[][]} */ (asked))}`;
}

/**
 * Colours one clip on an open page and saves it.
 * @param {import("playwright-core").Page} page @param {Run} run
 * @returns {Promise<{ ok: boolean } & Record<string, unknown>>}
 */
export async function colorize(page, run) {
  const timeout = (run.timeout ?? 3600) * 1000;
  await give(page, run.input);
  let error = await settled(page, "choosing", timeout);
  if (error) return { ok: false, ...error };
  const { candidate = "auto" } = run;
  if (candidate !== "auto") await page.keyboard.press(candidate);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  error = await settled(page, "finished", timeout);
  if (error) return { ok: false, ...error };
  await save(page, run.output);
  return { ok: true, ...typed(await details(page)), notes: await page.locator("#result-notes li").allInnerTexts() };
}

/** @param {Record<string, string>} fields */
function typed(fields) {
  const { device, container, videoCodec, audio, model, ...numbers } = fields;
  const values = Object.entries(numbers).map(([field, value]) => [field, Number(value)]);
  return { ...Object.fromEntries(values), device, model, container, videoCodec, audio: audio || null };
}

/** Starts everything, colours one clip, and ends everything. @param {Run & { dist?: string }} run */
export async function colorizeFile(run) {
  const server = await serve({ dist: run.dist ?? DIST });
  const browser = await launch({ webgpu: run.device === "webgpu" });
  try {
    const page = await browser.newPage();
    await page.goto(addressOf(server.address, run));
    return await colorize(page, run);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function main() {
  const text = /** @type {const} */ ({ type: "string" });
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { size: text, passes: text, device: text, preset: text, candidate: text, dist: text, timeout: text },
  });
  const [input, output] = positionals;
  if (!input || !output) throw new Error("usage: colorize.mjs IN OUT [--size N] [--passes N] [--device cpu|webgpu] …");
  const { timeout, ...options } = values;
  return colorizeFile({ input, output, ...options, ...(timeout ? { timeout: Number(timeout) } : {}) });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const line = await main().catch((/** @type {Error} */ error) => ({ ok: false, code: "driver", message: error.message }));
  console.log(JSON.stringify(line));
  process.exitCode = line.ok ? 0 : 1;
}
