import { FRAME_STEP } from "../media/sampling";
import { graded, UNGRADED, type Grade } from "../picture/grade";
import type { Preview } from "../preview";
import type { ClipReport, Glimpse } from "../protocol";
import { clipClock } from "../words/measure";
import { words } from "../words/page";
import { makeCard, type Card } from "./card";
import { element, made } from "./element";
import { blank, paint } from "./paint";

const COUNT = 4;

/** The colourings side by side, moving, one of them chosen. */
export class Candidates {
  readonly #group = element("candidates");
  readonly #greyButton = element<HTMLButtonElement>("show-grey");
  readonly #playButton = element<HTMLButtonElement>("play-preview");
  readonly #cards: Card[] = [];
  #preview: Preview | null = null;
  #clip: ClipReport | null = null;
  #grade = UNGRADED;
  #shown: Glimpse | null = null;
  /** The one moment that is shown; null for all in turn. */
  #only: number | null = null;
  #step = 0;
  #playing = !matchMedia("(prefers-reduced-motion: reduce)").matches;

  constructor(onChoose: (candidate: number) => void) {
    for (let index = 0; index < COUNT; index++) this.#cards.push(makeCard(index, () => this.#paint()));
    this.#group.append(...this.#cards.map(({ label }) => label));
    this.#group.addEventListener("change", () => onChoose(this.#cards.findIndex(({ radio }) => radio.checked)));
    this.#greyButton.addEventListener("click", () => this.showGrey(this.#greyButton.ariaPressed !== "true"));
    this.#playButton.addEventListener("click", () => this.#play(!this.#playing));
    element("moments").addEventListener("change", (event) => this.#showOnly((event.target as HTMLInputElement).value));
    this.#play(this.#playing);
    setInterval(() => this.#tick(), FRAME_STEP * 1000);
  }

  /** Shows what there is of a preview; called again as more of it comes. */
  show(preview: Preview, clip: ClipReport, chosen: number | null, busy: boolean): void {
    if (preview !== this.#preview) {
      [this.#step, this.#only] = [0, null];
      if (preview.empty) for (const { color, grey } of this.#cards) [color, grey].forEach(blank);
    }
    [this.#preview, this.#clip] = [preview, clip];
    this.#group.ariaBusy = String(busy);
    this.#offerMoments();
    this.#name();
    this.choose(chosen);
    this.#paint();
  }

  /** The look of the colours changes at once; the networks are not asked again. */
  regrade(grade: Grade): void {
    this.#grade = grade;
    this.#offerMoments();
    this.#paint();
  }

  /** Marks a colouring as chosen. */
  choose(candidate: number | null): void {
    for (const [index, { radio }] of this.#cards.entries()) radio.checked = index === candidate;
    this.#showOnce(candidate);
  }

  /** When the frame is shown that is seen at the moment; null while there is none. */
  get time(): number | null {
    return this.#shown?.time ?? null;
  }

  focus(candidate: number): void {
    this.#cards[candidate]?.radio.focus({ preventScroll: true });
  }

  /** Shows the grey source in place of the colourings. */
  showGrey(shown: boolean): void {
    this.#greyButton.ariaPressed = String(shown);
    this.#group.classList.toggle("grey", shown);
    this.#paint();
  }

  #play(playing: boolean): void {
    this.#playing = playing;
    this.#playButton.textContent = playing ? words.pause : words.play;
  }

  #showOnly(value: string): void {
    this.#only = value === "all" ? null : Number(value);
    this.#step = 0;
    this.#paint();
  }

  #tick(): void {
    if (!this.#playing || document.hidden || !this.#group.checkVisibility() || !this.#preview) return;
    this.#step++;
    this.#paint();
  }

  #paint(): void {
    const playlist = this.#preview?.playlist(this.#only) ?? [];
    const glimpse = playlist[this.#step % playlist.length];
    if (!glimpse) return;
    this.#shown = glimpse;
    const greyEverywhere = this.#group.classList.contains("grey");
    for (const [index, card] of this.#cards.entries()) {
      this.#paintCandidate(card.color, glimpse, index);
      if (greyEverywhere || card.frame.classList.contains("wiped")) paint(card.grey, glimpse.still.luma, null, this.#clip!.pose);
      const moment = this.#preview!.moments.findIndex((frames) => frames.includes(glimpse));
      for (const [at, canvas] of [...card.moments.children].entries()) canvas.classList.toggle("shown", at === moment);
    }
  }

  #paintCandidate(canvas: HTMLCanvasElement, { still }: Glimpse, index: number): void {
    const chroma = still.colors[index];
    if (chroma) paint(canvas, still.luma, graded(still.luma, chroma, this.#grade), this.#clip!.pose);
  }

  /** A small picture of every moment on each card, and the choice of one moment for all cards. */
  #offerMoments(): void {
    if (!this.#preview) return;
    const firsts = this.#preview.moments.map(([first]) => first!);
    // One picture needs neither a choice of moments nor a pause.
    const moving = this.#preview.playlist(null).some((glimpse) => glimpse !== firsts[0]);
    for (const hidden of [element("moments"), this.#playButton]) hidden.hidden = !moving;
    for (const [index, { moments }] of this.#cards.entries()) {
      moments.hidden = firsts.length < 2;
      while (moments.children.length > firsts.length) moments.lastChild!.remove();
      while (moments.children.length < firsts.length) moments.append(made("canvas"));
      firsts.forEach((first, at) => this.#paintCandidate(moments.children[at] as HTMLCanvasElement, first, index));
    }
    this.#offerChoice(firsts.map(({ time }) => clipClock(this.#clip!, time)));
  }

  /** In place: the keyboard may stand on one of them while more come. */
  #offerChoice(times: string[]): void {
    const group = element("moments");
    const texts = [words.allMoments, ...times];
    while (group.children.length > texts.length) group.lastChild!.remove();
    while (group.children.length < texts.length) {
      const value = group.children.length === 0 ? "all" : String(group.children.length - 1);
      group.append(made("label", {}, made("input", { type: "radio", name: "moment", value }), made("span")));
    }
    texts.forEach((text, at) => (group.children[at]!.querySelector("span")!.textContent = text));
    group.querySelector<HTMLInputElement>(`[value="${this.#only ?? "all"}"]`)!.checked = true;
  }

  /** Says how each colouring looks, and which is the likeliest. */
  #name(): void {
    const { settled, likeliest, looks } = this.#preview!;
    for (const [index, { badge, name }] of this.#cards.entries()) {
      badge.hidden = !settled || index !== likeliest;
      name.textContent = settled ? words.look(looks.names[index]!) : "";
    }
  }

  /** Of colourings that look alike one is shown: the chosen one, or else the likeliest. */
  #showOnce(chosen: number | null): void {
    const { settled, likeliest, looks } = this.#preview!;
    const alike = settled ? looks.alike : [];
    const shown = alike.map((group) => [chosen, likeliest].find((each) => each !== null && group.includes(each)) ?? group[0]!);
    for (const [index, { label }] of this.#cards.entries()) label.hidden = settled && !shown.includes(index);
    this.#group.dataset.shown = String(settled ? shown.length : COUNT);
    element("choosing-title").textContent = words.waysItLooked(settled ? shown.length : COUNT);
    element("alike").textContent = words.alike(alike.map(({ length }) => length).filter((length) => length > 1), COUNT);
    element("alike").hidden = element("alike").textContent === "";
  }
}
