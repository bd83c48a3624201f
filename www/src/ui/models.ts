import type { ModelOffer } from "../protocol";
import { words } from "../words/page";
import { element, made } from "./element";

/** Which of the published sets of weights colours: the small one that everybody begins with, or one that paints finer and is fetched first. */
export class Models {
  readonly #group = element("models");
  #chosen: string;

  constructor(first: string, onModel: () => void) {
    this.#chosen = first;
    this.#group.addEventListener("change", (event) => {
      this.#chosen = (event.target as HTMLInputElement).value;
      onModel();
    });
  }

  get chosen(): string {
    return this.#chosen;
  }

  /** Chooses what a run was made with. */
  adopt(model: string): void {
    this.#chosen = model;
    for (const radio of this.#group.querySelectorAll("input")) radio.checked = radio.value === model;
  }

  /** Offers what there is; of a single set nothing is said. Whoever has the keyboard's focus here keeps it. */
  offer(offers: ModelOffer[]): void {
    element("model-choice").hidden = offers.length < 2;
    const focused = this.#group.contains(document.activeElement);
    const radio = ({ model }: ModelOffer) =>
      made("label", {}, made("input", { type: "radio", name: "model", value: model }), made("span", { textContent: words.model(model) }));
    this.#group.replaceChildren(...offers.toSorted((a, b) => rank(a) - rank(b)).map(radio));
    this.adopt(this.#chosen);
    if (focused) this.#group.querySelector<HTMLInputElement>(":checked")?.focus();
    const larger = offers.find(({ model }) => model === "large");
    element("model-words").textContent = words.modelHint(this.#chosen, larger?.bytes ?? 0);
  }
}

/** The small set comes first. */
function rank({ model }: ModelOffer): number {
  return model === "lite" ? 0 : 1;
}
