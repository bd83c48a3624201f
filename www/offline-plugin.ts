import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Plugin } from "vite";

/** Weights are large and kept by the page itself, by their hash; of them only the list belongs to the page. */
const KEPT_ELSEWHERE = /^weights\/(?!manifest\.json$)/;
/** The added decoder is large and needed for rare files only: the page keeps it when it has used it. */
const KEPT_ONCE_USED = /^(decoder\/|assets\/ffmpeg-)/;

/**
 * Writes the service worker that keeps the built page, so that a second visit needs no network: the code of
 * `service-worker.js` behind the list of the page's files, that of those which are kept once they are used, and a version, which is
 * the hash of the former.
 */
export function offline(): Plugin {
  let publicFolder = "";
  return {
    name: "chromaflow-offline",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    generateBundle(_options, bundle) {
      const hash = createHash("sha256");
      const built = Object.values(bundle).filter(({ fileName }) => !KEPT_ELSEWHERE.test(fileName) && !KEPT_ONCE_USED.test(fileName));
      for (const file of built) hash.update(file.type === "chunk" ? file.code : file.source);
      const still = existsSync(publicFolder) ? files(publicFolder).filter((name) => !KEPT_ONCE_USED.test(name)) : [];
      for (const name of still) hash.update(readFileSync(resolve(publicFolder, name)));
      const names = [...built.map(({ fileName }) => fileName), ...still].sort();
      const later = Object.keys(bundle).filter((name) => KEPT_ONCE_USED.test(name)).sort();
      const code = readFileSync(resolve(import.meta.dirname, "service-worker.js"), "utf8");
      const version = hash.update(code).digest("hex").slice(0, 16);
      const source = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(names)};\nconst LATER = ${JSON.stringify(later)};\n${code}`;
      this.emitFile({ type: "asset", fileName: "service-worker.js", source });
    },
  };
}

/** All files below a folder, by their paths from there. */
function files(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map(({ parentPath, name }) => relative(folder, resolve(parentPath, name)).replaceAll("\\", "/"));
}
