import type { Choices, Effort } from "../choices";
import type { Grade } from "../picture/grade";
import type { ClipReport, DeviceReport, ModelOffer, OutputQuality, RunOptions, Span, Take, Working, WrittenFormat } from "../protocol";
import { percent } from "../words/measure";
import { words } from "../words/page";
import { element, made } from "./element";
import { ownFiles } from "./own-file";
import { Models } from "./models";
import { Quality } from "./quality";
import { Trim } from "./trim";

interface Events {
  /** The colourings are to be looked at in another size. */
  onSize: () => void;
  onGrade: () => void;
  /** They are to be looked at with another set of weights. */
  onModel: () => void;
  /** The run takes another time. */
  onEffort: () => void;
  onColorize: () => void;
}

/** How a clip is to be coloured, besides which colouring its shots follow. */
export class Settings {
  readonly #form = element<HTMLFormElement>("settings");
  readonly #strength = element<HTMLInputElement>("strength");
  readonly #warmth = element<HTMLInputElement>("warmth");
  readonly #output = element<HTMLSelectElement>("output");
  readonly #fileSize = element<HTMLSelectElement>("quality");
  readonly #goesTo = element<HTMLSelectElement>("goes-to");
  readonly #quality: Quality;
  readonly #trim: Trim;
  readonly #models: Models;
  #clip: ClipReport | null = null;

  constructor(choices: Choices, events: Events) {
    this.#quality = new Quality(choices, events);
    this.#trim = new Trim(events.onEffort);
    this.#models = new Models(choices.preset, events.onModel);
    for (const slider of [this.#strength, this.#warmth]) {
      slider.addEventListener("input", () => {
        this.#sayGrade();
        events.onGrade();
      });
    }
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
    return this.#quality.effort.size;
  }

  get model(): string {
    return this.#models.chosen;
  }

  get working(): Working {
    return { model: this.model, size: this.size };
  }

  offer(offers: ModelOffer[]): void {
    this.#models.offer(offers);
  }

  get passes(): number {
    return this.#quality.effort.passes;
  }

  get demand(): Take<"room"> {
    return this.#quality.demand;
  }

  leave(held: number[]): void {
    this.#quality.leave(held);
  }

  ranOut(): void {
    this.#quality.ranOut();
  }

  suit(device: DeviceReport["kind"]): void {
    this.#quality.suit(device);
  }

  /** Chooses the best quality that is done in time, unless that was chosen already. */
  preset(secondsOf: (effort: Effort) => number): void {
    this.#quality.preset(secondsOf);
  }

  /** What comes next is done with the same quality. */
  settle(): void {
    this.#quality.settle();
  }

  get grade(): Grade {
    return { strength: Number(this.#strength.value) / 100, warmth: Number(this.#warmth.value) / 100 };
  }

  /** The part that is coloured; null for the whole clip. */
  get trim(): Span | null {
    return this.#trim.span;
  }

  /** How many frames are coloured; null where the clip does not say. */
  get frames(): number | null {
    return this.#trim.frames;
  }

  get output(): RunOptions["output"] {
    return { format: (this.#output.value || null) as WrittenFormat | null, quality: this.#fileSize.value as OutputQuality };
  }

  /** Whether the result is to be written to a file of the visitor's own. */
  get ownFile(): boolean {
    return this.#goesTo.value === "own" && !this.#clip?.photo;
  }

  /** Offers what a clip has a use for, and forgets what was chosen for the one before it alone. */
  show(clip: ClipReport, keepGrade: boolean): void {
    this.#clip = clip;
    if (!keepGrade) this.resetGrade();
    element("passes-choice").hidden = clip.photo;
    element("goes-to-choice").hidden = clip.photo || !ownFiles;
    this.#trim.show(clip);
    const earlier = this.#output.value;
    const outputs = clip.outputs.map((format) => made("option", { value: format, textContent: words.formats[format] }));
    this.#output.replaceChildren(made("option", { value: "", textContent: words.bestFormat }), ...outputs);
    this.#output.value = clip.outputs.some((format) => format === earlier) ? earlier : "";
  }

  /** Chooses for the clip that is shown what a run was made with. */
  adopt({ model, size, passes, grade, trim, output }: RunOptions): void {
    this.#models.adopt(model);
    this.#quality.adopt({ size, passes });
    [this.#strength.value, this.#warmth.value] = [String(100 * grade.strength), String(100 * grade.warmth)];
    this.#sayGrade();
    [this.#output.value, this.#fileSize.value] = [output.format ?? "", output.quality];
    this.#trim.adopt(trim);
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
}
