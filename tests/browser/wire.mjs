import { readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { TYPES } from "./serve.mjs";

/** What hosts compress while they serve, and how hard they try. */
const COMPRESSED = /\.(html|js|css|svg|json|webmanifest|wasm)$/;
const QUALITY = 5;

/** @typedef {"page" | "engine" | "weights"} Part */
/** @typedef {{ path: string, part: Part, bytes: number }} Sent */

/**
 * Answers a visit's requests for a built page as a host with compression would, and notes what goes over the wire:
 * bodies, without headers.
 * @param {string} dist
 */
export function wire(dist) {
  /** @type {Map<string, Buffer>} */
  const bodies = new Map();
  /** @type {Sent[]} */
  const sent = [];
  const body = (/** @type {string} */ path) => {
    const plain = readFileSync(join(dist, path));
    if (!COMPRESSED.test(path)) return plain;
    return brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_LGWIN]: 24 } });
  };
  const instead = (/** @type {string} */ asked) => {
    const path = asked.endsWith("/") ? `${asked}index.html` : asked;
    if (!statSync(join(dist, path), { throwIfNoEntry: false })?.isFile()) return null;
    if (!bodies.has(path)) bodies.set(path, body(path));
    const bytes = /** @type {Buffer} */ (bodies.get(path));
    sent.push({ path, part: partOf(path), bytes: bytes.length });
    const headers = { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "content-length": bytes.length };
    return { body: bytes, headers: COMPRESSED.test(path) ? { ...headers, "content-encoding": "br" } : headers };
  };
  return { instead, sent };
}

/** @param {string} path @returns {Part} */
function partOf(path) {
  if (path.endsWith(".wasm")) return "engine";
  return path.startsWith("/weights/") ? "weights" : "page";
}

/** Bytes of each part, and how many requests there were. @param {Sent[]} sent */
export function totals(sent) {
  const bytesOf = (/** @type {Part} */ part) => sent.filter((each) => each.part === part).reduce((sum, { bytes }) => sum + bytes, 0);
  return { requests: sent.length, page: bytesOf("page"), engine: bytesOf("engine"), weights: bytesOf("weights") };
}
