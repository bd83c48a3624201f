import { existsSync } from "node:fs";
import { createRequire } from "node:module";

// The browser's driver is a package of the page, not of the repository's root.
const require = createRequire(new URL("../../www/package.json", import.meta.url));
/** @type {typeof import("playwright-core")} */
const { chromium } = require("playwright-core");

const PLACES = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** What a headless browser needs for a test, and nothing that talks to the world. */
const QUIET = [
  "--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
/** WebGPU on the processor: slow, and the same results. */
const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan"];

/**
 * Starts Chromium.
 * @param {{ webgpu?: boolean, flags?: string[] }} options `webgpu`: with a software adapter; `flags`: further ones
 */
export async function launch({ webgpu = false, flags = [] } = {}) {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error("no Chromium found: install it, or name its file in the variable CHROMIUM");
  return chromium.launch({ executablePath, args: [...QUIET, ...(webgpu ? SOFTWARE_WEBGPU : []), ...flags] });
}

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ code: string, message: string, words: string[] }} ShownError `words`: what happened, what is kept, what to do */

/** Gives the page a file the way a visitor picks one. @param {Page} page @param {string | object} file */
export async function give(page, file) {
  await page.locator("#clip-file").setInputFiles(/** @type {any} */ (file));
}

/** The error that the page shows, or null. @param {Page} page @returns {Promise<ShownError | null>} */
export async function shownError(page) {
  const alert = page.getByRole("alert");
  if (!(await alert.isVisible())) return null;
  const read = async (/** @type {string} */ id) => (await alert.locator(id).textContent()) ?? "";
  const message = `${await read("#alert-title")}${await read("#alert-detail")}`;
  const words = await Promise.all(["#alert-what", "#alert-kept", "#alert-advice"].map(read));
  return { code: (await alert.getAttribute("data-code")) ?? "", message, words };
}

/** What the page is doing. @param {Page} page */
export async function state(page) {
  return page.locator("main").getAttribute("data-state");
}

/**
 * Waits until the page has come to a state, or explains an error.
 * @param {Page} page @param {string} wanted @param {number} timeout milliseconds
 * @returns {Promise<ShownError | null>} the error, or null where the state was reached
 */
export async function settled(page, wanted, timeout = 120_000) {
  const reached = page.locator(`main[data-state="${wanted}"], [role="alert"]:visible`).first();
  await reached.waitFor({ state: "visible", timeout });
  return shownError(page);
}

/** Waits until the weights of all four networks are kept for the next visit. @param {Page} page */
export async function weightsKept(page) {
  // waitForFunction would take the promise of an asynchronous function for its yes.
  const kept = () => page.evaluate(async () => (await (await caches.open("chromaflow-weights")).keys()).length);
  for (const end = Date.now() + 60_000; (await kept()) < 4;) {
    if (Date.now() > end) throw new Error(`only ${await kept()} of the four files of weights are kept`);
    await page.waitForTimeout(100);
  }
}

/** What the finished page says of its result, by field. @param {Page} page @returns {Promise<Record<string, string>>} */
export async function details(page) {
  const pairs = await page.locator("#details data").evaluateAll((data) =>
    data.map((each) => [each.dataset.field ?? "", /** @type {HTMLDataElement} */ (each).value]));
  return Object.fromEntries(pairs);
}

/** Presses "Save" and keeps the download. @param {Page} page @param {string} file */
export async function save(page, file) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  await download.saveAs(file);
  return download.suggestedFilename();
}

/**
 * Puts a finger on the middle of an element, or elsewhere across it; gives what lifts it again.
 * @param {Page} page @param {string} selector @param {number} across 0 to 1
 */
export async function touch(page, selector, across = 0.5) {
  const box = await page.locator(selector).boundingBox();
  if (!box) throw new Error(`${selector} is not there to be touched`);
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  const touchPoints = [{ x: box.x + box.width * across, y: box.y + box.height / 2 }];
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
  return async () => {
    await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await session.send("Emulation.setTouchEmulationEnabled", { enabled: false });
    await session.detach();
  };
}
