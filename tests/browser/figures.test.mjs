/** The figures that the page gives of a clip are true. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { makeClip } from "./clips.mjs";
import { details, give, settled } from "./page.mjs";
import { sharedVisit } from "./shared-visit.mjs";

const { visitor, folder } = await sharedVisit();

beforeEach(async () => {
  await visitor.page.goto(visitor.address);
});

/** @param {string} file */
async function onTheDesk(file) {
  await give(visitor.page, file);
  assert.equal(await settled(visitor.page, "choosing"), null);
  await visitor.page.locator("#candidates[aria-busy=false]").waitFor();
}

/** Colours a clip; what the page says of it. @param {string} file */
async function figuresOf(file) {
  await onTheDesk(file);
  await visitor.page.getByRole("button", { name: "Colour it", exact: true }).click();
  assert.equal(await settled(visitor.page, "finished"), null);
  return details(visitor.page);
}

/** Mean HSV saturation of the moments' small pictures on each card, in percent. */
function saturations() {
  return visitor.page.locator(".candidate").evaluateAll((cards) => cards.map((card) => {
    const moments = [.../** @type {NodeListOf<HTMLCanvasElement>} */ (card.querySelectorAll(".moments canvas"))];
    const shown = moments.map((canvas) => {
      const rgba = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height).data;
      let sum = 0;
      for (let at = 0; at < rgba.length; at += 4) {
        const [most, least] = [Math.max(rgba[at], rgba[at + 1], rgba[at + 2]), Math.min(rgba[at], rgba[at + 1], rgba[at + 2])];
        sum += most === 0 ? 0 : (most - least) / most;
      }
      return (400 * sum) / rgba.length;
    });
    return shown.reduce((sum, each) => sum + each, 0) / shown.length;
  }));
}

test("the saturation that is said of each colouring is that of its pictures", async () => {
  const figures = await figuresOf(await makeClip(folder.path("colours.mp4"), { frames: 12 }));
  const [shown, said] = [await saturations(), figures.saturations.split(",").map((share) => 100 * Number(share))];
  assert.equal(shown.length, 4);
  for (const [at, share] of said.entries()) assert.ok(share > 0 && Math.abs(shown[at] - share) < 4, `${shown}; ${said}`);
});

test("saturations, cuts, frames and speed of a run", async () => {
  const filter = "negate=enable='between(n,4,7)'";
  const figures = await figuresOf(await makeClip(folder.path("cut.mp4"), { frames: 12, filter }));
  assert.equal(figures.shots, "3");
  await visitor.page.locator("section.finished summary").click();
  assert.match(await visitor.page.locator("[data-field=shots]").innerText(), /2 cuts/);
  assert.equal(figures.frames, "12");
  assert.ok(Math.abs(Number(figures.framesPerSecond) * Number(figures.seconds) - 12) < 0.5, JSON.stringify(figures));
  assert.equal(figures.saturations.split(",").length, 4);
  const marked = await visitor.page.locator(".candidate .badge").evaluateAll((all) => all.findIndex((badge) => !(/** @type {HTMLElement} */ (badge).hidden)));
  assert.equal(marked + 1, Number(figures.candidate), "the likeliest was not the one that was proposed");
});

test("black bars hide no cuts", async () => {
  const filter = "negate=enable='between(n,4,7)',pad=iw*2:ih:iw/2:0:black";
  assert.equal((await figuresOf(await makeClip(folder.path("pillarboxed.mp4"), { frames: 12, filter }))).shots, "3");
});

test("what stands still is surely found again, what is noise is not", async () => {
  const still = await makeClip(folder.path("still.mp4"), { size: "160x120", filter: "loop=loop=-1:size=1" });
  const noise = await makeClip(folder.path("noise.mp4"), { size: "160x120", filter: "noise=alls=100:allf=t" });
  const shares = [];
  for (const clip of [still, noise]) shares.push(Number((await figuresOf(clip)).confidence));
  assert.ok(shares[0] > 0.9 && shares[1] < 0.6, `${shares}`);
});
