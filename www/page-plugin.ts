import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin, Rollup } from "vite";

/**
 * What the built pages may do: everything from their own folder, nothing from anywhere else. The engine is WebAssembly;
 * clips and results are blobs.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Gives the built pages their Content-Security-Policy. The development server injects scripts and styles, so it has none. */
export function policy(): Plugin {
  return {
    name: "chromaflow-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
    ],
  };
}

/** Writes the service worker with the names of all files that the pages need without a network, and their version. */
export function offline(source: URL): Plugin {
  return {
    name: "chromaflow-offline",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const files = Object.keys(bundle).filter((name) => !/^weights\/.*(?<!manifest\.json)$|\.map$/.test(name)).sort();
      const version = createHash("sha256");
      for (const name of files) version.update(name).update(contentOf(bundle[name]!));
      const head = `const FILES = ${JSON.stringify(["./", ...PUBLIC, ...files])};\nconst VERSION = "${version.digest("hex").slice(0, 16)}";\n`;
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + readFileSync(source, "utf8") });
    },
  };
}

/** Files that the build copies as they are. */
const PUBLIC = ["icon.svg", "icon-192.png", "icon-512.png", "app.webmanifest"];

function contentOf(output: Rollup.OutputAsset | Rollup.OutputChunk): string | Uint8Array {
  return output.type === "chunk" ? output.code : output.source;
}
