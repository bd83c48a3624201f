import type { Unsaved } from "../protocol";
import type { Studio } from "../studio";
import { words } from "../words/page";
import { element, made, smallButton } from "./element";
import { Forgetting } from "./forgetting";
import { focusHeading } from "./stage";

/** Results of earlier tabs that nobody saved. */
export class UnsavedResults {
  #results: Unsaved[] = [];
  readonly #forgetting = new Forgetting(() => this.#show(), (run) => void this.#settle(run, () => this.studio.forget(run), () => {}));

  constructor(private readonly studio: Studio) {}

  /** Offers what was found. */
  offer(results: Unsaved[]): void {
    this.#results = results;
    this.#show();
  }

  #show(): void {
    element("unsaved").hidden = this.#results.length === 0;
    element("unsaved-list").replaceChildren(...this.#results.map((result) => this.#item(result)));
  }

  #item({ run, file }: Unsaved): HTMLLIElement {
    if (this.#forgetting.has(run)) return this.#forgetting.item(run, file.name);
    return made("li", {}, made("p", {}, made("strong", { textContent: file.name }), words.notSaved), made("p", { className: "actions" },
      smallButton(words.save, `${words.save} ${file.name}`, () => void this.#settle(run, () => this.#save(run, file), focusHeading)),
      smallButton(words.forget, words.forgetLabel(file.name), () => this.#forgetting.begin(run))));
  }

  #save(run: string, file: File): Promise<void> {
    // The address lives as long as the page: the browser may still be copying.
    made("a", { href: URL.createObjectURL(file), download: file.name }).click();
    return this.studio.saved(run);
  }

  /** Does what is asked; where another tab was faster there is nothing to be done any more. */
  async #settle(run: string, done: () => Promise<void>, afterwards: () => void): Promise<void> {
    await done().catch(() => undefined);
    this.offer(this.#results.filter((each) => each.run !== run));
    afterwards();
  }
}
