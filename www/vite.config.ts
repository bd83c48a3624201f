import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { defineConfig } from "vite";
import { offline, policy } from "./page-plugin.ts";
import { weights } from "./weights-plugin.ts";

// Another folder of exported weights than the published one: for `make serve WEIGHTS=folder`.
const folder = resolve(process.env["WEIGHTS"] || resolve(import.meta.dirname, "../weights"));

// `base: "./"` keeps every address relative, so the built page works from any folder of any host.
export default defineConfig({
  base: "./",
  plugins: [
    weights(pathToFileURL(`${folder}/`)),
    policy(),
    offline(pathToFileURL(resolve(import.meta.dirname, "service-worker.js"))),
  ],
  worker: { format: "es" },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 1024,
    rolldownOptions: { input: ["index.html", "study.html"].map((name) => resolve(import.meta.dirname, name)) },
  },
  server: { port: 5173 },
});
