import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/**
 * Puts the exported weights beside the page as `weights/<name>`: served from their folder while developing,
 * copied into the build otherwise. They stay outside `public/` because the trainer owns their folder.
 */
export function weights(address: URL): Plugin {
  const folder = fileURLToPath(address);
  return {
    name: "chromaflow-weights",
    configureServer(server) {
      server.middlewares.use("/weights", (request, response, next) => {
        const file = join(folder, normalize(`/${request.url?.split("?")[0] ?? ""}`));
        if (!existsSync(file) || !statSync(file).isFile()) return next();
        response.setHeader("content-type", "application/octet-stream");
        createReadStream(file).pipe(response);
      });
    },
    async generateBundle() {
      for (const name of published(folder)) {
        this.emitFile({ type: "asset", fileName: `weights/${name}`, source: await readFile(join(folder, name)) });
      }
    },
  };
}

/** The files that the page fetches: all but the folder's notes for readers. */
function published(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => !name.endsWith(".md") && statSync(join(folder, name)).isFile());
}
