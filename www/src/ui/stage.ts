import { element } from "./element";

/** What the page is doing. */
export type State = "welcome" | "reading" | "choosing" | "coloring" | "finished";

/** Shows the sections that belong to a state, and says the state in `data-state` of the page's main element. */
export class Stage {
  readonly #main = element("stage");
  readonly #sections = [...this.#main.querySelectorAll<HTMLElement>("[data-for]")];

  get state(): State {
    return this.#main.dataset.state as State;
  }

  /** Changes the state and moves the focus to what is new, so that a keyboard or screen reader is never left behind. */
  show(state: State): void {
    if (state === this.state) return;
    this.#main.dataset.state = state;
    for (const section of this.#sections) section.hidden = !section.dataset.for!.split(" ").includes(state);
    focusHeading();
    scrollTo({ top: 0 });
  }
}

/** Moves the focus to the heading of what is shown: what had it is gone. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>("[data-for]:not([hidden]) h1")?.focus({ preventScroll: true });
}
