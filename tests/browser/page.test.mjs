/** What a visitor does on the page besides giving it one good file. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, beforeEach, test } from "node:test";
import { makeClip, measure } from "./clips.mjs";
import { give, settled, shownError, state } from "./page.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit();
/** @type {string} */
let short;
/** @type {string} */
let long;

before(async () => {
  short = await makeClip(folder.path("short.mp4"), { frames: 3 });
  long = await makeClip(folder.path("long.mp4"), { frames: 400 });
});
beforeEach(async () => {
  await visitor.page.goto(visitor.address);
  await visitor.page.locator("#device[data-kind=cpu]").waitFor();
});

/** @param {string} file */
async function choosing(file) {
  await give(visitor.page, file);
  assert.equal(await settled(visitor.page, "choosing"), null);
}

/** Puts a file into the page's hands by an event that carries it. @param {string} kind @param {string} file */
async function hand(kind, file) {
  const content = [...(await readFile(file))];
  await visitor.page.evaluate(([kind, content]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(/** @type {number[]} */ (content))], "clip.mp4"));
    const options = { bubbles: true, cancelable: true };
    const event = kind === "paste"
      ? new ClipboardEvent("paste", { ...options, clipboardData: data })
      : new DragEvent(String(kind), { ...options, dataTransfer: data });
    document.body.dispatchEvent(event);
  }, [kind, content]);
}

test("a clip is dropped anywhere on the page", async () => {
  await hand("dragenter", short);
  await visitor.page.locator(".drop-veil.shown").waitFor();
  await hand("drop", short);
  assert.equal(await settled(visitor.page, "choosing"), null);
  assert.equal(await visitor.page.locator(".drop-veil.shown").count(), 0);
});

test("a clip is pasted", async () => {
  await hand("paste", short);
  assert.equal(await settled(visitor.page, "choosing"), null);
});

test("four colourings, the likeliest one marked and chosen; keys choose another", async () => {
  const { page } = visitor;
  await choosing(short);
  const radios = page.getByRole("radiogroup", { name: "Colourings" }).getByRole("radio");
  assert.equal(await radios.count(), 4);
  await page.locator("#candidates[aria-busy=false]").waitFor();
  const chosen = await radios.evaluateAll((all) => all.findIndex((radio) => /** @type {HTMLInputElement} */ (radio).checked));
  const marked = await page.locator(".candidate .badge").evaluateAll((all) => all.map((badge) => !(/** @type {HTMLElement} */ (badge).hidden)));
  assert.deepEqual(marked, [0, 1, 2, 3].map((index) => index === chosen));
  const other = chosen === 0 ? 3 : 0;
  await page.keyboard.press(String(other + 1));
  assert.ok(await radios.nth(other).isChecked());
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  assert.equal(await page.locator("[data-field=candidate]").getAttribute("value"), String(other + 1));
});

test("another working size colours the opening again and keeps the choice", async () => {
  const { page } = visitor;
  await choosing(short);
  await page.keyboard.press("2");
  await page.locator("#levels label", { hasText: "Quick" }).click();
  await page.locator("#candidates[aria-busy=false]").waitFor();
  assert.ok(await page.getByRole("radio", { name: "Colouring 2" }).isChecked());
  assert.equal(await shownError(page), null);
});

/** Presses Tab until the focus is on something of that name; it is seen wherever it is. @param {string} name */
async function tabTo(name) {
  const { page } = visitor;
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement === document.body)) continue; // between the page's end and its beginning
    const focused = await page.evaluate(() => {
      const { textContent, ariaLabel } = /** @type {HTMLElement} */ (document.activeElement);
      return (ariaLabel ?? textContent ?? "").trim();
    });
    await page.waitForFunction(() => {
      const active = document.activeElement;
      return [active, active?.nextElementSibling, active?.parentElement, active?.closest("label")].some((each) =>
        each && getComputedStyle(each).outlineStyle !== "none" && parseFloat(getComputedStyle(each).outlineWidth) >= 2);
    }).catch(() => assert.fail(`the focus is not seen on ${focused}`));
    if (focused.startsWith(name)) return;
  }
  assert.fail(`no way to ${name} by the keyboard`);
}

