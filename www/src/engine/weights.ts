import type { WeightFile } from "../../wasm/chromaflow.js";
import { Fault } from "../fault";

/** A file that has come. */
export interface Fetched {
  name: string;
  bytes: Uint8Array;
}

/** Weights are kept by their hash, so that the second visit needs no network and a new export is never mixed up. */
const CACHE = "chromaflow-weights";

/** Reads the manifest beside the page. */
export async function readManifest(page: string, signal: AbortSignal): Promise<string> {
  const response = await request(new URL("weights/manifest.json", page), { cache: "no-cache", signal });
  return response.text();
}

/** Gets the files from the cache or the network, all at once, telling the bytes that have come so far. */
export async function fetchWeights(
  page: string,
  files: WeightFile[],
  told: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Fetched[]> {
  let come = 0;
  const fetchOne = async (file: WeightFile) => {
    const address = addressOf(page, file);
    const response = (await openCache().then((cache) => cache?.match(address))) ?? (await request(address, { signal }));
    return { name: file.name, bytes: await readAll(response, (more) => told((come += more))) };
  };
  return Promise.all(files.map(fetchOne));
}

/** How many bytes of files are not kept here yet. */
export async function bytesMissing(page: string, files: WeightFile[]): Promise<number> {
  const cache = await openCache();
  const missing = await Promise.all(files.map(async (file) => ((await cache?.match(addressOf(page, file))) ? 0 : file.bytes)));
  return missing.reduce((sum, bytes) => sum + bytes, 0);
}

/** Keeps files that the engine has checked. A full disk is no error: the next visit fetches them again. */
export async function keepWeights(
  page: string,
  files: WeightFile[],
  fetched: Fetched[],
): Promise<void> {
  const cache = await openCache();
  for (const file of files) {
    const bytes = fetched.find(({ name }) => name === file.name)?.bytes;
    const address = addressOf(page, file);
    if (!cache || !bytes || (await cache.match(address))) continue;
    await cache.put(address, new Response(bytes as Uint8Array<ArrayBuffer>)).catch(() => undefined);
  }
}

/** Drops kept files that did not pass the engine's check, so that the next attempt fetches them anew. */
export async function forgetWeights(page: string, files: WeightFile[]): Promise<void> {
  const cache = await openCache();
  for (const file of files) await cache?.delete(addressOf(page, file));
}

function addressOf(page: string, file: WeightFile): string {
  return new URL(`weights/${file.name}?sha256=${file.sha256}`, page).href;
}

/** The Cache API is absent on pages that are not served securely. */
async function openCache(): Promise<Cache | null> {
  if (!("caches" in globalThis)) return null;
  return caches.open(CACHE).catch(() => null);
}

async function request(address: URL | string, init: RequestInit): Promise<Response> {
  const response = await fetch(address, init).catch((error: unknown) => {
    if (init.signal?.aborted) throw new Fault("cancelled", "cancelled");
    throw new Fault("weights-missing", `${address}: ${error}`, error);
  });
  if (!response.ok) throw new Fault("weights-missing", `${address}: ${response.status}`);
  return response;
}

async function readAll(response: Response, told: (more: number) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let read = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      read += chunk.length;
      told(chunk.length);
    }
  } catch (error) {
    throw new Fault("weights-missing", `the download broke off after ${read} bytes: ${error}`, error);
  }
  const whole = new Uint8Array(read);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
