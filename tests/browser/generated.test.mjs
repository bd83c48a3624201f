/** Inputs that nobody thought of; `make generated` gives the page many more of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { giveGenerated } from "./generated.mjs";

test("sixty generated inputs: none hangs the page, and none comes out other than it says", { timeout: 900_000 }, async () => {
  assert.deepEqual(await giveGenerated(60, 1, () => {}), []);
});
