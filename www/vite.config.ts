import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { defineConfig } from "vite";
import { offline } from "./offline-plugin.ts";
import { policy } from "./policy-plugin.ts";
import { weights } from "./weights-plugin.ts";

// Another folder of exported weights than the published one: for `make serve WEIGHTS=folder`.
const folder = resolve(process.env["WEIGHTS"] || resolve(import.meta.dirname, "../weights"));

// The added decoder has a folder of its own: it is another work, under another licence, and not fetched before it is needed.
const assetFileNames = ({ names }: { names: string[] }) =>
  names.some((name) => name.startsWith("ffmpeg-core")) ? "decoder/[name]-[hash][extname]" : "assets/[name]-[hash][extname]";

// `base: "./"` keeps every address relative, so the built page works from any folder of any host.
export default defineConfig({
  base: "./",
  plugins: [weights(pathToFileURL(`${folder}/`)), policy(), offline()],
  worker: { format: "es", rolldownOptions: { output: { assetFileNames } } },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 1024,
    rolldownOptions: { output: { assetFileNames }, input: ["index.html", "study.html"].map((page) => resolve(import.meta.dirname, page)) },
  },
  server: { port: 5173 },
});