test("the keyboard alone goes from the first page to the saved file", async () => {
  const { page } = visitor;
  const chooser = page.waitForEvent("filechooser"); // early: what opens it has no delay of its own
  await tabTo("Choose a clip");
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(short);
  assert.equal(await settled(page, "choosing"), null);
  await page.keyboard.press("1");
  await page.keyboard.press("ArrowRight");
  assert.ok(await page.getByRole("radio", { name: "Colouring 2" }).isChecked());
  await tabTo("Colour it");
  await page.keyboard.press("Enter");
  assert.equal(await settled(page, "finished"), null);
  await tabTo("Save");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  const saved = folder.path("saved.mp4");
  await download.saveAs(saved);
  assert.equal((await measure(saved)).times.length, 3);
  assert.equal(await page.locator("[data-field=candidate]").getAttribute("value"), "2");
});

test("the keyboard keeps its place while more of the preview comes", async () => {
  const { page } = visitor;
  const focused = page.waitForFunction(() => { // as soon as it is offered: more is to come then
    const all = /** @type {HTMLInputElement | null} */ (document.querySelector("#moments input"));
    if (!all?.checkVisibility()) return null;
    all.focus();
    return document.getElementById("candidates")?.ariaBusy;
  });
  await choosing(long);
  assert.equal(await (await focused).jsonValue(), "true");
  await page.locator("#candidates[aria-busy=false]").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("name")), "moment");
});

test("progress is shown, and cancelling goes back to the choices", async () => {
  const { page } = visitor;
  await choosing(long);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await page.waitForFunction(() => /^[1-9]\d* of 400 frames/.test(document.getElementById("tally-frames")?.textContent ?? ""));
  const bar = page.getByRole("progressbar");
  assert.notEqual(await bar.getAttribute("aria-valuenow"), null);
  await page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();
  await page.locator("main[data-state=choosing]").waitFor();
  assert.equal(await shownError(page), null);
  await choosing(short);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
});

test("a clip that comes while another is coloured waits for it", async () => {
  const { page } = visitor;
  await choosing(long);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  await give(page, short);
  assert.match(await page.locator("#notice").innerText(), /will wait/);
  assert.equal(await state(page), "coloring");
  assert.match(await page.locator("#batch-list li").nth(1).innerText(), /short\.mp4\s+waits/);
  await page.locator("section.coloring").getByRole("button", { name: "Cancel" }).click();
  await page.locator("main[data-state=choosing]").waitFor();
});

test("a new clip replaces one that is still being read", async () => {
  const { page } = visitor;
  await give(page, long);
  await give(page, short);
  assert.equal(await settled(page, "choosing"), null);
  assert.match(await page.locator("section.choosing .facts").innerText(), /^short\.mp4/);
});

test("the four stand in a phone's window, whatever their shape, and on a laptop with the shots below them", async () => {
  const { page } = visitor;
  const usual = page.viewportSize();
  // What the tests before have cancelled is offered above the four.
  await page.evaluate(async () => (await navigator.storage.getDirectory()).removeEntry("chromaflow", { recursive: true }).catch(() => {}));
  await page.reload();
  await page.locator("#device[data-kind=cpu]").waitFor();
  const shapes = { "wide.mp4": "160x120", "tall.mp4": "120x160", "thin.mp4": "16x1080", "noted.avi": "160x120" };
  try {
    for (const [name, size] of Object.entries(shapes)) {
      const video = ["-c:v", name.endsWith("avi") ? "mjpeg" : "libx264"];
      await choosing(await makeClip(folder.path(name), { frames: 4, size, filter: "negate=enable='gte(n,2)'", video }));
      await page.locator("#scan").getByText(/^(One shot|2 shots)/).waitFor();
      const top = async (/** @type {string} */ part) => (await page.locator(part).boundingBox())?.y ?? Infinity;
      for (const [width, height] of [[390, 844], [320, 568]]) {
        await page.setViewportSize({ width, height });
        const [fourth, bar] = [await top("#candidates label:nth-child(4) .name"), await top(".go")];
        assert.ok(fourth < bar, `${name} at ${width}: the fourth colouring's name is at ${fourth}, the bar at ${bar}`);
      }
      await page.setViewportSize({ width: 1280, height: 720 });
      const [shots, lower] = [await page.locator("#shots label").first().boundingBox(), await top(".go")];
      const end = (shots?.y ?? Infinity) + (shots?.height ?? 0);
      assert.ok(end <= lower, `${name}: the shots end at ${end}, the bar begins at ${lower}`);
    }
  } finally {
    await page.setViewportSize(usual ?? { width: 1280, height: 720 });
  }
});

