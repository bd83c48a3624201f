/** A visitor's way through everything that the page can show, with a stop in every state. */
import { give, settled } from "./page.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {(state: string) => Promise<unknown>} Stop */

/** @param {Page} page @param {string} wanted */
async function reached(page, wanted) {
  const error = await settled(page, wanted);
  if (error) throw new Error(`${error.code}: ${error.message}`);
}

/** Everything around a clip of two shots. @param {Page} page opened at its welcome @param {string} clip @param {Stop} stop */
export async function walkClip(page, clip, stop) {
  await page.locator("#device[data-kind=cpu]").waitFor();
  await stop("welcome");
  await page.evaluate(() => document.getElementById("drop-veil")?.classList.add("shown"));
  await stop("dropping");
  await page.evaluate(() => document.getElementById("drop-veil")?.classList.remove("shown"));
  await give(page, { name: "empty.mp4", mimeType: "video/mp4", buffer: Buffer.from("") });
  await page.getByRole("alert").waitFor();
  await stop("error");
  await page.locator("#clip-file").setInputFiles([8, 9].map((number) => ({ name: `scan-${number}.tif`, mimeType: "image/tiff", buffer: Buffer.from("scan") })));
  await page.getByRole("dialog").waitFor();
  await stop("film question");
  await page.keyboard.press("Escape");
  await give(page, clip);
  await page.locator("main[data-state=reading]").waitFor();
  await stop("reading");
  await reached(page, "choosing");
  await page.locator("#scan").getByText("2 shots").waitFor();
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await stop("choosing");
  await page.locator("#shots label").nth(2).click();
  await page.keyboard.press("2");
  await page.locator("#candidates[aria-busy=false]").waitFor();
  await stop("shot");
  await page.getByRole("button", { name: "Correct colours" }).click();
  await page.locator(".corrected[aria-busy=false]").waitFor();
  await page.locator(".surface").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".palette .swatch").nth(3).click();
  await stop("correcting");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Delete");
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Add a cut" }).click();
  await page.getByRole("button", { name: "Cut before this frame" }).and(page.locator(":enabled")).waitFor();
  await stop("cutter");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await page.waitForFunction(() => /^[2-9]\d* of/.test(document.getElementById("tally-frames")?.textContent ?? ""));
  await page.getByRole("button", { name: "Pause" }).click();
  await stop("paused");
  await page.locator("section.coloring summary").click();
  await page.getByRole("radio", { name: "Motion" }).check({ force: true });
  await stop("motion");
  await page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();
  await page.locator("#unfinished li").waitFor();
  await stop("cancelled");
  await page.locator("#unfinished").getByRole("button", { name: "Go on" }).click();
  await reached(page, "finished");
  await stop("finished");
}

/** Two files, the first of them a photo. @param {Page} page @param {string[]} files @param {Stop} stop */
export async function walkQueue(page, files, stop) {
  await page.locator("#clip-file").setInputFiles(files);
  await reached(page, "choosing");
  await stop("photo");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await page.locator("#batch-list a").nth(files.length - 1).waitFor();
  await stop("queue");
}

/** The study, of a folder with two methods and one clip. @param {Page} page opened at the study @param {string} folder @param {Stop} stop */
export async function walkStudy(page, folder, stop) {
  await stop("study");
  await page.locator("#study-folder").setInputFiles(folder);
  await page.getByLabel("Participant").waitFor();
  await stop("study ready");
  await page.getByLabel("Participant").fill("Ada");
  await page.keyboard.press("Enter");
  await page.locator("#choose-left:enabled").waitFor();
  await stop("study pair");
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("heading", { name: "Results" }).waitFor();
  await stop("study results");
}
