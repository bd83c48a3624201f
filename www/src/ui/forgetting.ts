import { words } from "../words/page";
import { made, smallButton } from "./element";
import { focusHeading } from "./stage";

/** So long the visitor may take it back, in milliseconds. */
const REGRET_MS = 15_000;

/** What the visitor forgets goes a while later, and may be taken back until then. Where the page is closed before, it stays. */
export class Forgetting {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** `changed`: something is to be forgotten, or not any more. `gone`: its time has come. */
  constructor(private readonly changed: () => void, private readonly gone: (run: string) => void) {}

  has(run: string): boolean {
    return this.#timers.has(run);
  }

  begin(run: string): void {
    this.#timers.set(run, setTimeout(() => this.#end(run), REGRET_MS));
    this.changed();
    document.querySelector<HTMLElement>(`[data-undo="${run}"]`)?.focus();
  }

  /** What stands in a list in the place of something that is to be forgotten. */
  item(run: string, name: string): HTMLLIElement {
    const undo = smallButton(words.undo, words.undoLabel(name), () => this.#undo(run));
    undo.dataset["undo"] = run;
    return made("li", {}, made("p", {}, made("strong", { textContent: name }), words.forgotten), made("p", { className: "actions" }, undo));
  }

  #end(run: string): void {
    this.#timers.delete(run);
    this.gone(run);
  }

  #undo(run: string): void {
    clearTimeout(this.#timers.get(run));
    this.#timers.delete(run);
    this.changed();
    focusHeading();
  }
}
