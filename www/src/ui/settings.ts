import { defaultsFor, PASSES, SIZES, type Choices } from "../choices";
import type { DeviceReport } from "../protocol";
import { element } from "./element";

/** The choices of working size and passes. */
export class Settings {
  readonly #form = element<HTMLFormElement>("settings");

  constructor(
    private readonly choices: Choices,
    events: { onSize: () => void; onColorize: () => void },
  ) {
    this.#offer("sizes", "size", SIZES, choices.size);
    this.#offer("passes", "passes", PASSES, choices.passes);
    element("sizes").addEventListener("change", events.onSize);
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

  /** Chooses what suits the device, where neither the address nor the visitor has chosen. */
  suit(device: DeviceReport["kind"]): void {
    const defaults = defaultsFor(device);
    this.#preset("size", this.choices.size ?? defaults.size);
    this.#preset("passes", this.choices.passes ?? defaults.passes);
  }

  #offer(id: string, name: string, values: number[], extra: number | null): void {
    const offered = extra === null || values.includes(extra) ? values : [...values, extra].sort((a, b) => a - b);
    for (const value of offered) {
      const label = document.createElement("label");
      const radio = document.createElement("input");
      Object.assign(radio, { type: "radio", name, value: String(value) });
      label.append(radio, Object.assign(document.createElement("span"), { textContent: String(value) }));
      element(id).append(label);
    }
  }

  #value(name: string): number {
    return Number(new FormData(this.#form).get(name));
  }

  #preset(name: string, value: number): void {
    if (new FormData(this.#form).get(name) !== null) return;
    const radio = this.#form.querySelector<HTMLInputElement>(`input[name="${name}"][value="${value}"]`);
    if (radio) radio.checked = true;
  }
}
