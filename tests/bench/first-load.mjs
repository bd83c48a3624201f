/**
 * Benchmark: a first visit to the page, from a host that compresses, at the speed of the machine and over a slow line.
 * Prints one line of JSON: bytes and requests, and milliseconds until something is painted, until a clip may be dropped,
 * and until the engine and its weights wait for one.
 */
import { launch } from "../browser/page.mjs";
import { serve } from "../browser/serve.mjs";
import { dist } from "../browser/visit.mjs";
import { totals, wire } from "../browser/wire.mjs";

const ROUNDS = 5;
const SLOW = { bitsPerSecond: 9e6, roundTrip: 60 };

/** @param {import("../browser/wire.mjs").Line | null} line */
async function visitOnce(line) {
  const { instead, sent } = wire(dist, line);
  const server = await serve({ dist, instead });
  const browser = await launch();
  try {
    const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
    await page.goto(`${server.address}?device=cpu`, { waitUntil: "commit" });
    await page.locator("#device[data-kind=cpu]").waitFor({ timeout: 120_000 });
    const times = await page.evaluate(() => ({
      painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
      droppable: performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
      ready: performance.now(),
    }));
    return { ...totals(sent), ...times };
  } finally {
    await browser.close();
    await server.close();
  }
}

/** @param {number[]} values */
function median(values) {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1]);
}

for (const [line, conditions] of /** @type {[string, typeof SLOW | null][]} */ ([["local", null], ["9 Mbit/s, 60 ms", SLOW]])) {
  const visits = [];
  for (let round = 0; round < ROUNDS; round++) visits.push(await visitOnce(conditions));
  const fields = /** @type {(keyof typeof visits[0])[]} */ (Object.keys(visits[0]));
  const figures = Object.fromEntries(fields.map((field) => [field, median(visits.map((visit) => Number(visit[field])))]));
  console.log(JSON.stringify({ benchmark: "first load", line, rounds: ROUNDS, ...figures }));
}
