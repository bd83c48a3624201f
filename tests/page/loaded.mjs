import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(new URL("../../www/package.json", import.meta.url));
const { rolldown } = await import(pathToFileURL(require.resolve("rolldown")).href);

/** A module of the page, put together for Node as the page's build does it. @param {string} path below www/src @returns {Promise<any>} */
export async function loaded(path) {
  const bundle = await rolldown({ input: fileURLToPath(new URL(`../../www/src/${path}`, import.meta.url)), platform: "node" });
  try {
    const { output } = await bundle.generate({ format: "esm" });
    return await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`);
  } finally {
    await bundle.close();
  }
}