test("the result plays over its grey source, with sound, and fills the screen", async () => {
  const { page } = visitor;
  await choosing(await makeClip(folder.path("heard.mp4"), { frames: 10, sound: ["-c:a", "aac"] }));
  await page.keyboard.press("3");
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  const video = page.locator("#result");
  await page.waitForFunction(() => /** @type {HTMLCanvasElement} */ (document.getElementById("result-grey")).width === 96);
  // A browser may show a loaded video's first frame a moment later.
  await page.waitForFunction(() => {
    const [color, grey] = ["result", "result-grey"].map((id) => {
      const drawing = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(96, 64).getContext("2d"));
      drawing.drawImage(/** @type {HTMLVideoElement} */ (document.getElementById(id)), 0, 0);
      const { data } = drawing.getImageData(0, 0, 96, 64);
      const mean = (/** @type {(at: number) => number} */ value) => Array.from({ length: 96 * 64 }, (_, at) => value(4 * at)).reduce((sum, each) => sum + each) / (96 * 64);
      return { light: mean((at) => data[at + 1]), fromGrey: mean((at) => Math.abs(data[at] - data[at + 2])) };
    });
    return color.fromGrey > 2 && grey.fromGrey < 0.5 && Math.abs(color.light - grey.light) < 8 && grey.light > 20;
  });
  await page.getByRole("slider", { name: "grey source" }).and(page.locator(":visible")).press("End");
  assert.equal(await page.locator("#clip-result").evaluate((box) => box.style.getPropertyValue("--split")), "100%");
  await page.getByRole("button", { name: "Play" }).click();
  await page.waitForFunction(() => /** @type {HTMLVideoElement} */ (document.getElementById("result")).currentTime > 0.2);
  await page.locator("#result-play", { hasText: "Pause" }).click();
  await page.getByRole("button", { name: "Sound off" }).click();
  assert.ok(await video.evaluate((video) => /** @type {HTMLVideoElement} */ (video).muted));
  await page.getByRole("button", { name: "Sound on" }).click();
  await page.getByRole("slider", { name: "Time" }).fill("0.5");
  await page.waitForFunction(() => document.getElementById("result-clock")?.textContent === "0:01 / 0:01");
  await page.getByRole("button", { name: "Full screen" }).click();
  await page.locator("#player:fullscreen").waitFor();
  await page.getByRole("button", { name: "Leave full screen" }).click();
  await page.locator("#player:fullscreen").waitFor({ state: "detached" });
});

test("the result is shared where the device shares files, and nowhere else", async () => {
  const { page } = visitor;
  await choosing(short);
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  assert.ok(!(await page.getByRole("button", { name: "Share" }).isVisible()), "this browser shares nothing");
  await page.getByRole("button", { name: "Another colouring" }).click();
  await page.evaluate(() => Object.assign(navigator, { canShare: () => true, share: async (/** @type {ShareData} */ data) => Object.assign(window, { shared: data.files?.[0].name }) }));
  await page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(page, "finished"), null);
  await page.getByRole("button", { name: "Share" }).click();
  // @ts-ignore made just above
  await page.waitForFunction(() => window.shared === "short-colour.mp4");
});

test("without WebGPU the page says so and works on the processor", async () => {
  const { page } = visitor;
  await page.goto(visitor.address.replace("device=cpu", "device=auto"));
  await page.locator("#device[data-kind=cpu]").waitFor();
  assert.match(await page.locator("#device").innerText(), /processor, which is slower/);
  await page.getByText("Why not on the graphics card?").click();
  const help = await page.locator("#device-help").innerText();
  assert.match(help, /WebGPU/);
  assert.match(help, /chrome:\/\/settings\/system/);
  const usual = page.viewportSize();
  for (const width of [320, 390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const box = await page.locator(".device-help-text").boundingBox();
    assert.ok(box && box.x >= 0 && box.x + box.width <= width, `at ${width} it lies at ${JSON.stringify(box)}`);
  }
  await page.setViewportSize(usual ?? { width: 1280, height: 720 });
});

test("an address that asks for WebGPU where there is none is explained", async () => {
  const { page } = visitor;
  await page.goto(visitor.address.replace("device=cpu", "device=webgpu"));
  await page.getByRole("alert").waitFor();
  assert.equal((await shownError(page))?.code, "webgpu-missing");
});
