import { defaultsFor, PASSES, SIZES, type Choices } from "../choices";
import type { ClipReport, DeviceReport, OutputQuality, RunOptions, Span, Take, WrittenFormat } from "../protocol";
import type { Grade } from "../picture/grade";
import { clockWords, percent } from "../words/measure";
import { words } from "../words/page";
import { element, made } from "./element";
import { ownFiles } from "./own-file";

/** How a clip is to be coloured, besides which colouring its shots follow. */
export class Settings {
  readonly #form = element<HTMLFormElement>("settings");
  readonly #strength = element<HTMLInputElement>("strength");
  readonly #warmth = element<HTMLInputElement>("warmth");
  readonly #from = element<HTMLInputElement>("trim-from");
  readonly #to = element<HTMLInputElement>("trim-to");
  readonly #output = element<HTMLSelectElement>("output");
  readonly #quality = element<HTMLSelectElement>("quality");
  readonly #goesTo = element<HTMLSelectElement>("goes-to");
  #clip: ClipReport | null = null;
  /** The size that was chosen, whether the device holds it for this clip or not. */
  #wanted = 0;
  /** What the device has room for, as far as can be known beforehand. */
  #held: number[] = [];
  /** The smallest size that it had no room for. */
  #tooLarge = Infinity;

  constructor(
    private readonly choices: Choices,
    events: { onSize: () => void; onGrade: () => void; onColorize: () => void },
  ) {
    this.#offer("sizes", "size", SIZES, choices.size);
    this.#offer("passes", "passes", PASSES, choices.passes);
    element("sizes").addEventListener("change", () => {
      this.#wanted = this.size;
      events.onSize();
    });
    for (const slider of [this.#strength, this.#warmth]) {
      slider.addEventListener("input", () => {
        this.#sayGrade();
        events.onGrade();
      });
    }
    this.#from.addEventListener("input", () => this.#keepOrder(this.#from));
    this.#to.addEventListener("input", () => this.#keepOrder(this.#to));
    element("trim-reset").addEventListener("click", () => this.#resetTrim());
    element("grade-reset").addEventListener("click", () => {
      this.resetGrade();
      events.onGrade();
    });
    this.#sayGrade();
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      events.onColorize();
    });
  }

  get size(): number {
    return this.#value("size");
  }

  get passes(): number {
    return this.#value("passes");
  }

  /** All sizes on offer, and the most passes: what has to be known before one is chosen. */
  get demand(): Take<"room"> {
    const sizes = [...element("sizes").querySelectorAll("input")].map(({ value }) => Number(value));
    return { sizes, passes: Math.max(...PASSES) };
  }

