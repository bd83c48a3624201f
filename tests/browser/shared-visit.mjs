import assert from "node:assert/strict";
import { after } from "node:test";
import { clipFolder } from "./clips.mjs";
import { give, settled } from "./page.mjs";
import { visit } from "./visit.mjs";

/** The open page and the folder for clips that the tests of a file share; both end with the tests. @param {Parameters<typeof visit>[0]} options */
export async function sharedVisit(options = {}) {
  const folder = await clipFolder();
  /** @type {Awaited<ReturnType<typeof visit>> | undefined} */
  let visitor;
  after(async () => {
    await visitor?.close();
    await folder.remove();
  });
  visitor = await visit(options);
  return { visitor, folder };
}

/**
 * Opens the page anew with a file, and waits until all that the page looks for in it is found.
 * @param {Pick<Awaited<ReturnType<typeof visit>>, "page" | "address">} visitor @param {string} file
 */
export async function putOnDesk({ page, address }, file) {
  await page.goto(address);
  await give(page, file);
  assert.equal(await settled(page, "choosing"), null);
  await page.locator("#scan").getByText(/^(One shot|\d+ shots)/).waitFor();
}
