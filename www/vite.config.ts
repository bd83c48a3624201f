import { defineConfig } from "vite";
import { weights } from "./weights-plugin.ts";

// `base: "./"` keeps every address relative, so the built page works from any folder of any host.
export default defineConfig({
  base: "./",
  plugins: [weights(new URL("../weights/", import.meta.url))],
  worker: { format: "es" },
  build: { target: "es2022", chunkSizeWarningLimit: 1024 },
  server: { port: 5173 },
});
