/* VERSION, FILES and LATER stand before this: the build writes them (offline-plugin.ts). */

// Kept under the page's own address, because several hosted copies may share an origin.
const PREFIX = `chromaflow-page ${self.registration.scope} `;
const CACHE = PREFIX + VERSION;
// What the page itself keeps here once it was used (src/media/foreign/decoder.ts).
const DECODER = "chromaflow-decoder";

// The page that is open keeps its own version until it is closed: nothing is taken from under a running clip.
self.addEventListener("install", (event) => {
  const wanted = FILES.map((name) => new Request(name, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)));
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith(PREFIX) && name !== CACHE;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET" || !url.startsWith(self.registration.scope)) return;
  const name = new URL(url).pathname.slice(new URL(self.registration.scope).pathname.length) || "index.html";
  if (FILES.includes(name)) event.respondWith(kept(CACHE, name, event.request));
  if (LATER.includes(name)) event.respondWith(kept(DECODER, url, event.request));
});

// A browser may clear a cache at any time: then the network answers.
async function kept(cacheName, name, request) {
  const cache = await caches.open(cacheName);
  const found = await cache.match(name);
  if (!found) return fetch(request);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  return range ? part(await found.blob(), range) : found;
}

// Safari plays no video from an answer that leaves its range aside.
function part(whole, [, from, to]) {
  const end = to === "" ? whole.size : Math.min(Number(to) + 1, whole.size);
  const headers = { "Content-Type": whole.type, "Content-Range": `bytes ${from}-${end - 1}/${whole.size}` };
  return new Response(whole.slice(Number(from), end), { status: 206, headers });
}
