import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Plugin } from "vite";

/**
 * Puts the exported weights beside the page as `weights/<name>`: served from their folder while developing,
 * copied into the build otherwise. They stay outside `public/` because the trainer owns their folder.
 */
export function weights(folder: URL): Plugin {
  return {
    name: "chromaflow-weights",
    configureServer(server) {
      server.middlewares.use("/weights", (request, response, next) => {
        const file = new URL(basename(request.url?.split("?")[0] ?? ""), folder);
        if (!existsSync(file) || !statSync(file).isFile()) return next();
        response.setHeader("content-type", "application/octet-stream");
        createReadStream(file).pipe(response);
      });
    },
    async generateBundle() {
      const names = existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith(".md")) : [];
      for (const name of names) {
        const source = await readFile(new URL(name, folder));
        this.emitFile({ type: "asset", fileName: `weights/${name}`, source });
      }
    },
  };
}
