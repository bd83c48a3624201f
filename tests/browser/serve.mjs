import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

/** The built page. */
export const DIST = fileURLToPath(new URL("../../www/dist/", import.meta.url));

export const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/**
 * Serves the built page on localhost as any static host would.
 *
 * @param {{ dist?: string, port?: number, instead?: (path: string) => { status?: number, headers?: Record<string, string | number>, body?: Buffer | string | Readable } | null }} options
 *   `instead` may answer for a path in place of the file: how the tests break what the page fetches.
 * @returns {Promise<{ address: string, close: () => Promise<void> }>}
 */
export async function serve({ dist = DIST, port = 0, instead = () => null } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const other = instead(path);
    if (other) {
      response.writeHead(other.status ?? 200, other.headers);
      return other.body instanceof Readable ? other.body.pipe(response) : response.end(other.body);
    }
    return sendFile(response, join(dist, normalize(path.endsWith("/") ? `${path}index.html` : path)), request.headers.range);
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", () => listening(undefined)));
  const { port: chosen } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    address: `http://localhost:${chosen}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** @param {import("node:http").ServerResponse} response @param {string} file @param {string} [range] of its bytes, as browsers ask for films */
async function sendFile(response, file, range = "") {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return response.writeHead(404).end();
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range);
  const [start, end] = [Number(asked?.[1] ?? 0), Math.min(Number(asked?.[2] || Infinity), found.size - 1)];
  response.writeHead(asked ? 206 : 200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-length": end - start + 1,
    "accept-ranges": "bytes",
    ...(asked ? { "content-range": `bytes ${start}-${end}/${found.size}` } : {}),
  });
  createReadStream(file, asked ? { start, end } : {}).pipe(response);
}
