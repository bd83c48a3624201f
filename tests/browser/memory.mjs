import { readFile } from "node:fs/promises";

/** What /proc calls it: the memory that a process holds now, and the most that it has held. */
const FIELDS = { now: "VmRSS", most: "VmHWM" };

/** The memory of the largest process of a page's browser, in bytes. Needs Linux. @param {import("playwright-core").Page} page @param {"now" | "most"} when */
export async function heldBy(page, when) {
  const session = await /** @type {import("playwright-core").Browser} */ (page.context().browser()).newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const held = [];
  for (const { id, type } of processInfo) {
    if (type !== "renderer") continue;
    const status = await readFile(`/proc/${id}/status`, "utf8");
    held.push(1024 * Number(status.match(new RegExp(`${FIELDS[when]}:\\s+(\\d+)`))?.[1]));
  }
  return Math.max(...held);
}
