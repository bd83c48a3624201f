/** What a first visit costs before a clip is dropped: the budgets of BENCHMARKS.md. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { launch } from "./page.mjs";
import { serve } from "./serve.mjs";
import { dist } from "./visit.mjs";
import { totals, wire } from "./wire.mjs";

/** Bytes over the wire from a host that compresses by brotli, and requests. The film comes once the page can be used. */
const BUDGETS = { requests: 14, page: 200_000, engine: 3_000_000, weights: 16_000_000, film: 500_000 };

test("the first visit keeps to its budgets of bytes and requests", async () => {
  const { instead, sent } = wire(dist);
  const server = await serve({ dist, instead });
  const browser = await launch();
  try {
    const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
    await page.goto(`${server.address}?device=cpu`);
    await page.locator("#device[data-kind=cpu]").waitFor();
    const spent = totals(sent);
    for (const [part, budget] of Object.entries(BUDGETS)) {
      const amount = spent[/** @type {keyof typeof spent} */ (part)];
      assert.ok((amount > 0 || part === "film") && amount <= budget, `${part}: ${amount} of ${budget}; ${JSON.stringify(sent)}`);
    }
  } finally {
    await browser.close();
    await server.close();
  }
});
