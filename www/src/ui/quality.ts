import { defaultsFor, LEVELS, PASSES, PRESET_SECONDS, SIZES, type Choices, type Effort, type Level } from "../choices";
import type { DeviceReport, Take } from "../protocol";
import { words } from "../words/page";
import { element, made } from "./element";

const NAMES = Object.keys(LEVELS) as Level[];

/** How well a clip is coloured, and how long that takes: three levels, and the numbers behind them for those who want others. */
export class Quality {
  readonly #levels = element("levels");
  readonly #sizes = element("sizes");
  readonly #passes = element("passes");
  /** What was chosen, whether the device holds it for this clip or not. */
  #wanted: Effort = { size: 0, passes: 0 };
  /** What the device has room for, as far as can be known beforehand. */
  #held: number[] = [];
  /** The smallest size that it had no room for. */
  #tooLarge = Infinity;
  /** Whether the address or the visitor has chosen. */
  #byHand: boolean;

  /** `onSize`: the colourings are others now. `onEffort`: the run takes another time. */
  constructor(
    private readonly choices: Choices,
    private readonly events: { onSize: () => void; onEffort: () => void },
  ) {
    this.#byHand = choices.size !== null || choices.passes !== null;
    offer(this.#sizes, "size", SIZES, choices.size);
    offer(this.#passes, "passes", PASSES, choices.passes);
    this.#levels.addEventListener("change", (event) => this.#choose(LEVELS[(event.target as HTMLInputElement).value as Level]));
    for (const numbers of [this.#sizes, this.#passes]) numbers.addEventListener("change", () => this.#choose(this.effort));
  }

  get effort(): Effort {
    return { size: chosen(this.#sizes), passes: chosen(this.#passes) };
  }

  /** All sizes on offer, and the most passes: what has to be known before one is chosen. */
  get demand(): Take<"room"> {
    return { sizes: [...this.#sizes.querySelectorAll("input")].map(({ value }) => Number(value)), passes: Math.max(...PASSES) };
  }

  /** Leaves the visitor what the device holds; the largest size that fits stands in for a larger one that was chosen. */
  leave(held: number[]): void {
    this.#held = held;
    const { sizes } = this.demand;
    const fitting = held.filter((size) => size < this.#tooLarge);
    const left = fitting.length > 0 ? fitting : [Math.min(...sizes)];
    for (const radio of this.#sizes.querySelectorAll("input")) radio.parentElement!.hidden = !left.includes(Number(radio.value));
    for (const radio of this.#levels.querySelectorAll("input")) radio.parentElement!.hidden = !left.includes(LEVELS[radio.value as Level].size);
    check(this.#sizes, left.filter((size) => size <= this.#wanted.size).at(-1) ?? left[0]!);
    this.#showLevel();
    element("sizes-words").hidden = left.length === sizes.length;
    element("sizes-words").textContent = words.sizesLeftOut(Math.max(...left));
  }

  /** The device had no room for the chosen size, whatever it had promised: neither it nor a larger one is offered any more. */
  ranOut(): void {
    this.#tooLarge = Math.min(this.#tooLarge, this.effort.size);
    this.leave(this.#held);
  }

  /** Chooses what suits the device, where neither the address nor the visitor has chosen. */
  suit(device: DeviceReport["kind"]): void {
    if (this.#wanted.size > 0) return;
    const { size, passes } = defaultsFor(device);
    this.#set({ size: this.choices.size ?? size, passes: this.choices.passes ?? passes });
  }

  /** Chooses the best level that is done in time, unless that was chosen already. `secondsOf` says how long a run takes. */
  preset(secondsOf: (effort: Effort) => number): void {
    if (this.#byHand) return;
    const offered = NAMES.filter((name) => !this.#level(name).parentElement!.hidden);
    const best = offered.filter((name) => secondsOf(LEVELS[name]) <= PRESET_SECONDS).at(-1) ?? offered[0];
    if (best && LEVELS[best].size !== this.effort.size) this.#choose(LEVELS[best], false);
  }

  /** From now on nothing is preset any more. */
  settle(): void {
    this.#byHand = true;
    this.#showLevel();
  }

  /** Chooses what a run was made with. */
  adopt(effort: Effort): void {
    this.settle();
    this.#set(effort);
  }

  #choose(effort: Effort, byHand = true): void {
    this.#byHand ||= byHand;
    const before = this.effort.size;
    this.#set(effort);
    if (effort.size !== before) this.events.onSize();
    else this.events.onEffort();
  }

  #set(effort: Effort): void {
    this.#wanted = effort;
    check(this.#sizes, effort.size);
    check(this.#passes, effort.passes);
    this.#showLevel();
  }

  /** No level is chosen where the numbers are none's. */
  #showLevel(): void {
    const { size, passes } = this.effort;
    for (const name of NAMES) this.#level(name).checked = LEVELS[name].size === size && LEVELS[name].passes === passes;
    const level = NAMES.find((name) => this.#level(name).checked) ?? null;
    element("level-words").textContent = words.levels(level, !this.#byHand);
  }

  #level(name: Level): HTMLInputElement {
    return this.#levels.querySelector<HTMLInputElement>(`[value="${name}"]`)!;
  }
}

function offer(group: HTMLElement, name: string, values: number[], extra: number | null): void {
  const offered = extra === null || values.includes(extra) ? values : [...values, extra].sort((a, b) => a - b);
  for (const value of offered) {
    const radio = made("input", { type: "radio", name, value: String(value) });
    group.append(made("label", {}, radio, made("span", { textContent: String(value) })));
  }
}

function chosen(group: HTMLElement): number {
  return Number(group.querySelector<HTMLInputElement>(":checked")?.value ?? 0);
}

function check(group: HTMLElement, value: number): void {
  const radio = group.querySelector<HTMLInputElement>(`[value="${value}"]`);
  if (radio) radio.checked = true;
}
