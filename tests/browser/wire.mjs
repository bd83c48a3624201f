import { readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { brotliCompressSync, constants } from "node:zlib";
import { TYPES } from "./serve.mjs";

/** What hosts compress while they serve, and how hard they try. */
const COMPRESSED = /\.(html|js|css|svg|json|webmanifest|wasm)$/;
const QUALITY = 5;

/** Bytes that go over a slow line at a time. */
const PIECE = 16_384;

/** @typedef {"page" | "engine" | "weights" | "film"} Part */
/** @typedef {{ path: string, part: Part, bytes: number }} Sent */
/** @typedef {{ bitsPerSecond: number, roundTrip: number }} Line A slow line, its round trip in milliseconds. */

/**
 * Answers a visit's requests for a built page as a host with compression would, and notes what goes over the wire:
 * bodies, without headers. All bodies share a slow line, if one is given.
 * @param {string} dist @param {Line | null} line
 */
export function wire(dist, line = null) {
  const pace = line && paceOf(line);
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
    return { body: pace ? Readable.from(pace(bytes)) : bytes, headers: COMPRESSED.test(path) ? { ...headers, "content-encoding": "br" } : headers };
  };
  return { instead, sent };
}

/** Sends bodies piece by piece, one piece of all of them at a time. @param {Line} line */
function paceOf({ bitsPerSecond, roundTrip }) {
  let free = 0;
  return async function* (/** @type {Buffer} */ body) {
    await pause(roundTrip);
    for (let at = 0; at < body.length; at += PIECE) {
      const piece = body.subarray(at, at + PIECE);
      free = Math.max(free, performance.now()) + (8000 * piece.length) / bitsPerSecond;
      await pause(free - performance.now());
      yield piece;
    }
  };
}

/** @param {string} path @returns {Part} */
function partOf(path) {
  if (path.endsWith(".wasm")) return "engine";
  if (path.startsWith("/samples/")) return "film";
  return path.startsWith("/weights/") ? "weights" : "page";
}

/** Bytes of each part, and how many requests there were. @param {Sent[]} sent */
export function totals(sent) {
  const bytesOf = (/** @type {Part} */ part) => sent.filter((each) => each.part === part).reduce((sum, { bytes }) => sum + bytes, 0);
  return { requests: sent.length, page: bytesOf("page"), engine: bytesOf("engine"), weights: bytesOf("weights"), film: bytesOf("film") };
}
