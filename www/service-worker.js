/*
 * The page without a network: its files are kept at the first visit and come from there at every other. The build puts
 * FILES and VERSION before this. The networks' weights have a cache of their own, by hash (src/engine/weights.ts).
 */
const PAGE = `chromaflow-page-${VERSION}`;
/** Asked of the network first, so that new weights are seen. */
const FRESH = /\/weights\/manifest\.json$/;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(PAGE).then((cache) => cache.addAll(FILES)));
});

addEventListener("activate", (event) => {
  event.waitUntil(forgetEarlier());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (!address.protocol.startsWith("http")) return;
  // The page's policy holds for its document; this holds for its worker, too.
  if (address.origin !== location.origin) return event.respondWith(Response.error());
  if (request.method !== "GET" || request.headers.has("range")) return;
  event.respondWith(FRESH.test(address.pathname) ? networkFirst(request) : keptFirst(request));
});

async function forgetEarlier() {
  for (const name of await caches.keys()) {
    if (name.startsWith("chromaflow-page-") && name !== PAGE) await caches.delete(name);
  }
}

async function keptFirst(request) {
  const cache = await caches.open(PAGE);
  // A page's own choices are in its query; its file is the same. Files with a hash in the query are not kept here.
  const kept = await cache.match(request, { ignoreSearch: request.mode === "navigate" });
  return kept ?? fetch(request);
}

async function networkFirst(request) {
  try {
    return await fetch(request);
  } catch {
    return (await (await caches.open(PAGE)).match(request)) ?? Response.error();
  }
}
