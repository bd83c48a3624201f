import { existsSync } from "node:fs";
import { join } from "node:path";
import { addressOf } from "./colorize.mjs";
import { launch } from "./page.mjs";
import { DIST, serve } from "./serve.mjs";

/** The tests run on the processor and at a small size: the results have to be right, not beautiful. */
const QUICK = { device: "cpu", size: "64", passes: "1" };

/** What is built where: the tests of another build name its folder in the variable DIST. */
export const dist = process.env.DIST ?? DIST;

/**
 * Opens the page for a test file.
 * @param {{ run?: Record<string, string>, webgpu?: boolean, instead?: NonNullable<Parameters<typeof serve>[0]>["instead"], flags?: string[] }} options
 */
export async function visit({ run = {}, webgpu = false, instead, flags = [] } = {}) {
  if (!existsSync(join(dist, "index.html"))) throw new Error(`the page is not built: no ${join(dist, "index.html")}`);
  const server = await serve({ dist, ...(instead ? { instead } : {}) });
  const browser = await launch({ webgpu, flags });
  // What the tests break on the server must not come from an earlier visit's kept page.
  const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
  page.setDefaultTimeout(120_000); // other work beside the tests makes them slow, not wrong
  /** @type {string[]} what went wrong on the page without being explained there */
  const uncaught = [];
  page.on("pageerror", (error) => uncaught.push(error.message));
  const address = addressOf(server.address, { ...QUICK, ...run });
  await page.goto(address);
  return {
    page,
    address,
    uncaught,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