  /** Leaves the visitor the sizes that the device holds; the largest of them stands in for a larger one that was chosen. */
  leave(held: number[]): void {
    this.#held = held;
    const { sizes } = this.demand;
    const fitting = held.filter((size) => size < this.#tooLarge);
    const left = fitting.length > 0 ? fitting : [Math.min(...sizes)];
    for (const radio of element("sizes").querySelectorAll("input")) radio.parentElement!.hidden = !left.includes(Number(radio.value));
    const chosen = left.filter((size) => size <= this.#wanted).at(-1) ?? left[0]!;
    this.#radio("size", chosen)!.checked = true;
    element("sizes-words").hidden = left.length === sizes.length;
    element("sizes-words").textContent = words.sizesLeftOut(Math.max(...left));
  }

  /** The device had no room for the chosen size, whatever it had promised: neither it nor a larger one is offered any more. */
  ranOut(): void {
    this.#tooLarge = Math.min(this.#tooLarge, this.size);
    this.leave(this.#held);
  }

  get grade(): Grade {
    return { strength: Number(this.#strength.value) / 100, warmth: Number(this.#warmth.value) / 100 };
  }

  /** The part that is coloured; null for the whole clip. */
  get trim(): Span | null {
    const [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    if (!this.#clip || (from === 0 && to === Number(this.#to.max))) return null;
    const { start } = this.#clip;
    // In the middle of the first frame and of the last, since frames are evenly spaced on average only.
    return { start: start + (from && (from + 0.5) * this.#frameSeconds), end: start + (to - 0.5) * this.#frameSeconds };
  }

  /** The trim's sliders count frames, so that nothing is lost in rounding. */
  get #frameSeconds(): number {
    return 1 / (this.#clip?.framesPerSecond || 25);
  }

  get output(): RunOptions["output"] {
    return { format: (this.#output.value || null) as WrittenFormat | null, quality: this.#quality.value as OutputQuality };
  }

  /** Whether the result is to be written to a file of the visitor's own. */
  get ownFile(): boolean {
    return this.#goesTo.value === "own" && !this.#clip?.photo;
  }

  /** Offers what a clip has a use for, and forgets what was chosen for the one before it alone. */
  show(clip: ClipReport, keepGrade: boolean): void {
    this.#clip = clip;
    if (!keepGrade) this.resetGrade();
    for (const id of ["passes-choice", "trim-choice", "smoothing-hint"]) element(id).hidden = clip.photo;
    element("goes-to-choice").hidden = clip.photo || !ownFiles;
    this.#resetTrim();
    const earlier = this.#output.value;
    const outputs = clip.outputs.map((format) => made("option", { value: format, textContent: words.formats[format] }));
    this.#output.replaceChildren(made("option", { value: "", textContent: words.bestFormat }), ...outputs);
    this.#output.value = clip.outputs.some((format) => format === earlier) ? earlier : "";
  }

  /** Chooses for the clip that is shown what a run was made with. */
  adopt({ size, passes, grade, trim, output }: RunOptions): void {
    this.#wanted = size;
    for (const [name, value] of [["size", size], ["passes", passes]] as const) this.#check(name, value);
    [this.#strength.value, this.#warmth.value] = [String(100 * grade.strength), String(100 * grade.warmth)];
    this.#sayGrade();
    [this.#output.value, this.#quality.value] = [output.format ?? "", output.quality];
    if (!trim || !this.#clip) return;
    const frames = (time: number) => (time - this.#clip!.start) / this.#frameSeconds;
    this.#from.value = String(Math.max(0, Math.round(frames(trim.start) - 0.5)));
    this.#to.value = String(Math.round(frames(trim.end) + 0.5));
    this.#sayTrim();
  }

  #resetTrim(): void {
    const frames = Math.round((this.#clip?.seconds ?? 0) / this.#frameSeconds);
    for (const slider of [this.#from, this.#to]) Object.assign(slider, { min: "0", max: String(frames), disabled: frames < 2 });
    [this.#from.value, this.#to.value] = ["0", String(frames)];
    this.#sayTrim();
  }

  /** At least one frame is left. */
  #keepOrder(moved: HTMLInputElement): void {
    const [from, to] = [Number(this.#from.value), Number(this.#to.value)];
    if (from >= to && moved === this.#from) this.#from.value = String(to - 1);
    if (from >= to && moved === this.#to) this.#to.value = String(from + 1);
    this.#sayTrim();
  }

  #sayTrim(): void {
    for (const [slider, id] of [[this.#from, "trim-from-words"], [this.#to, "trim-to-words"]] as const) {
      element(id).textContent = slider.ariaValueText = clockWords(Number(slider.value) * this.#frameSeconds, 1);
    }
    element("trim-reset").hidden = this.trim === null;
  }

  /** The colours as they come from the networks. */
  resetGrade(): void {
    this.#strength.value = "100";
    this.#warmth.value = "0";
    this.#sayGrade();
  }

  /** Whether the clip can be coloured already. */
  set ready(ready: boolean) {
    element<HTMLButtonElement>("colorize").disabled = !ready;
  }

  #sayGrade(): void {
    const { strength, warmth } = this.grade;
    element("strength-words").textContent = percent(strength);
    element("warmth-words").textContent = this.#warmth.ariaValueText = words.warmth(warmth);
    element("grade-reset").hidden = strength === 1 && warmth === 0;
  }

  /** Chooses what suits the device, where neither the address nor the visitor has chosen. */
  suit(device: DeviceReport["kind"]): void {
    const defaults = defaultsFor(device);
    this.#preset("size", this.choices.size ?? defaults.size);
    this.#wanted = this.#wanted || this.size;
    this.#preset("passes", this.choices.passes ?? defaults.passes);
  }

  #offer(id: string, name: string, values: number[], extra: number | null): void {
    const offered = extra === null || values.includes(extra) ? values : [...values, extra].sort((a, b) => a - b);
    for (const value of offered) {
      const radio = made("input", { type: "radio", name, value: String(value) });
      element(id).append(made("label", {}, radio, made("span", { textContent: String(value) })));
    }
  }

  #value(name: string): number {
    return Number(new FormData(this.#form).get(name));
  }

  #preset(name: string, value: number): void {
    if (new FormData(this.#form).get(name) === null) this.#check(name, value);
  }

  #check(name: string, value: number): void {
    const radio = this.#radio(name, value);
    if (radio) radio.checked = true;
  }

  #radio(name: string, value: number): HTMLInputElement | null {
    return this.#form.querySelector(`input[name="${name}"][value="${value}"]`);
  }
}
