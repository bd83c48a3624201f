import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const PAGE = new URL("../../www/", import.meta.url);
// Vite reads the page's TypeScript, as it does when it builds the page.
const { runnerImport } = await import(createRequire(new URL("package.json", PAGE)).resolve("vite"));

/** A module of the page's source. @param {string} path below www/src @returns {Promise<any>} */
export async function pageModule(path) {
  const file = fileURLToPath(new URL(`src/${path}`, PAGE));
  return (await runnerImport(file, { root: fileURLToPath(PAGE), configFile: false, logLevel: "error" })).module;
}
